using System.Text.Json;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Capture;

/// <summary>Sources of the other kinds, crops and certificates, from the command to the disk.</summary>
public class KindsTests
{
    [Fact]
    public async Task A_snapshot_becomes_a_frame_for_each_new_picture_and_for_no_other_also_after_a_restart()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10), LiveEvery = TimeSpan.FromSeconds(1) });
        (await station.Node.RunAsync("source", "add", "roof", "--kind", "frames.snapshot", "--url", station.Sites.SnapshotUrl("pier"), "--every", "1s", "--private-network")).Ended(0);
        await station.Node.WhenCapturedAsync("roof", 3);
        // From now on it shows what it showed: the same bytes are no frame.
        station.Sites.Faults.Set("pier", new Simulator.Faults.RepeatedImage());
        await station.Node.WhenAsync("sources/roof", Is("unchanged"), "nothing new is shown");

        await station.RestartAsync();
        await station.Node.WhenAsync("sources/roof", Is("unchanged"), "nothing new is shown after the restart");
        (await station.Node.RunAsync("source", "pause", "roof")).Ended(0);
        var frames = (await station.Node.GetAsync("sources/roof/frames?limit=1000")).GetProperty("frames").EnumerateArray().ToList();
        Assert.Equal(frames.Count, frames.Select(frame => frame.GetProperty("sha256").GetString()).Distinct().Count());
        // Their time is what the camera said, in whole seconds.
        Assert.All(frames, frame => Assert.Equal(0, frame.GetProperty("time").GetDateTimeOffset().Millisecond));
    }

    [Fact]
    public async Task A_cameras_folder_is_emptied_into_the_archive_and_what_is_no_picture_into_quarantine()
    {
        await using var station = await Station.StartAsync();
        using var http = new HttpClient();
        var picture = await http.GetByteArrayAsync(station.Sites.SnapshotUrl("pier"), TestContext.Current.CancellationToken);
        var ftp = Directory.CreateDirectory(station["ftp"]).FullName;
        Upload("cam1_20261120_130000.jpg", picture);
        Upload("cam1_20261120_130100.jpg", picture[..(picture.Length / 2)]);
        Upload("cam1_19700101_000000.jpg", picture);
        Upload("other.jpg", picture);
        (await station.Node.RunAsync("source", "add", "ftp", "--folder", ftp, "--name-pattern", "cam1_%Y%m%d_%H%M%S.jpg", "--zone", "Europe/Paris")).Ended(0);

        await station.Node.WhenCapturedAsync("ftp", 1);
        await station.Node.WhenAsync("sources/ftp", source => source.GetProperty("quarantined").GetInt32() == 2, "two are in quarantine");
        Assert.Equal(["20261120T120000.000Z.jpg"], TempFolder.FilesIn(Path.Combine(station.Data, "frames", "ftp", "2026-11-20")));
        Assert.Equal(picture, await File.ReadAllBytesAsync(Path.Combine(station.Data, "frames", "ftp", "2026-11-20", "20261120T120000.000Z.jpg"), TestContext.Current.CancellationToken));
        var codes = (await station.Node.GetAsync("quarantine?source=ftp")).GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("code").GetString()!);
        Assert.Equal(["jpeg_truncated", "time_past"], codes.Order(StringComparer.Ordinal));
        Assert.Equal(["other.jpg"], TempFolder.FilesIn(ftp));

        // Long since whole: nobody waits for more of it.
        void Upload(string name, byte[] bytes)
        {
            File.WriteAllBytes(Path.Combine(ftp, name), bytes);
            File.SetLastWriteTimeUtc(Path.Combine(ftp, name), TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2));
        }
    }

    [Fact]
    public async Task A_crop_lies_beside_its_frame_and_one_that_cannot_be_is_told_until_it_is_changed()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10) });
        (await station.Node.RunAsync([.. station.AddArguments("pier"), "--crop", "64x48+0+0"])).Ended(0);
        var frame = Path.Combine(station.Data, "frames", "pier", Time.Rfc3339.Day(station.Instants[^1]), Time.Rfc3339.Stamp(station.Instants[^1]));
        await Until.TrueAsync(() => File.Exists(frame + ".thumb.jpg"), "the crop is there");
        var crop = Media.Jpeg.Inspect(await File.ReadAllBytesAsync(frame + ".thumb.jpg", TestContext.Current.CancellationToken)).Value;
        Assert.Equal((64, 48), (crop.Width, crop.Height));

        (await station.Node.RunAsync([.. station.AddArguments("harbour"), "--crop", "9000x9000+0+0"])).Ended(0);
        await station.Node.WhenAsync("sources/harbour", Matters("crop"), "the crop is told");
        Assert.Contains("crop since 20", (await station.Node.RunAsync("source", "show", "harbour")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await station.Node.GetAsync("sources/harbour")).GetProperty("frames").GetInt32());
    }

    [Fact]
    public async Task A_device_that_shows_another_certificate_is_told_until_it_is_trusted()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10), Https = true });
        await station.CaptureAsync("pier");
        station.Sites.Certificate!.Replace();

        (await station.Node.RunAsync("source", "poll", "pier")).Ended(0);
        await station.Node.WhenAsync("sources/pier", source => Is("failed")(source) && Matters("certificate_changed")(source), "the certificate is told");
        Assert.Contains("certificate_changed since 20", (await station.Node.RunAsync("source", "show", "pier")).Ended(0).Output, StringComparison.Ordinal);

        (await station.Node.RunAsync("source", "trust", "pier")).Ended(0);
        await station.Node.WhenAsync("sources/pier", source => Is("unchanged")(source) && !Matters("certificate_changed")(source), "it is believed again");
    }

    private static Func<JsonElement, bool> Is(string outcome) => source => source.GetProperty("status").GetProperty("outcome").GetString() == outcome;

    private static Func<JsonElement, bool> Matters(string code) => source => source.GetProperty("conditions").EnumerateArray().Any(condition => condition.GetProperty("code").GetString() == code);
}
