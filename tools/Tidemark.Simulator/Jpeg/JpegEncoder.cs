using System.Numerics;
using static Tidemark.Simulator.Jpeg.JpegTables;

namespace Tidemark.Simulator.Jpeg;

/// <summary>
/// Baseline JPEG (ITU-T T.81, JFIF 1.01) from RGB: 4:2:0, Annex K tables. The same pixels give the same bytes on every
/// machine. Thread-safe.
/// </summary>
public sealed class JpegEncoder
{
    /// <summary>Zigzag order over transposed blocks.</summary>
    private static readonly byte[] TransposedZigZag = [.. ZigZag.ToArray().Select(at => (byte)(((at & 7) << 3) | (at >> 3)))];

    private readonly byte[] luminance;
    private readonly byte[] chrominance;
    private readonly float[] luminanceDivisors;
    private readonly float[] chrominanceDivisors;

    /// <param name="quality">1 to 100 on the scale of the Independent JPEG Group.</param>
    public JpegEncoder(int quality = 85)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        luminance = Scaled(Luminance, quality);
        chrominance = Scaled(Chrominance, quality);
        luminanceDivisors = ForwardDct.Divisors(luminance);
        chrominanceDivisors = ForwardDct.Divisors(chrominance);
    }

    /// <summary>Encodes rows of R, G, B bytes without gaps between them.</summary>
    /// <param name="rgb">At least width × height × 3 bytes.</param>
    /// <param name="width">1 to 65535 pixels.</param>
    /// <param name="height">1 to 65535 pixels.</param>
    public byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, ushort.MaxValue);
        if (rgb.Length < width * height * 3)
        {
            throw new ArgumentException($"{rgb.Length} bytes are fewer than {width}x{height} pixels take.", nameof(rgb));
        }

        var output = new JpegStream((width * height / 4) + 1024);
        WriteHeaders(output, width, height);
        WriteScan(output, rgb, width, height);
        output.Marker(0xd9);
        return output.ToArray();
    }

    private static byte[] Scaled(ReadOnlySpan<byte> table, int quality)
    {
        var percent = quality < 50 ? 5000 / quality : 200 - (quality * 2);
        var scaled = new byte[64];
        for (var i = 0; i < 64; i++)
        {
            scaled[i] = (byte)Math.Clamp(((table[i] * percent) + 50) / 100, 1, 255);
        }

        return scaled;
    }

    private void WriteHeaders(JpegStream output, int width, int height)
    {
        output.Marker(0xd8);
        output.Segment(0xe0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
        output.Segment(0xdb, [0, .. ZigZagged(luminance)]);
        output.Segment(0xdb, [1, .. ZigZagged(chrominance)]);
        output.Segment(0xc0, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
        foreach (var table in (HuffmanTable[])[LuminanceDc, LuminanceAc, ChrominanceDc, ChrominanceAc])
        {
            output.Segment(0xc4, [table.Id, .. table.Counts, .. table.Symbols]);
        }

        output.Segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
    }

    private static byte[] ZigZagged(byte[] table)
    {
        var ordered = new byte[64];
        for (var i = 0; i < 64; i++)
        {
            ordered[i] = table[ZigZag[i]];
        }

        return ordered;
    }

    private void WriteScan(JpegStream output, ReadOnlySpan<byte> rgb, int width, int height)
    {
        Span<float> blocks = stackalloc float[6 * 64];
        Span<byte> edge = stackalloc byte[16 * 16 * 3];
        Span<int> dc = stackalloc int[3];
        dc.Clear();
        for (var top = 0; top < height; top += 16)
        {
            for (var left = 0; left < width; left += 16)
            {
                if (left + 16 <= width && top + 16 <= height)
                {
                    ColourBlocks.Fill(blocks, rgb[(((top * width) + left) * 3)..], width * 3);
                }
                else
                {
                    ColourBlocks.CopyEdge(edge, rgb, width, height, left, top);
                    ColourBlocks.Fill(blocks, edge, 16 * 3);
                }

                for (var i = 0; i < 4; i++)
                {
                    dc[0] = WriteBlock(output, blocks.Slice(i * 64, 64), luminanceDivisors, dc[0], LuminanceDc, LuminanceAc);
                }

                dc[1] = WriteBlock(output, blocks.Slice(4 * 64, 64), chrominanceDivisors, dc[1], ChrominanceDc, ChrominanceAc);
                dc[2] = WriteBlock(output, blocks.Slice(5 * 64, 64), chrominanceDivisors, dc[2], ChrominanceDc, ChrominanceAc);
            }
        }

        output.FlushBits();
    }

    /// <summary>Writes one block and returns its DC coefficient, which the next one of its component is told apart from.</summary>
    private static int WriteBlock(JpegStream output, Span<float> block, float[] divisors, int previousDc, HuffmanTable dcTable, HuffmanTable acTable)
    {
        Span<int> transposed = stackalloc int[64];
        ForwardDct.Quantised(block, divisors, transposed);

        var difference = transposed[0] - previousDc;
        var size = Size(difference);
        output.Bits(dcTable.Codes[size], dcTable.Lengths[size]);
        output.Bits(Magnitude(difference, size), size);

        var run = 0;
        for (var i = 1; i < 64; i++)
        {
            var value = transposed[TransposedZigZag[i]];
            if (value == 0)
            {
                run++;
                continue;
            }

            for (; run >= 16; run -= 16)
            {
                output.Bits(acTable.Codes[0xf0], acTable.Lengths[0xf0]);
            }

            size = Size(value);
            var symbol = (run << 4) | size;
            output.Bits(((uint)acTable.Codes[symbol] << size) | Magnitude(value, size), acTable.Lengths[symbol] + size);
            run = 0;
        }

        if (run > 0)
        {
            output.Bits(acTable.Codes[0], acTable.Lengths[0]);
        }

        return transposed[0];
    }

    private static int Size(int value) => 32 - BitOperations.LeadingZeroCount((uint)Math.Abs(value));

    private static uint Magnitude(int value, int size) => (uint)(value < 0 ? value - 1 : value) & ((1u << size) - 1);
}
