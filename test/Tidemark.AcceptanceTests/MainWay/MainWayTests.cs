using Tidemark.AcceptanceTests.Pictures;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Faults;
using Tidemark.Simulator.Scenes;

namespace Tidemark.AcceptanceTests.MainWay;

/// <summary>From sites to a video, by commands alone.</summary>
public class MainWayTests
{
    private static readonly string[] Four = ["harbour", "pier", "lighthouse", "valley"];

    [Fact]
    public async Task Frames_of_four_sites_become_a_quad_that_shows_every_instant_at_its_place()
    {
        await using var station = await Station.StartAsync();
        await station.CaptureAsync(Four);
        MainWay.FramesOnDisk(station, Four);

        string[] order = ["valley", "pier", "harbour", "lighthouse"];
        var made = (await station.Node.RunAsync(["timelapse", .. order, .. station.Range, "--layout", "quad", "--fps", "10", "-o", station["quad.mp4"], "--json"])).Ended(0).Json;

        Assert.Equal("done", made.GetProperty("state").GetString());
        var video = await DecodedVideo.OfAsync(station["quad.mp4"]);
        Assert.Equal((1280, 720), (video.Width, video.Height));
        MainWay.ShowsQuad(video, order, [.. order.Select(_ => station.Instants)], 640, 360);
        Assert.Equal(1000, made.GetProperty("asset").GetProperty("durationMs").GetInt32());
    }

    [Fact]
    public async Task A_frame_that_a_site_lacks_is_stood_in_for_by_the_one_nearest_in_time()
    {
        await using var station = await Station.StartAsync();
        station.Sites.Faults.Set("valley", new TruncatedImage { Times = 1 });
        await station.CaptureAsync(Four[..3]);
        await station.AddAsync(["valley"]);
        await station.Node.WhenCapturedAsync("valley", station.Instants.Count - 1);

        (await station.Node.RunAsync(["timelapse", .. Four, .. station.Range, "--layout", "quad", "-o", station["quad.mp4"]])).Ended(0);

        IReadOnlyList<DateTimeOffset> stoodIn = [station.Instants[1], .. station.Instants.Skip(1)];
        MainWay.ShowsQuad(await DecodedVideo.OfAsync(station["quad.mp4"]), Four, [station.Instants, station.Instants, station.Instants, stoodIn], 640, 360);
    }

    [Fact]
    public async Task One_source_is_cropped_to_what_was_asked_for()
    {
        await using var station = await Station.StartAsync(Station.Small with { Width = 960, Height = 540 });
        await station.CaptureAsync("pier");

        // The lower left corner, where the code is.
        (await station.Node.RunAsync(["timelapse", "pier", .. station.Range, "--crop", "800x400+0+140", "--fps", "5", "-o", station["crop.mp4"]])).Ended(0);

        var video = await DecodedVideo.OfAsync(station["crop.mp4"]);
        Assert.Equal((800, 400, station.Instants.Count), (video.Width, video.Height, video.Frames));
        for (var frame = 0; frame < video.Frames; frame++)
        {
            Assert.Equal((TimeCode.SiteHash("pier"), station.Instants[frame]), video.CodeIn(frame, 0, 0, 400, cell: 16));
        }
    }

    [Fact]
    public async Task A_sidebar_stands_at_the_right_at_full_height_and_its_last_frame_is_held()
    {
        await using var station = await Station.StartAsync();
        await station.CaptureAsync(Four);
        // Half as long as the timelapse, white at its end, black before.
        await DecodedVideo.MakeAsync(station["side.mp4"], "color=black:s=160x180:r=10:d=0.5,geq=lum='if(gte(N,4),235,16)':cb=128:cr=128");

        (await station.Node.RunAsync(["timelapse", .. Four, .. station.Range, "--layout", "quad", "--fps", "10", "--sidebar", station["side.mp4"], "-o", station["wide.mp4"]])).Ended(0);

        var video = await DecodedVideo.OfAsync(station["wide.mp4"]);
        Assert.Equal((1280 + 640, 720), (video.Width, video.Height));
        MainWay.ShowsQuad(video, Four, [.. Four.Select(_ => station.Instants)], 640, 360);
        for (var frame = 0; frame < video.Frames; frame++)
        {
            Assert.InRange(video.Mean(frame, 1280, 0, 640, 720), frame < 4 ? 0 : 225, frame < 4 ? 30 : 255);
        }
    }

    [Fact]
    public async Task The_test_pattern_of_ffmpeg_is_a_good_sidebar_too()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(30) });
        await station.CaptureAsync("harbour");
        await DecodedVideo.MakeAsync(station["side.mp4"], "testsrc=s=320x240:r=25:d=1");

        var made = (await station.Node.RunAsync(["timelapse", "harbour", .. station.Range, "--sidebar", station["side.mp4"], "-o", station["wide.mp4"], "--json"])).Ended(0).Json;

        Assert.Equal((640 + 480, 360, 3), (made.GetProperty("asset").GetProperty("width").GetInt32(), made.GetProperty("asset").GetProperty("height").GetInt32(), made.GetProperty("asset").GetProperty("frames").GetInt32()));
        var video = await DecodedVideo.OfAsync(station["wide.mp4"]);
        Assert.Equal((1120, 360, 3), (video.Width, video.Height, video.Frames));
    }
}
