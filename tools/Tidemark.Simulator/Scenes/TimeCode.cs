using System.Text;

namespace Tidemark.Simulator.Scenes;

/// <summary>
/// An instant written into pixels: 48 bits of milliseconds since 1970, 16 bits of the site's hash, a CRC-16 over both, as
/// two rows of forty dark and light cells, most significant bit first. Cells are one or two JPEG blocks wide, so that a
/// frame can be told apart after JPEG, x264 and scaling.
/// </summary>
public static class TimeCode
{
    /// <summary>Cells in a row.</summary>
    public const int Columns = 40;

    /// <summary>Rows of cells.</summary>
    public const int Rows = 2;

    private const byte Dark = 26;
    private const byte Light = 158;

    /// <summary>The edge of a cell in pixels in a frame of this width: 16 from 640 on, 8 from 320 on, else 0: there is no room for a code.</summary>
    public static int CellFor(int width) => width >= Columns * 16 ? 16 : width >= Columns * 8 ? 8 : 0;

    /// <summary>Where the code lies in a frame: the corner at the lower left. Null where there is no room.</summary>
    public static (int X, int Y, int Cell)? PlaceIn(int width, int height)
    {
        var cell = CellFor(width);
        return cell == 0 || height < Rows * cell ? null : (0, height - (Rows * cell), cell);
    }

    /// <summary>The 16 bits that stand for a site's name.</summary>
    public static ushort SiteHash(string site) => Crc16(Encoding.UTF8.GetBytes(site));

    /// <summary>Draws the code into rows of R, G, B bytes at its place; does nothing where there is no room.</summary>
    public static void Write(Span<byte> rgb, int width, int height, DateTimeOffset instant, string site)
    {
        if (PlaceIn(width, height) is not { } place)
        {
            return;
        }

        Span<byte> code = stackalloc byte[10];
        Encode(code, instant, SiteHash(site));
        for (var bit = 0; bit < Columns * Rows; bit++)
        {
            var shade = (code[bit >> 3] & (0x80 >> (bit & 7))) != 0 ? Light : Dark;
            int left = place.X + (bit % Columns * place.Cell), top = place.Y + (bit / Columns * place.Cell);
            for (var y = top; y < top + place.Cell; y++)
            {
                rgb.Slice(((y * width) + left) * 3, place.Cell * 3).Fill(shade);
            }
        }
    }

    /// <summary>Reads a code from luma samples of any range; false where none stands there or it does not add up.</summary>
    /// <param name="gray">One byte a pixel.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="originX">Left edge of the code; for a frame at (x, y) of size (w, h), <c>x</c>.</param>
    /// <param name="originY">Upper edge of the code; for a frame at (x, y) of size (w, h), <c>y + h − 2·cell</c>.</param>
    /// <param name="instant">The instant in UTC, whole milliseconds.</param>
    /// <param name="site">See <see cref="SiteHash"/>.</param>
    /// <param name="cell">Edge of a cell in these pixels; a fraction where the frame was scaled.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> gray, int width, int height, int stride, int originX, int originY, out DateTimeOffset instant, out ushort site, double cell = 16)
    {
        instant = default;
        site = 0;
        if (cell < 2 || originX < 0 || originY < 0 || originX + (Columns * cell) > width + 0.01 || originY + (Rows * cell) > height + 0.01)
        {
            return false;
        }

        Span<double> shades = stackalloc double[Columns * Rows];
        double low = 255, high = 0;
        for (var bit = 0; bit < shades.Length; bit++)
        {
            shades[bit] = Middle(gray, stride, originX + (bit % Columns * cell), originY + (bit / Columns * cell), cell);
            low = Math.Min(low, shades[bit]);
            high = Math.Max(high, shades[bit]);
        }

        Span<byte> code = stackalloc byte[10];
        code.Clear();
        for (var bit = 0; bit < shades.Length; bit++)
        {
            code[bit >> 3] |= (byte)(shades[bit] > (low + high) / 2 ? 0x80 >> (bit & 7) : 0);
        }

        return high - low >= 60 && TryDecode(code, out instant, out site);
    }

    private static void Encode(Span<byte> code, DateTimeOffset instant, ushort site)
    {
        var milliseconds = instant.ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++)
        {
            code[i] = (byte)(milliseconds >> (40 - (i * 8)));
        }

        (code[6], code[7]) = ((byte)(site >> 8), (byte)site);
        var check = Crc16(code[..8]);
        (code[8], code[9]) = ((byte)(check >> 8), (byte)check);
    }

    private static bool TryDecode(ReadOnlySpan<byte> code, out DateTimeOffset instant, out ushort site)
    {
        long milliseconds = 0;
        foreach (var part in code[..6])
        {
            milliseconds = (milliseconds << 8) | part;
        }

        site = (ushort)((code[6] << 8) | code[7]);
        var whole = Crc16(code[..8]) == ((code[8] << 8) | code[9]) && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        instant = whole ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : default;
        return whole;
    }

    /// <summary>The mean of the inner half of a cell: its edges bleed into the neighbours.</summary>
    private static double Middle(ReadOnlySpan<byte> gray, int stride, double left, double top, double cell)
    {
        int x0 = (int)(left + (cell / 4)), x1 = Math.Max(x0 + 1, (int)(left + (cell * 3 / 4)));
        int y0 = (int)(top + (cell / 4)), y1 = Math.Max(y0 + 1, (int)(top + (cell * 3 / 4)));
        long sum = 0;
        for (var y = y0; y < y1; y++)
        {
            for (var x = x0; x < x1; x++)
            {
                sum += gray[(y * stride) + x];
            }
        }

        return (double)sum / ((x1 - x0) * (y1 - y0));
    }

    /// <summary>CRC-16/CCITT-FALSE.</summary>
    private static ushort Crc16(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xffff;
        foreach (var value in bytes)
        {
            crc ^= value << 8;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
            }
        }

        return (ushort)crc;
    }
}
