namespace Tidemark.Media;

/// <summary>Which tables a JPEG has defined so far, and which a scan used before they were.</summary>
internal struct JpegTables
{
    // A bit a table: quantization 0-3; Huffman class (0 DC, 1 AC) × 4 + number.
    private int quant;
    private int huffman;
    private int borrowed;

    /// <summary>Reads DQT (B.2.4.1).</summary>
    internal Failure? ReadQuant(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            var (precision, number) = (body[0] >> 4, body[0] & 15);
            var length = 1 + (64 * (precision + 1));
            if (precision > 1 || number > 3 || body.Length < length)
            {
                return Jpeg.Broken("has a quantization table that cannot be");
            }

            quant |= 1 << number;
            body = body[length..];
        }

        return null;
    }

    /// <summary>Reads DHT (B.2.4.2).</summary>
    internal Failure? ReadHuffman(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            if (!TryNextHuffman(ref body, out var table, out var definition) || (table < 4 && definition[17..].ContainsAnyExceptInRange((byte)0, (byte)15)))
            {
                return Jpeg.Broken("has a Huffman table that cannot be");
            }

            if ((borrowed & (1 << table)) != 0)
            {
                return Jpeg.Broken("has a Huffman table after the scan that needs it");
            }

            huffman |= 1 << table;
        }

        return null;
    }

    /// <summary>Takes the next table off a DHT: code lengths that make a code, and as many values. False where there is none that can be.</summary>
    /// <param name="table">Its class (0 DC, 1 AC) × 4 + its number.</param>
    /// <param name="definition">Class and number, how many codes of 1 to 16 bits there are, the values.</param>
    internal static bool TryNextHuffman(scoped ref ReadOnlySpan<byte> body, out int table, out ReadOnlySpan<byte> definition)
    {
        table = 0;
        definition = default;
        if (body.Length < 17 || (body[0] >> 4) > 1 || (body[0] & 15) > 3 || !IsCode(body.Slice(1, 16), out var values) || body.Length < 17 + values)
        {
            return false;
        }

        table = ((body[0] >> 4) * 4) + (body[0] & 15);
        definition = body[..(17 + values)];
        body = body[definition.Length..];
        return true;
    }

    internal readonly bool HasQuant(int number) => (quant & (1 << number)) != 0;

    /// <summary>
    /// Whether a scan can be decoded by this table. Cameras that send video as JPEGs leave the usual tables (0 and 1, annex K)
    /// away, and every decoder knows them; but then they do not come later either.
    /// </summary>
    internal bool Takes(int kind, int number, bool progressive)
    {
        var table = 1 << ((kind * 4) + number);
        if ((huffman & table) != 0)
        {
            return true;
        }

        borrowed |= table;
        return !progressive && number <= 1;
    }

    private static bool IsCode(ReadOnlySpan<byte> lengths, out int values)
    {
        values = 0;
        var code = 0;
        for (var bits = 1; bits <= 16; bits++)
        {
            code = (code << 1) + lengths[bits - 1];
            values += lengths[bits - 1];
            if (code > 1 << bits)
            {
                return false;
            }
        }

        return values is > 0 and <= 256;
    }
}
