using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>What a revision of a day's seal says: <c>manifest.N.json</c> (design/archive.md, "A sealed day").</summary>
/// <param name="Revision">From 1 on.</param>
/// <param name="Previous">SHA-256 of the manifest before, 64 hex digits; null for the first.</param>
/// <param name="Frames">All of the day, in the order of time: those of the revision before are among them.</param>
/// <param name="Crops">Files beside the frames, by name.</param>
/// <param name="Slots">How the day's slots ended, as the slot store writes it; null where it said nothing.</param>
public sealed record Manifest(
    string Source, DateTimeOffset Day, int Revision, DateTimeOffset SealedAt, string? Previous, IReadOnlyList<Frame> Frames, IReadOnlyList<ManifestCrop> Crops, JsonElement? Slots)
{
    private const int Version = 1;

    /// <summary>Bytes of the frames.</summary>
    public long Bytes => Frames.Sum(frame => frame.Bytes);

    /// <summary>Files that <c>SHA256SUMS.N</c> names beside the manifest itself: frames, then crops.</summary>
    public IEnumerable<ManifestFile> Files => Frames.Select(frame => new ManifestFile(DayFolder.FrameName(frame.Time), frame.Bytes, frame.Sha256))
        .Concat(Crops.Select(crop => new ManifestFile(crop.File, crop.Bytes, Convert.FromHexString(crop.Sha256))));

    /// <summary>As it is written: a line a frame.</summary>
    public byte[] ToJson()
    {
        using var text = new MemoryStream(Frames.Count * 256);
        void Write(string part) => text.Write(System.Text.Encoding.UTF8.GetBytes(part));
        var head = new ManifestHead(Version, Source, Rfc3339.Day(Day), Revision, Rfc3339.Format(SealedAt), Previous, Slots);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(head, ManifestJson.Default.ManifestHead);
        text.Write(bytes.AsSpan(0, bytes.Length - 1));
        Write(",\n\"frames\":[");
        var separator = "\n";
        foreach (var frame in Frames)
        {
            Write(separator);
            text.Write(JsonSerializer.SerializeToUtf8Bytes(new ManifestFrame(DayFolder.FrameName(frame.Time), frame.Bytes, frame.Width, frame.Height, Convert.ToHexStringLower(frame.Sha256.Span),
                frame.Name, frame.ReceivedAt, frame.Note), ManifestJson.Default.ManifestFrame));
            separator = ",\n";
        }

        Write("],\n\"crops\":[");
        separator = "\n";
        foreach (var crop in Crops)
        {
            Write(separator);
            text.Write(JsonSerializer.SerializeToUtf8Bytes(crop, ManifestJson.Default.ManifestCrop));
            separator = ",\n";
        }

        Write("]}\n");
        return text.ToArray();
    }

    /// <summary>Reads a manifest; refuses one that is not of this source and day, or names a file that no frame or crop of it has: it names what is read, copied and removed.</summary>
    public static Result<Manifest> Parse(ReadOnlySpan<byte> json, string source, DateTimeOffset day)
    {
        try
        {
            var read = JsonSerializer.Deserialize(json, ManifestJson.Default.WholeManifest)!;
            if (read.Version != Version)
            {
                return Unusable($"it is of version {read.Version}, and this release knows {Version}");
            }

            if (read.Source != source || read.Day != Rfc3339.Day(day) || read.Revision < 1 || !Rfc3339.TryParse(read.SealedAt, out var sealedAt))
            {
                return Unusable($"it is of {read.Source} on {read.Day}, revision {read.Revision}");
            }

            var frames = new List<Frame>(read.Frames.Count);
            foreach (var frame in read.Frames)
            {
                if (!DayFolder.TryFrameTime(frame.File, day, out var time) || frames.Count > 0 && time <= frames[^1].Time || Convert.FromHexString(frame.Sha256) is not { Length: SHA256.HashSizeInBytes } sum)
                {
                    return Unusable($"it names '{frame.File}', out of order or without a sum");
                }

                frames.Add(new Frame(source, time, frame.Name, frame.Bytes, frame.Width, frame.Height, sum, frame.ReceivedAt, frame.Note));
            }

            return read.Crops.FirstOrDefault(crop => !DayFolder.IsCrop(crop.File, day) || Convert.FromHexString(crop.Sha256).Length != SHA256.HashSizeInBytes) is { } wrong
                ? Unusable($"it names '{wrong.File}'")
                : new Manifest(source, day, read.Revision, sealedAt, read.Previous, frames, read.Crops, read.Slots is { ValueKind: not JsonValueKind.Null } slots ? slots.Clone() : null);
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            return Unusable(error.Message);
        }
    }

    private static Failure Unusable(string why) => new(FailureKind.Verification, "manifest_damaged", $"The manifest cannot be used: {why}.", "'tidemark archive verify' puts it back from the second copy, where there is one.");
}

/// <summary>A crop beside a frame.</summary>
/// <param name="File">Its name in the day's folder: <see cref="CropName"/>.</param>
/// <param name="Sha256">64 hex digits.</param>
public sealed record ManifestCrop(string File, long Bytes, string Sha256);

/// <summary>A file that a manifest names.</summary>
public readonly record struct ManifestFile(string Name, long Bytes, ReadOnlyMemory<byte> Sha256);

internal record ManifestHead(int Version, string Source, string Day, int Revision, string SealedAt, string? Previous, JsonElement? Slots);

internal sealed record ManifestFrame(string File, long Bytes, int Width, int Height, string Sha256, string? Name, DateTimeOffset ReceivedAt, string? Note);

internal sealed record WholeManifest(
    int Version, string Source, string Day, int Revision, string SealedAt, string? Previous, JsonElement? Slots, IReadOnlyList<ManifestFrame> Frames, IReadOnlyList<ManifestCrop> Crops)
    : ManifestHead(Version, Source, Day, Revision, SealedAt, Previous, Slots);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(ManifestHead))]
[JsonSerializable(typeof(ManifestFrame))]
[JsonSerializable(typeof(ManifestCrop))]
[JsonSerializable(typeof(WholeManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
