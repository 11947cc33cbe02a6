using System.Text.Json.Serialization;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>The note beside a file in quarantine.</summary>
internal sealed record QuarantineNote(string File, string Source, string? Url, string? Instant, string Code, string Message, long Bytes, string Sha256, string Received)
{
    public static QuarantineNote Of(QuarantineEntry entry) => new(entry.File, entry.Source, entry.Url, entry.Time is { } at ? Rfc3339.Format(at) : null, entry.Code, entry.Message,
        entry.Bytes, Convert.ToHexStringLower(entry.Sha256.Span), Rfc3339.Format(entry.ReceivedAt));

    public QuarantineEntry? Entry(string source) => Rfc3339.TryParse(Received, out var received)
        ? new(source, File, Rfc3339.TryParse(Instant, out var at) ? at : null, Url, Code, Message, Bytes, Convert.FromHexString(Sha256), received)
        : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(QuarantineNote))]
internal sealed partial class QuarantineJson : JsonSerializerContext;
