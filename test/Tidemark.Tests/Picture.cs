using Tidemark.Simulator.Jpeg;

namespace Tidemark.Tests;

/// <summary>Small pictures for tests that only care that they are whole, and which is which.</summary>
public static class Picture
{
    /// <summary>A JPEG of 16×16 in a grey of its own: equal numbers make equal bytes.</summary>
    public static byte[] Jpeg(int number = 0, int width = 16, int height = 16)
    {
        var rgb = new byte[width * height * 3];
        Array.Fill(rgb, (byte)(number * 16));
        return new JpegEncoder(85).Encode(rgb, width, height);
    }

    public static async Task<string> WriteAsync(string path, int number = 0)
    {
        await File.WriteAllBytesAsync(path, Jpeg(number), TestContext.Current.CancellationToken);
        return path;
    }
}
