using System.Buffers;

namespace Tidemark.App;

/// <summary>
/// Text that may hold what a camera, a file's name or another machine said, made fit for a terminal or a log: a control
/// character in it could move the cursor, set the title, or forge a line.
/// </summary>
internal static class Printable
{
    // C0 but tab and line feed, DEL, C1, and what turns the direction of writing.
    private static readonly SearchValues<char> Unprintable = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21)).Concat(Enumerable.Range(0x202a, 5)).Concat(Enumerable.Range(0x2066, 4)).Select(code => (char)code).Where(c => c is not ('\t' or '\n'))]);

    /// <summary>Each such character becomes U+FFFD. Lines stay lines.</summary>
    public static string Text(string text) =>
        text.AsSpan().ContainsAny(Unprintable) ? string.Concat(text.Select(c => Unprintable.Contains(c) ? '\ufffd' : c)) : text;

    /// <summary>The same on one line.</summary>
    public static string Line(string text) => Text(text.ReplaceLineEndings(" "));
}
