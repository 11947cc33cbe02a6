using System.Text;

namespace Tidemark.Media;

/// <summary>What bytes from outside are, whatever they are called.</summary>
/// <param name="Words">In a sentence: "an HTML page".</param>
/// <param name="Extension">How such a file's name ends, without a dot: <c>html</c>. Ours, never the origin's.</param>
public sealed record FileKind(string Words, string Extension)
{
    public static FileKind Jpeg { get; } = new("a JPEG image", "jpg");

    private static readonly FileKind Unknown = new("no JPEG image: it does not begin with FF D8", "bin");

    // Where a signature begins, what it is, what has it.
    private static readonly (int At, byte[] Signature, FileKind Kind)[] Signatures =
    [
        (0, [0xFF, 0xD8], Jpeg),
        (0, [0x89, .. "PNG"u8], new("a PNG image, not a JPEG", "png")),
        (0, [.. "GIF8"u8], new("a GIF image, not a JPEG", "gif")),
        (8, [.. "WEBP"u8], new("a WebP image, not a JPEG", "webp")),
        (4, [.. "ftypavif"u8], new("an AVIF image, not a JPEG", "avif")),
        (4, [.. "ftyphei"u8], new("an HEIF image, not a JPEG", "heic")),
        (4, [.. "ftypmif1"u8], new("an HEIF image, not a JPEG", "heic")),
        (4, [.. "ftyp"u8], new("an MP4 video, not a picture", "mp4")),
        (0, [.. "BM"u8], new("a BMP image, not a JPEG", "bmp")),
        (0, [.. "II*\0"u8], new("a TIFF image, not a JPEG", "tif")),
        (0, [.. "MM\0*"u8], new("a TIFF image, not a JPEG", "tif")),
        (0, [0xFF, 0x0A], new("a JPEG XL image, not a JPEG", "jxl")),
        (0, [.. "\0\0\0\x0CJXL "u8], new("a JPEG XL image, not a JPEG", "jxl")),
        (0, [0x1F, 0x8B], new("gzip-compressed data, not an image", "gz")),
        (0, [.. "%PDF"u8], new("a PDF document, not an image", "pdf")),
    ];

    public static FileKind Of(ReadOnlySpan<byte> bytes)
    {
        foreach (var (at, signature, kind) in Signatures)
        {
            if (bytes.Length >= at + signature.Length && bytes[at..].StartsWith(signature))
            {
                return kind;
            }
        }

        var start = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 512)]).TrimStart('\u00EF', '\u00BB', '\u00BF').TrimStart();
        if (((string[])["<!doctype html", "<html", "<head", "<body"]).Any(tag => start.StartsWith(tag, StringComparison.OrdinalIgnoreCase)))
        {
            return new("an HTML page, not an image", "html");
        }

        return start is ['<', ..] ? new("XML or HTML text, not an image", "xml")
            : start is ['{' or '[', ..] ? new("JSON text, not an image", "json")
            : Unknown;
    }
}
