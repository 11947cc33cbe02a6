using Tidemark.Simulator.Jpeg;

namespace Tidemark.Tests.Simulator;

public sealed class JpegEncoderTests
{
    [Theory]
    [InlineData(1, 1, 85)]
    [InlineData(16, 16, 85)]
    [InlineData(17, 15, 85)]
    [InlineData(641, 361, 85)]
    [InlineData(320, 180, 1)]
    [InlineData(320, 180, 100)]
    public async Task A_picture_of_any_size_decodes_without_a_complaint_and_looks_like_what_went_in(int width, int height, int quality)
    {
        using var folder = new Ffmpeg.Folder();
        var rgb = Gradient(width, height);
        await File.WriteAllBytesAsync(folder["picture.jpg"], new JpegEncoder(quality).Encode(rgb, width, height), TestContext.Current.CancellationToken);

        var (decoded, _) = await Ffmpeg.RunAsync(folder.Path, "-xerror", "-err_detect", "explode", "-i", "picture.jpg", "-f", "rawvideo", "-pix_fmt", "rgb24", "-");

        Assert.Equal(rgb.Length, decoded.Length);
        var error = rgb.Zip(decoded, (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(error, 0, quality < 10 ? 40 : 6);
    }

    [Fact]
    public async Task Noise_at_the_finest_quality_decodes_without_a_complaint()
    {
        using var folder = new Ffmpeg.Folder();
        var rgb = new byte[333 * 222 * 3];
        new Random(5).NextBytes(rgb);
        await File.WriteAllBytesAsync(folder["noise.jpg"], new JpegEncoder(100).Encode(rgb, 333, 222), TestContext.Current.CancellationToken);

        var (decoded, _) = await Ffmpeg.RunAsync(folder.Path, "-xerror", "-err_detect", "explode", "-i", "noise.jpg", "-f", "rawvideo", "-pix_fmt", "rgb24", "-");

        Assert.Equal(rgb.Length, decoded.Length);
    }

    [Fact]
    public void The_same_pixels_give_the_same_bytes()
    {
        var rgb = Gradient(320, 181);
        Assert.Equal(new JpegEncoder(85).Encode(rgb, 320, 181), new JpegEncoder(85).Encode(rgb, 320, 181));
    }

    [Fact]
    public void Too_few_pixels_are_refused()
        => Assert.Throws<ArgumentException>(() => new JpegEncoder().Encode(new byte[100], 16, 16));

    private static byte[] Gradient(int width, int height)
    {
        var rgb = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
        {
            int x = i % width, y = i / width;
            rgb[i * 3] = (byte)(x * 255 / width);
            rgb[(i * 3) + 1] = (byte)(y * 255 / height);
            rgb[(i * 3) + 2] = (byte)(128 + (60 * Math.Sin(x * 0.05)));
        }

        return rgb;
    }
}
