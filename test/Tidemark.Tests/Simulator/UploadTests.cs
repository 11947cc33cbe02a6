using Tidemark.Simulator;
using Tidemark.Simulator.Upload;

namespace Tidemark.Tests.Simulator;

public sealed class UploadTests : IDisposable
{
    private static readonly DateTimeOffset Instant = new(2026, 10, 25, 0, 30, 0, TimeSpan.Zero);
    private readonly Ffmpeg.Folder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private UploadOptions Options => new() { Folder = folder["camera"], Width = 64, Height = 48, Pause = TimeSpan.Zero, Every = TimeSpan.FromSeconds(1) };

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_upload_stands_under_its_final_name_before_it_is_whole()
    {
        var camera = new UploadingCamera(Options, TimeProvider.System);
        await using var upload = camera.Begin(Instant);
        Assert.Equal(folder["camera/20261025-003000.jpg"], upload.Path);
        Assert.Equal(0, new FileInfo(upload.Path).Length);

        await upload.WriteAsync(100, Cancellation);
        Assert.Equal(upload.Picture[..100].ToArray(), await ReadAsync(upload.Path));
        await upload.FinishAsync(Cancellation);
        Assert.Equal(upload.Picture.ToArray(), await ReadAsync(upload.Path));

        var (gray, _) = await Ffmpeg.RunAsync(folder.Path, "-xerror", "-i", upload.Path, "-f", "rawvideo", "-pix_fmt", "gray", "-");
        Assert.Equal(64 * 48, gray.Length);
    }

    [Theory]
    [InlineData("UTC", "'cam1_'yyyyMMddHHmmss", "cam1_20261025003000.jpg")]
    [InlineData("Europe/Lisbon", "yyyy/MM/dd/HH.mm.ss", "2026/10/25/01.30.00.jpg")]
    [InlineData("America/New_York", "yyyyMMdd-HHmmss", "20261024-203000.jpg")]
    public async Task Names_follow_the_pattern_in_the_time_of_the_zone(string zone, string pattern, string expected)
    {
        var camera = new UploadingCamera(Options with { Zone = TimeZoneInfo.FindSystemTimeZoneById(zone), Pattern = pattern }, TimeProvider.System);
        var (path, whole) = await camera.UploadAsync(Instant, Cancellation);
        Assert.Equal((Path.Combine(folder["camera"], expected), true), (path, whole));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task In_the_hour_that_comes_twice_a_later_picture_takes_the_place_of_the_earlier()
    {
        var camera = new UploadingCamera(Options with { Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Lisbon") }, TimeProvider.System);
        var (first, _) = await camera.UploadAsync(Instant, Cancellation);
        var before = await ReadAsync(first);
        var (second, _) = await camera.UploadAsync(Instant.AddHours(1), Cancellation);
        Assert.Equal(first, second);
        Assert.NotEqual(before, await ReadAsync(second));
    }

    [Fact]
    public async Task Every_second_upload_breaks_off_half_way_and_stays()
    {
        var camera = new UploadingCamera(Options with { Partial = true }, TimeProvider.System);
        var (_, first) = await camera.UploadAsync(Instant, Cancellation);
        var (path, second) = await camera.UploadAsync(Instant.AddSeconds(1), Cancellation);
        Assert.Equal((true, false), (first, second));
        await using var whole = new UploadingCamera(Options with { Folder = folder["other"] }, TimeProvider.System).Begin(Instant.AddSeconds(1));
        Assert.InRange(new FileInfo(path).Length, whole.Length * 0.4, whole.Length * 0.6);
        Assert.Equal(whole.Picture[..(int)new FileInfo(path).Length].ToArray(), await ReadAsync(path));
    }

    [Fact]
    public async Task Pictures_come_on_the_clock_until_there_are_enough()
    {
        var clock = new SimulatedClock(TimeProvider.System);
        clock.Set(Instant.AddSeconds(-0.2));
        var told = new List<string>();
        await new UploadingCamera(Options, clock).RunAsync(2, (path, _) => told.Add(Path.GetFileName(path)), Cancellation);
        Assert.Equal(["20261025-003000.jpg", "20261025-003001.jpg"], told);
    }

    [Theory]
    [InlineData("../yyyy")]
    [InlineData("/yyyy")]
    [InlineData("yyyy/")]
    [InlineData("")]
    [InlineData("'open")]
    public void A_pattern_that_leads_out_of_the_folder_or_nowhere_is_refused(string pattern)
        => Assert.Contains("--pattern", (Options with { Pattern = pattern }).Fault(), StringComparison.Ordinal);

    [Fact]
    public void Chunks_that_do_not_fit_between_two_pictures_are_refused()
        => Assert.Contains("--chunks", (Options with { Pause = TimeSpan.FromSeconds(1), Chunks = 8 }).Fault(), StringComparison.Ordinal);

    private static Task<byte[]> ReadAsync(string path) => File.ReadAllBytesAsync(path, Cancellation);
}
