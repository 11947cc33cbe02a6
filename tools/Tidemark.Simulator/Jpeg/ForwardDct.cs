using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tidemark.Simulator.Jpeg;

/// <summary>
/// The forward 8x8 DCT of Arai, Agui and Nakajima on eight columns at once. Its outputs are scaled by known factors, which
/// the quantisation table takes back. No fused operations: every machine gives the same bits.
/// </summary>
internal static class ForwardDct
{
    /// <summary>Scale of row or column k in the output: 1 for k = 0, else sqrt(2)·cos(kπ/16).</summary>
    private static ReadOnlySpan<double> Scale => [1.0, 1.387039845, 1.306562965, 1.175875602, 1.0, 0.785694958, 0.541196100, 0.275899379];

    /// <summary>What to multiply the transform's outputs with to get quantised coefficients; stored transposed, as the outputs are.</summary>
    public static float[] Divisors(ReadOnlySpan<byte> quantisation)
    {
        var divisors = new float[64];
        for (var row = 0; row < 8; row++)
        {
            for (var column = 0; column < 8; column++)
            {
                divisors[(column * 8) + row] = (float)(1.0 / (quantisation[(row * 8) + column] * Scale[row] * Scale[column] * 8));
            }
        }

        return divisors;
    }

    /// <summary>Transforms 64 samples, multiplies and rounds. The result is transposed: horizontal frequency is the row.</summary>
    public static void Quantised(Span<float> block, ReadOnlySpan<float> divisors, Span<int> result)
    {
        var rows = MemoryMarshal.Cast<float, Vector256<float>>(block);
        Columns(rows);
        for (var row = 1; row < 8; row++)
        {
            for (var column = 0; column < row; column++)
            {
                (block[(row * 8) + column], block[(column * 8) + row]) = (block[(column * 8) + row], block[(row * 8) + column]);
            }
        }

        Columns(rows);
        var scale = MemoryMarshal.Cast<float, Vector256<float>>(divisors);
        var output = MemoryMarshal.Cast<int, Vector256<int>>(result);
        for (var row = 0; row < 8; row++)
        {
            output[row] = Vector256.ConvertToInt32(Vector256.Round(rows[row] * scale[row]));
        }
    }

    private static void Columns(Span<Vector256<float>> v)
    {
        var a0 = v[0] + v[7];
        var a7 = v[0] - v[7];
        var a1 = v[1] + v[6];
        var a6 = v[1] - v[6];
        var a2 = v[2] + v[5];
        var a5 = v[2] - v[5];
        var a3 = v[3] + v[4];
        var a4 = v[3] - v[4];

        var b0 = a0 + a3;
        var b3 = a0 - a3;
        var b1 = a1 + a2;
        var b2 = a1 - a2;
        v[0] = b0 + b1;
        v[4] = b0 - b1;
        var z1 = (b2 + b3) * 0.707106781f;
        v[2] = b3 + z1;
        v[6] = b3 - z1;

        var c0 = a4 + a5;
        var c1 = a5 + a6;
        var c2 = a6 + a7;
        var z5 = (c0 - c2) * 0.382683433f;
        var z2 = (c0 * 0.541196100f) + z5;
        var z4 = (c2 * 1.306562965f) + z5;
        var z3 = c1 * 0.707106781f;
        var z11 = a7 + z3;
        var z13 = a7 - z3;
        v[5] = z13 + z2;
        v[3] = z13 - z2;
        v[1] = z11 + z4;
        v[7] = z11 - z4;
    }
}
