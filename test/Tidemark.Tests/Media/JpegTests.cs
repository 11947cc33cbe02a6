using System.Text;
using Tidemark.Media;

namespace Tidemark.Tests.Media;

public sealed class JpegTests : IDisposable
{
    private readonly MediaFixture media = new();

    public void Dispose() => media.Dispose();

    [Fact]
    public async Task A_whole_picture_tells_its_facts()
    {
        var bytes = await PictureAsync();
        var facts = Jpeg.Inspect(bytes).Value;

        Assert.Equal((64, 48, 3, false, bytes.Length, 0), (facts.Width, facts.Height, facts.Components, facts.Progressive, facts.End, facts.Tail));
        Assert.Equal("1:22 2:11 3:11", facts.Sampling);
    }

    [Fact]
    public async Task A_progressive_picture_with_restart_markers_is_walked_through_all_its_scans()
    {
        await PictureAsync();
        await media.RunAsync(MediaTool.Jpegtran, "-progressive", "-restart", "1", "-outfile", media.PathOf("p.jpg"), media.PathOf("a.jpg"));
        var bytes = await File.ReadAllBytesAsync(media.PathOf("p.jpg"));

        Assert.Contains((byte)0xD0, bytes.Zip(bytes.Skip(1)).Where(p => p.First == 0xFF).Select(p => p.Second));
        var facts = Jpeg.Inspect(bytes).Value;
        Assert.Equal((64, 48, true, bytes.Length), (facts.Width, facts.Height, facts.Progressive, facts.End));
    }

    [Fact]
    public async Task Every_place_at_which_a_picture_can_be_cut_short_is_noticed()
    {
        foreach (var progressive in new[] { false, true })
        {
            var bytes = await PictureAsync(progressive);
            for (var length = 0; length < bytes.Length; length++)
            {
                var cut = Jpeg.Inspect(bytes.AsSpan(0, length));
                Assert.True(cut.Failure is { Kind: FailureKind.BadInput }, $"{length} of {bytes.Length} bytes were taken for a whole picture.");
                Assert.Equal(length == 0 ? "jpeg_empty" : "jpeg_truncated", cut.Failure?.Code);
            }
        }
    }

    [Theory]
    [InlineData("<!DOCTYPE html><title>Login</title>", "an HTML page, not an image")]
    [InlineData("\r\n  <HTML>", "an HTML page, not an image")]
    [InlineData("{\"error\":\"gone\"}", "JSON text, not an image")]
    [InlineData("GIF89a", "a GIF image, not a JPEG")]
    [InlineData("hello", "no JPEG image: it does not begin with FF D8")]
    public void What_came_instead_of_a_picture_is_named(string text, string name)
    {
        var failure = Jpeg.Inspect(Encoding.UTF8.GetBytes(text)).Failure;
        Assert.Equal((FailureKind.BadInput, "not_jpeg", $"The answer is {name}."), (failure!.Kind, failure.Code, failure.Message));
    }

    [Fact]
    public async Task A_png_named_jpg_is_named()
    {
        await media.MakeAsync("a.png", "color=red:s=64x48", "-frames:v", "1");
        File.Move(media.PathOf("a.png"), media.PathOf("png.jpg"));
        Assert.Equal("The answer is a PNG image, not a JPEG.", Jpeg.Inspect(await File.ReadAllBytesAsync(media.PathOf("png.jpg"))).Failure?.Message);
    }

    [Fact]
    public async Task Padding_is_tolerated_up_to_its_bound()
    {
        var bytes = await PictureAsync();
        Assert.Equal((bytes.Length, 65536), (Jpeg.Inspect([.. bytes, .. new byte[65536]]).Value.End, Jpeg.Inspect([.. bytes, .. new byte[65536]]).Value.Tail));
        Assert.Equal("jpeg_tail", Jpeg.Inspect([.. bytes, .. new byte[65537]]).Failure?.Code);
    }

    [Theory]
    [InlineData(0, 48)]
    [InlineData(64, 0)]
    [InlineData(65501, 48)]
    [InlineData(64, 65501)]
    [InlineData(20000, 20000)]
    public async Task Absurd_dimensions_are_refused(int width, int height)
    {
        var bytes = await PictureAsync();
        var frame = bytes.AsSpan().IndexOf(new byte[] { 0xFF, 0xC0 });
        (bytes[frame + 5], bytes[frame + 6], bytes[frame + 7], bytes[frame + 8]) = ((byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width);
        Assert.Equal("jpeg_dimensions", Jpeg.Inspect(bytes).Failure?.Code);
    }

    [Fact]
    public async Task No_bytes_make_it_throw()
    {
        var random = new Random(20261122);
        var picture = await PictureAsync();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (i % 2 == 0 && bytes.Length > 4)
            {
                (bytes[0], bytes[1], bytes[2], bytes[3]) = (0xFF, 0xD8, 0xFF, (byte)random.Next(0xC0, 0x100));
            }

            _ = Jpeg.Inspect(bytes);

            var damaged = (byte[])picture.Clone();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            damaged[random.Next(damaged.Length)] = 0xFF;
            _ = Jpeg.Inspect(damaged);
        }
    }

    private async Task<byte[]> PictureAsync(bool progressive = false)
    {
        var path = await media.MakeAsync("a.jpg", "testsrc=s=64x48", "-frames:v", "1", "-pix_fmt", "yuvj420p", "-q:v", "3");
        if (progressive)
        {
            await media.RunAsync(MediaTool.Jpegtran, "-progressive", "-outfile", media.PathOf("q.jpg"), path);
            path = media.PathOf("q.jpg");
        }

        return await File.ReadAllBytesAsync(path);
    }
}
