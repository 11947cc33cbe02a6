using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Sources;

/// <summary>
/// The keys that the devices of a source showed when they were first met (S1), in a file of this node: a poll waits for no
/// database. Thread-safe.
/// </summary>
/// <param name="source">Its id, for what is said.</param>
/// <param name="file">Absolute path; made with the first pin. Null: nothing is kept, and whatever is shown is taken.</param>
/// <param name="trustedAt">Pins from before it are forgotten: the operator said that the device may show another one. Null: never.</param>
public sealed class CertificatePins(string source, string? file, DateTimeOffset? trustedAt, TimeProvider time)
{
    /// <summary>In place of a key: somebody whom the machine trusts vouches for the certificate.</summary>
    public const string Vouched = "vouched";

    /// <summary>The code of the failure where a machine shows another certificate than before.</summary>
    public const string ChangedCode = "certificate_changed";

    private readonly Lock gate = new();
    private Dictionary<string, CertificatePin>? pins;

    /// <summary>Takes the key of a machine that was not met before; the failure where it showed another one then.</summary>
    /// <param name="machine">Host and port.</param>
    /// <param name="key">SHA-256 of its public key, hexadecimal, or <see cref="Vouched"/>.</param>
    public Failure? Check(string machine, string key)
    {
        lock (gate)
        {
            try
            {
                pins ??= Read();
                if (pins.TryGetValue(machine, out var pin) && !(pin.At < trustedAt))
                {
                    // A device that somebody vouches for since lately is no worse for it.
                    return pin.Key == key || key == Vouched ? null : Changed(machine, pin, key);
                }

                pins[machine] = new CertificatePin(key, time.GetUtcNow());
                Write();
                return null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // What cannot be noted must not be trusted: the next connection would be a first one again.
                pins = null;
                return DiskFailures.Map(error);
            }
            catch (JsonException)
            {
                pins = null;
                return new Failure(FailureKind.Infrastructure, "pins_damaged", $"{file}, which says what certificates the devices of '{source}' had, cannot be read.", $"Remove it and say that they are trusted: tidemark source trust {source}");
            }
        }
    }

    private Failure Changed(string machine, CertificatePin pin, string key) => new(FailureKind.Unreachable, ChangedCode,
        $"{machine} shows another certificate than on {pin.At:yyyy-MM-dd HH:mm} UTC (its key is {key[..16]}…, was {(pin.Key == Vouched ? "one that is vouched for" : pin.Key[..16] + "…")}): somebody may stand between.",
        $"If the device was replaced or set up anew, say so: tidemark source trust {source}");

    private Dictionary<string, CertificatePin> Read() => file is not null && File.Exists(file)
        ? JsonSerializer.Deserialize(File.ReadAllText(file), PinsJson.Default.DictionaryStringCertificatePin) ?? []
        : [];

    private void Write()
    {
        if (file is null)
        {
            return;
        }

        DurableFile.CreateFolder(Path.GetDirectoryName(file)!);
        var temporary = file + ".new";
        File.WriteAllText(temporary, JsonSerializer.Serialize(pins!, PinsJson.Default.DictionaryStringCertificatePin));
        DurableFile.Replace(temporary, file);
    }
}

/// <param name="Key">See <see cref="CertificatePins.Check"/>.</param>
/// <param name="At">When it was first seen.</param>
internal sealed record CertificatePin(string Key, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Dictionary<string, CertificatePin>))]
internal sealed partial class PinsJson : JsonSerializerContext;
