using Tidemark.Simulator.Jpeg;
using Tidemark.Simulator.Scenes;

namespace Tidemark.Tests.Simulator;

public sealed class TimeCodeTests
{
    private static readonly DateTimeOffset Instant = new(2026, 11, 22, 8, 10, 0, 123, TimeSpan.Zero);

    [Theory]
    [InlineData("harbour", 1280, 720, 85)]
    [InlineData("pier", 1280, 720, 40)]
    [InlineData("lighthouse", 640, 360, 85)]
    [InlineData("valley", 641, 361, 85)]
    [InlineData("valley", 320, 180, 85)]
    public async Task An_instant_is_read_back_from_a_JPEG(string site, int width, int height, int quality)
    {
        using var folder = new Ffmpeg.Folder();
        await WriteFrame(folder["frame.jpg"], site, Instant, width, height, quality);

        var (gray, _) = await Ffmpeg.RunAsync(folder.Path, "-i", "frame.jpg", "-f", "rawvideo", "-pix_fmt", "gray", "-");

        var (x, y, cell) = TimeCode.PlaceIn(width, height)!.Value;
        Assert.True(TimeCode.TryRead(gray, width, height, width, x, y, out var read, out var hash, cell));
        Assert.Equal((Instant, TimeCode.SiteHash(site)), (read, hash));
    }

    /// <summary>Quadrants at full size, and each scaled to half, through x264 as a timelapse is made.</summary>
    [Theory]
    [InlineData(1280, 720)]
    [InlineData(640, 360)]
    public async Task Instants_are_read_back_from_the_quadrants_of_a_video(int quadWidth, int quadHeight)
    {
        string[] sites = ["harbour", "pier", "lighthouse", "valley"];
        using var folder = new Ffmpeg.Folder();
        for (var frame = 0; frame < 3; frame++)
        {
            foreach (var (number, site) in sites.Index())
            {
                await WriteFrame(folder[$"{number}-{frame}.jpg"], site, Instant.AddMinutes((frame * 10) + number), 1280, 720, 85);
            }
        }

        string Scaled(int number) => $"[{number}:v]scale={quadWidth}:{quadHeight}[q{number}]";
        await Ffmpeg.RunAsync(folder.Path, "-i", "0-%d.jpg", "-i", "1-%d.jpg", "-i", "2-%d.jpg", "-i", "3-%d.jpg", "-filter_complex",
            $"{Scaled(0)};{Scaled(1)};{Scaled(2)};{Scaled(3)};[q0][q1][q2][q3]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0[v]", "-map", "[v]",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "quad.mp4");
        var (gray, _) = await Ffmpeg.RunAsync(folder.Path, "-i", "quad.mp4", "-f", "rawvideo", "-pix_fmt", "gray", "-");

        int width = quadWidth * 2, height = quadHeight * 2;
        var cell = 16.0 * quadWidth / 1280;
        Assert.Equal(3 * width * height, gray.Length);
        for (var frame = 0; frame < 3; frame++)
        {
            foreach (var (number, site) in sites.Index())
            {
                int originX = number % 2 * quadWidth, originY = ((number / 2) + 1) * quadHeight - (int)(TimeCode.Rows * cell);
                var decoded = gray.AsSpan(frame * width * height, width * height);
                Assert.True(TimeCode.TryRead(decoded, width, height, width, originX, originY, out var read, out var hash, cell), $"frame {frame}, {site}");
                Assert.Equal((Instant.AddMinutes((frame * 10) + number), TimeCode.SiteHash(site)), (read, hash));
            }
        }
    }

    [Fact]
    public void No_instant_is_read_where_none_was_written()
    {
        var noise = new byte[1280 * 720];
        new Random(3).NextBytes(noise);
        Assert.False(TimeCode.TryRead(noise, 1280, 720, 1280, 0, 688, out _, out _));
        Assert.False(TimeCode.TryRead(new byte[1280 * 720], 1280, 720, 1280, 0, 688, out _, out _));
        Assert.False(TimeCode.TryRead(noise, 1280, 720, 1280, 700, 688, out _, out _));
    }

    [Fact]
    public void The_same_site_and_instant_give_the_same_picture()
        => Assert.Equal(new SitePainter("pier", 0, 320, 180).Paint(Instant), new SitePainter("pier", 0, 320, 180).Paint(Instant));

    private static Task WriteFrame(string path, string site, DateTimeOffset instant, int width, int height, int quality)
        => File.WriteAllBytesAsync(path, new JpegEncoder(quality).Encode(new SitePainter(site, 0, width, height).Paint(instant), width, height), TestContext.Current.CancellationToken);
}
