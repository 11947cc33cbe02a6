using System.Text;

namespace Tidemark.Media;

/// <summary>The place in a JPEG, and what was read on the way there. Every step checks what is left before it reads.</summary>
internal ref struct JpegWalk
{
    private readonly ReadOnlySpan<byte> bytes;
    private int adobe = -1;
    private string components = "";

    internal JpegWalk(ReadOnlySpan<byte> bytes)
    {
        this.bytes = bytes;
        Position = 2;
    }

    internal int Position { get; private set; }

    internal int Width { get; private set; }

    internal int Height { get; private set; }

    internal int Components { get; private set; }

    internal bool Progressive { get; private set; }

    internal int Scans { get; private set; }

    /// <summary>Where something else lay than the marker that must follow a segment; null: the bytes ended.</summary>
    internal int? LostAt { get; private set; }

    internal readonly string Sampling => adobe < 0 ? components : $"{components} adobe={adobe}";

    /// <summary>Reads a marker, with any fill bytes (FF) before it (B.1.1.2); false at the end or where none is.</summary>
    internal bool NextMarker(out byte marker)
    {
        marker = 0;
        if (Position >= bytes.Length)
        {
            return false;
        }

        if (bytes[Position] != 0xFF)
        {
            LostAt = Position;
            return false;
        }

        var code = bytes[Position..].IndexOfAnyExcept((byte)0xFF);
        if (code < 0)
        {
            return false;
        }

        marker = bytes[Position + code];
        if (marker == 0)
        {
            LostAt = Position;
            return false;
        }

        Position += code + 1;
        return true;
    }

    /// <summary>Passes a segment by its length, which counts itself (B.1.1.4).</summary>
    internal bool SkipSegment(byte marker)
    {
        if (!Segment(out var body))
        {
            return false;
        }

        // Adobe's APP14 tells RGB from YCbCr, so it decides the pixel format.
        if (marker == 0xEE && body.Length >= 12 && body.StartsWith("Adobe"u8))
        {
            adobe = body[11];
        }

        return true;
    }

    /// <summary>Reads a frame header (B.2.2); the failure where it cannot be one.</summary>
    internal Failure? ReadFrame(byte marker)
    {
        if (!Segment(out var body))
        {
            return Jpeg.Truncated(bytes.Length);
        }

        if (Width != 0)
        {
            return Jpeg.Broken("has two frame headers");
        }

        if (body.Length < 6 || body[5] is not (1 or 3 or 4) || body.Length != 6 + (3 * body[5]))
        {
            return Jpeg.Broken("has a frame header of the wrong size");
        }

        var (height, width) = (Jpeg.Word(body, 1), Jpeg.Word(body, 3));
        if (Jpeg.Dimensions(width, height) is { } absurd)
        {
            return absurd;
        }

        (Width, Height, Components, Progressive) = (width, height, body[5], marker == 0xC2);
        var text = new StringBuilder();
        for (var i = 6; i < body.Length; i += 3)
        {
            text.Append(i == 6 ? "" : " ").Append(body[i]).Append(':').Append(body[i + 1].ToString("X2"));
        }

        components = text.ToString();
        return null;
    }

    /// <summary>Passes a scan header and the entropy-coded data after it, to the next marker that is no restart (B.1.1.5).</summary>
    internal bool SkipScan()
    {
        if (!Segment(out _))
        {
            return false;
        }

        Scans++;
        while (true)
        {
            var found = bytes[Position..].IndexOf((byte)0xFF);
            if (found < 0 || Position + found + 1 >= bytes.Length)
            {
                Position = bytes.Length;
                return false;
            }

            // FF00 is a data byte FF; FFD0 to FFD7 restart; in FFFF the first is fill.
            var next = bytes[Position + found + 1];
            if (next is 0 or (>= 0xD0 and <= 0xD7))
            {
                Position += found + 2;
            }
            else
            {
                Position += found;
                if (next != 0xFF)
                {
                    return true;
                }

                Position++;
            }
        }
    }

    private bool Segment(out ReadOnlySpan<byte> body)
    {
        body = default;
        if (bytes.Length - Position < 2 || Jpeg.Word(bytes, Position) is var length && (length < 2 || length > bytes.Length - Position))
        {
            return false;
        }

        body = bytes.Slice(Position + 2, length - 2);
        Position += length;
        return true;
    }
}
