using System.Text;

namespace Tidemark.Media;

/// <summary>Recognises what sites send instead of a JPEG, so that the failure can say it.</summary>
internal static class NotJpeg
{
    internal static Failure? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return new Failure(FailureKind.BadInput, "jpeg_empty", "The answer is empty: not one byte.");
        }

        if (bytes.Length >= 2 && bytes[0] == 0xFF && bytes[1] == 0xD8)
        {
            return null;
        }

        if (bytes.Length == 1 && bytes[0] == 0xFF)
        {
            return Jpeg.Truncated(1);
        }

        return new Failure(FailureKind.BadInput, "not_jpeg", $"The answer is {Name(bytes)}.");
    }

    private static string Name(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 4 && bytes[0] == 0x89 && bytes[1..].StartsWith("PNG"u8))
        {
            return "a PNG image, not a JPEG";
        }

        if (bytes.StartsWith("GIF8"u8))
        {
            return "a GIF image, not a JPEG";
        }

        if (bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..].StartsWith("WEBP"u8))
        {
            return "a WebP image, not a JPEG";
        }

        var start = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 512)]).TrimStart('\u00EF', '\u00BB', '\u00BF').TrimStart();
        if (start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<head", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<body", StringComparison.OrdinalIgnoreCase))
        {
            return "an HTML page, not an image";
        }

        return start is ['<', ..] ? "XML or HTML text, not an image"
            : start is ['{' or '[', ..] ? "JSON text, not an image"
            : "no JPEG image: it does not begin with FF D8";
    }
}
