using System.Text;

namespace Tidemark.Media;

/// <summary>The place in a JPEG, and what was read on the way there. Every step checks what is left before it reads.</summary>
internal ref struct JpegWalk
{
    // Encoders make ten or twenty; thousands of empty ones are an attack on whoever decodes them.
    private const int MostScans = 100;

    private readonly ReadOnlySpan<byte> bytes;
    private JpegTables tables;
    private int adobe = -1;
    private int restartInterval;
    private int scans;

    // A bit a component of the frame: its (first) coefficients came.
    private int came;

    internal JpegWalk(ReadOnlySpan<byte> bytes)
    {
        this.bytes = bytes;
        Position = 2;
    }

    internal int Position { get; private set; }

    internal JpegFrame? Frame { get; private set; }

    /// <summary>See <see cref="ExifOrientation"/>.</summary>
    internal int Orientation { get; private set; } = 1;

    /// <summary>Where something else lay than the marker that must follow a segment; null: the bytes ended.</summary>
    internal int? LostAt { get; private set; }

    internal readonly string Sampling
    {
        get
        {
            var text = new StringBuilder();
            foreach (var component in Frame?.Components ?? [])
            {
                text.Append(text.Length == 0 ? "" : " ").Append(component.Id).Append(':').Append(((component.H << 4) + component.V).ToString("X2"));
            }

            return adobe < 0 ? text.ToString() : $"{text} adobe={adobe}";
        }
    }

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

    /// <summary>At EOI: what is missing; null where nothing is.</summary>
    internal readonly Failure? Unfinished() => scans == 0 ? Jpeg.Broken("ends before its first scan")
        : came != (1 << Frame!.Components.Count) - 1 ? Jpeg.Broken("ends before every colour component has come")
        : null;

    /// <summary>Passes a segment by its length, which counts itself (B.1.1.4).</summary>
    internal Failure? SkipSegment(byte marker)
    {
        if (!Segment(out var body))
        {
            return Jpeg.Truncated(bytes.Length);
        }

        // Adobe's APP14 tells RGB from YCbCr, so it decides the pixel format.
        if (marker == 0xEE && body.Length >= 12 && body.StartsWith("Adobe"u8))
        {
            adobe = body[11];
        }

        if (marker == 0xE1 && Orientation == 1)
        {
            Orientation = ExifOrientation.Read(body);
        }

        return null;
    }

    internal Failure? ReadFrame(byte marker)
    {
        if (!Segment(out var body))
        {
            return Jpeg.Truncated(bytes.Length);
        }

        if (Frame is not null)
        {
            return Jpeg.Broken("has two frame headers");
        }

        var read = JpegFrame.Read(marker, body);
        Frame = read.Failure is null ? read.Value : null;
        return read.Failure;
    }

    internal Failure? ReadQuantTables() => Segment(out var body) ? tables.ReadQuant(body) : Jpeg.Truncated(bytes.Length);

    internal Failure? ReadHuffmanTables() => Segment(out var body) ? tables.ReadHuffman(body) : Jpeg.Truncated(bytes.Length);

    internal Failure? ReadRestartInterval()
    {
        if (!Segment(out var body))
        {
            return Jpeg.Truncated(bytes.Length);
        }

        if (body.Length != 2)
        {
            return Jpeg.Broken("has a restart interval of the wrong size");
        }

        restartInterval = Jpeg.Word(body, 0);
        return null;
    }

    /// <summary>Reads a scan header (B.2.3) and passes the coded data after it.</summary>
    internal Failure? ReadScan()
    {
        if (Frame is not { } frame)
        {
            return Jpeg.Broken("has a scan before its frame header");
        }

        if (!Segment(out var header))
        {
            return Jpeg.Truncated(bytes.Length);
        }

        if (++scans > MostScans)
        {
            return Jpeg.Broken($"has more than {MostScans} scans");
        }

        if (header.IsEmpty || header[0] is < 1 or > 4 || header.Length != 4 + (2 * header[0]))
        {
            return Jpeg.Broken("has a scan header of the wrong size");
        }

        var (start, end, high, low) = (header[^3], header[^2], header[^1] >> 4, header[^1] & 15);
        if (frame.Progressive && (start > end || end > 63 || (start == 0 && end != 0) || (start > 0 && header[0] != 1) || low > 13 || (high != 0 && low != high - 1)))
        {
            return Jpeg.Broken("has a scan whose range of coefficients cannot be");
        }

        var components = new List<JpegComponent>(4);
        for (var i = 0; i < header[0]; i++)
        {
            var (id, use) = (header[1 + (2 * i)], header[2 + (2 * i)]);
            var at = Index(frame, id);
            if (at < 0 || components.Contains(frame.Components[at]))
            {
                return Jpeg.Broken("has a scan of a component that its frame header does not name, or twice");
            }

            var component = frame.Components[at];
            components.Add(component);
            if (!tables.HasQuant(component.QuantTable))
            {
                return Jpeg.Broken("has a scan before its quantization table");
            }

            var (first, refines) = (start == 0, high != 0);
            if ((!frame.Progressive || (first && !refines)) && !tables.Takes(0, use >> 4, frame.Progressive))
            {
                return Jpeg.Broken("has a scan without its Huffman table");
            }

            if ((!frame.Progressive || !first) && !tables.Takes(1, use & 15, frame.Progressive))
            {
                return Jpeg.Broken("has a scan without its Huffman table");
            }

            if (first || !frame.Progressive)
            {
                came |= 1 << at;
            }
        }

        if (!JpegFrame.Fits(components))
        {
            return Jpeg.Broken("has a scan with more than ten blocks in a unit");
        }

        // A block takes a bit for its DC coefficient at least, and where all are in one scan one more for the others.
        var bits = !frame.Progressive ? 2 : start == 0 ? 1 : 0;
        return PassData(frame.Mcus(components), frame.BlocksOf(components) * bits);
    }

    /// <summary>Passes entropy-coded data, to the next marker that is no restart (B.1.1.5).</summary>
    private Failure? PassData(long mcus, long leastBits)
    {
        var (begin, restarts) = (Position, 0L);
        while (true)
        {
            var found = bytes[Position..].IndexOf((byte)0xFF);
            if (found < 0 || Position + found + 1 >= bytes.Length)
            {
                Position = bytes.Length;
                return Jpeg.Truncated(bytes.Length);
            }

            // FF00 is a data byte FF; FFD0 to FFD7 restart; in FFFF the first is fill.
            var next = bytes[Position + found + 1];
            if (next is >= 0xD0 and <= 0xD7)
            {
                if (restartInterval == 0 || next - 0xD0 != restarts++ % 8)
                {
                    return Jpeg.Broken($"has a restart marker out of its order at byte {Position + found}");
                }
            }

            Position += found + (next is 0 or (>= 0xD0 and <= 0xD7) ? 2 : next == 0xFF ? 1 : 0);
            if (next is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
            {
                break;
            }
        }

        // Some cameras end with one restart marker more than there are intervals to part.
        var expected = restartInterval == 0 ? 0 : ((mcus + restartInterval - 1) / restartInterval) - 1;
        return restarts < expected || restarts > expected + 1 ? Jpeg.Broken($"has {restarts} restart markers where its size needs {expected}: parts of it are missing")
            : 8L * (Position - begin) < leastBits ? Jpeg.Broken($"has {Position - begin} bytes of coded data, too few for its size: parts of it are missing")
            : null;
    }

    private static int Index(JpegFrame frame, byte id)
    {
        for (var i = 0; i < frame.Components.Count; i++)
        {
            if (frame.Components[i].Id == id)
            {
                return i;
            }
        }

        return -1;
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
