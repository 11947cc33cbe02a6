using System.Buffers;
using Tidemark.Media;

namespace Tidemark.Tests.Media;

/// <summary>What is cut out of a picture's bits shows the same pixels as the picture does there.</summary>
public sealed class JpegPartTests : IDisposable
{
    private readonly MediaFixture media = new();

    public void Dispose() => media.Dispose();

    [Theory]
    [InlineData("yuvj420p", 320, 240)]
    [InlineData("yuvj420p", 203, 117)]
    [InlineData("yuvj422p", 203, 117)]
    [InlineData("yuvj444p", 203, 117)]
    [InlineData("gray", 203, 117)]
    [InlineData("yuvj420p", 320, 240, "-optimize")]
    [InlineData("yuvj420p", 203, 117, "-restart", "1")]
    [InlineData("yuvj420p", 203, 117, "-restart", "5B")]
    [InlineData("yuvj422p", 320, 240, "-restart", "1B")]
    [InlineData("gray", 203, 117, "-restart", "3B")]
    public async Task A_part_shows_the_pixels_of_the_whole(string format, int width, int height, params string[] rewritten)
    {
        var whole = await PictureAsync(format, width, height, rewritten);
        var (part, tried) = (new JpegPart(), 0);
        foreach (var wanted in (PixelPart[])[new(0, 0, width, height), new(0, 0, 16, 16), new(width - 17, height - 19, 17, 19), new(50, 30, 70, 41), new(48, 32, 64, 48), new(97, 0, 3, height), new(0, 64, width, 1)])
        {
            var output = new ArrayBufferWriter<byte>();
            if (!part.TryCut(await File.ReadAllBytesAsync(whole), wanted, output, out var cut))
            {
                // Tables made for one picture may lack a difference that a part of it has.
                Assert.Equal("-optimize", rewritten.FirstOrDefault());
                continue;
            }

            tried++;
            Assert.True(cut.X <= wanted.X && cut.Y <= wanted.Y && cut.X + cut.Width >= wanted.X + wanted.Width && cut.Y + cut.Height >= wanted.Y + wanted.Height, $"{wanted} is not in {cut}.");
            Assert.True(wanted.X - cut.X < 16 && wanted.Y - cut.Y < 16 && cut.Width < wanted.Width + 32 && cut.Height < wanted.Height + 32, $"{cut} is more than {wanted} needs.");
            await File.WriteAllBytesAsync(media.PathOf("part.jpg"), output.WrittenMemory);
            var facts = Jpeg.Inspect(output.WrittenSpan).Value;
            Assert.Equal((cut.Width, cut.Height, 0), (facts.Width, facts.Height, facts.Tail));
            Assert.Equal(await PixelsAsync(whole, $"crop={cut.Width}:{cut.Height}:{cut.X}:{cut.Y}:exact=1"), await PixelsAsync(media.PathOf("part.jpg"), "null"));
        }

        Assert.InRange(tried, rewritten is ["-optimize"] ? 1 : 7, 7);
    }

    [Fact]
    public async Task Pictures_of_other_kinds_are_left_alone()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.False(new JpegPart().TryCut(await File.ReadAllBytesAsync(await PictureAsync("yuvj420p", 320, 240, ["-progressive"])), new(0, 0, 32, 32), output, out _));
    }

    [Fact]
    public async Task No_bits_make_it_throw()
    {
        var whole = await File.ReadAllBytesAsync(await PictureAsync("yuvj420p", 203, 117, ["-restart", "5B"]));
        var (random, part, output) = (new Random(20261130), new JpegPart(), new ArrayBufferWriter<byte>());
        var cuts = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var broken = whole.ToArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                broken[random.Next(2, broken.Length)] = (byte)random.Next(256);
            }

            output.ResetWrittenCount();
            // What does not walk is never asked for.
            cuts += Jpeg.Inspect(broken).Failed(out _) || !part.TryCut(broken, new(random.Next(180), random.Next(90), 20, 20), output, out _) ? 0 : 1;
        }

        Assert.InRange(cuts, 100, 20_000);
    }

    private async Task<string> PictureAsync(string format, int width, int height, string[] rewritten)
    {
        var made = await media.MakeAsync("made.jpg", $"testsrc2=s={width}x{height}", "-frames:v", "1", "-vf", $"scale={width}:{height},noise=alls=30:allf=t", "-pix_fmt", format, "-q:v", "3");
        if (rewritten.Length > 0)
        {
            await media.RunAsync(MediaTool.Jpegtran, [.. rewritten, "-outfile", media.PathOf("whole.jpg"), made]);
            return media.PathOf("whole.jpg");
        }

        return made;
    }

    private async Task<byte[]> PixelsAsync(string path, string filter)
    {
        await media.RunAsync(MediaTool.Ffmpeg, "-v", "error", "-nostdin", "-y", "-i", path, "-vf", filter, "-f", "rawvideo", media.PathOf("pixels.raw"));
        return await File.ReadAllBytesAsync(media.PathOf("pixels.raw"));
    }
}
