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

    [Fact]
    public void Differences_that_add_up_to_what_no_picture_has_are_refused()
    {
        // Grey; a code for a difference of 11 bits (0), one of 10 (10), and one for the end of a block (0). So a block of 13
        // bits 0 has the difference −2047. 1,049,088 of them and one of −512 add up to the least number there is.
        const int Width = 65496, Height = 1040, Columns = Width / 8, Blocks = 1_049_088;
        var data = new byte[((Columns * Height / 8 * 13) + 7) / 8];
        foreach (var bit in (int[])[0, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        {
            var at = (Blocks * 13) + bit;
            data[at / 8] |= (byte)(0x80 >> (at % 8));
        }

        byte[] jpeg =
        [
            0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64),
            0xFF, 0xC0, 0, 11, 8, Height >> 8, Height & 0xFF, Width >> 8, Width & 0xFF, 1, 1, 0x11, 0,
            0xFF, 0xC4, 0, 21, 0x00, 1, 1, .. new byte[14], 11, 10,
            0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0,
            0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, .. data.SelectMany(one => one == 0xFF ? (byte[])[one, 0] : [one]), 0xFF, 0xD9,
        ];
        Assert.Equal(Width, Jpeg.Inspect(jpeg).Value.Width);
        Assert.False(new JpegPart().TryCut(jpeg, new(Blocks % Columns * 8, Blocks / Columns * 8, 8, 8), new ArrayBufferWriter<byte>(), out _));
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
