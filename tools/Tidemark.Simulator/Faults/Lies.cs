using System.Globalization;
using System.Text.Json;

namespace Tidemark.Simulator.Faults;

/// <summary>What an index can lie about.</summary>
public enum Lie
{
    /// <summary>Every one of those below.</summary>
    All,

    /// <summary>Times decades to millennia ahead.</summary>
    FarFuture,

    /// <summary>Times before there were cameras.</summary>
    FarPast,

    /// <summary>Numbers and years below zero.</summary>
    Negative,

    /// <summary>Numbers, lists, objects, nothing where text is due.</summary>
    WrongType,

    /// <summary>The newest instant again, under other names and with another image.</summary>
    Duplicates,

    /// <summary>Images elsewhere: another host, files, metadata services, other schemes.</summary>
    OtherHost,

    /// <summary>Names that lead out of the folder, or are no file names.</summary>
    ParentNames,

    /// <summary>Names with control characters, line ends, turned writing, half characters.</summary>
    ControlCharacters,

    /// <summary>Offsets and times of day that there are not, or none.</summary>
    WrongOffset,
}

/// <summary>
/// Entries that lie, each a JSON text with all else true, so that believing one does harm. As text, since a JSON writer
/// refuses some of what stands here and is valid JSON all the same.
/// </summary>
internal static class Lies
{
    public static List<string> Of(Lie lie, string otherHost, JsonElement answer)
    {
        var newest = answer.TryGetProperty("frames", out var frames) ? frames.EnumerateArray().FirstOrDefault() : answer;
        if (newest.ValueKind == JsonValueKind.Undefined)
        {
            return [];
        }

        string Raw(string property) => newest.GetProperty(property).GetRawText();
        string Taken(string takenAt) => Entry(takenAt, Raw("name"), Raw("url"));
        string Named(string name) => Entry(Raw("takenAt"), name, Raw("url"));
        string Pictured(string url) => Entry(Raw("takenAt"), Raw("name"), url);
        var path = newest.GetProperty("url").GetString()!;
        var time = newest.GetProperty("takenAt").GetString()!.TrimEnd('Z');
        var day = time[..10];

        IEnumerable<string> One(Lie which) => which switch
        {
            Lie.FarFuture => [Taken("\"9999-12-31T23:59:59.999Z\""), Taken("\"2999-01-01T00:00:00Z\""), Taken("253402300799999"), Taken("\"12026-11-22T08:00:00Z\"")],
            Lie.FarPast => [Taken("\"0001-01-01T00:00:00Z\""), Taken("\"1582-10-10T00:00:00Z\""), Taken("\"1970-01-01T00:00:00Z\"")],
            Lie.Negative => [Taken("-1"), Taken("-62135596800001"), Taken($"\"-{time}Z\""), Taken("-9223372036854775808")],
            Lie.WrongType =>
            [
                Taken("true"), Taken("null"), Taken("{}"), Taken("[]"), Taken("1e400"), Taken("\"\""), Taken("\"soon\""),
                Named("7"), Named("[\"a\"]"), Pictured("42"), Pictured("null"), Pictured("\"\""), Pictured("{\"href\":\"x\"}"), "null", "17", "[]", "\"frame\"", "{}",
            ],
            Lie.Duplicates => [Entry(Raw("takenAt"), "\"another\"", Last(frames, Raw("url"))), Taken(Raw("takenAt")), Entry(Raw("takenAt"), "\"a-third\"", Raw("url"))],
            Lie.OtherHost =>
            [
                Pictured($"\"{otherHost}{path}\""), Pictured("\"//camera.invalid/frame.jpg\""), Pictured("\"http://169.254.169.254/latest/meta-data/\""), Pictured("\"http://[::ffff:169.254.169.254]/\""),
                Pictured("\"http://[fe80::1]/frame.jpg\""), Pictured("\"http://10.0.0.1/frame.jpg\""), Pictured("\"http://0x7f000001:1/frame.jpg\""), Pictured("\"file:///etc/passwd\""),
                Pictured("\"ftp://camera.invalid/frame.jpg\""), Pictured("\"data:image/jpeg;base64,/9j/\""), Pictured("\"http://camera.invalid:99999/frame.jpg\""), Pictured("\"http://\""),
            ],
            Lie.ParentNames =>
            [
                Named("\"../../../../etc/passwd\""), Named("\"..\""), Named("\".\""), Named("\"/etc/passwd\""), Named("\"..\\\\..\\\\frame.jpg\""), Named("\"a/b.jpg\""),
                Named("\"%2e%2e%2fframe.jpg\""), Named("\"\""), Named($"\"{new string('a', 5000)}\""), Named("\"-rf\""), Named("\"=1+1\""),
            ],
            Lie.ControlCharacters =>
            [
                Named("\"frame\\u0000.jpg\""), Named("\"frame.tmp => forged.jpg\\n/tmp/a => /tmp/b\""), Named("\"\\u001b[2J\\u001b]0;frame\\u0007\""), Named("\"\\u202egpj.frame\""),
                Named("\"frame\\ud800.jpg\""), Taken($"\"{time}Z\\u0000\""), Pictured($"\"{path}\\r\\nX-Forged: 1\""),
            ],
            Lie.WrongOffset =>
            [
                Taken($"\"{time}+25:00\""), Taken($"\"{time}-99:99\""), Taken($"\"{time}+14:01\""), Taken($"\"{time}\""), Taken($"\"{time}ZZ\""), Taken($"\"{time} Europe/Lisbon\""),
                Taken($"\"{day}T24:30:00Z\""), Taken($"\"{day}T23:59:61Z\""), Taken("\"2026-02-30T12:00:00Z\""), Taken($"\"{time}+07:00\""),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(lie), which, "There is no such lie."),
        };
        return [.. lie == Lie.All ? Enum.GetValues<Lie>().Where(each => each != Lie.All).SelectMany(One) : One(lie)];
    }

    private static string Last(JsonElement frames, string otherwise)
        => frames.ValueKind == JsonValueKind.Array ? frames.EnumerateArray().Last().GetProperty("url").GetRawText() : otherwise;

    private static string Entry(string takenAt, string name, string url)
        => string.Create(CultureInfo.InvariantCulture, $$"""{"takenAt":{{takenAt}},"name":{{name}},"url":{{url}}}""");
}
