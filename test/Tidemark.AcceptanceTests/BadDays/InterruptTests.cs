using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator;

namespace Tidemark.AcceptanceTests.BadDays;

/// <summary>Ctrl-C in the middle of things.</summary>
public class InterruptTests
{
    private const int Stop = 19, Continue = 18;

    /// <summary>One source in all four places: few pictures to draw.</summary>
    internal static IReadOnlyList<string> Quad { get; } = ["pier", "pier", "pier", "pier"];

    /// <summary>Enough to encode that it is still under way when it is interrupted.</summary>
    internal static SimulatorOptions Long { get; } = Station.Small with { Sites = ["pier"], Width = 1280, Height = 720, History = TimeSpan.FromMinutes(240) };

    [Fact]
    public async Task Ctrl_C_in_a_timelapse_calls_it_off_on_the_node_and_leaves_nothing()
    {
        await using var station = await Station.StartAsync(Long);
        await station.CaptureAsync("pier");
        await using var timelapse = station.Node.Start(["timelapse", .. Quad, .. station.Range, "--layout", "quad", "-o", station["a.mp4"]]);
        await timelapse.LineAsync(line => line.Contains("encoding", StringComparison.Ordinal));
        await Until.TrueAsync(() => ProcessTable.In(station.Data, "ffmpeg").Count > 0, "ffmpeg runs");

        timelapse.SignalAll(RunningProgram.Interrupt);

        (await timelapse.EndAsync()).Ended(130);
        var id = (await station.Node.GetAsync("timelapses")).GetProperty("timelapses")[0].GetProperty("id").GetString()!;
        await station.Node.WhenTimelapseAsync(id, "cancelled");
        await Until.TrueAsync(() => ProcessTable.In(station.Data, "ffmpeg").Count == 0, "no ffmpeg is left", TimeSpan.FromSeconds(5));
        await Until.TrueAsync(() => TempFolder.FilesIn(Path.Combine(station.Data, "scratch")).Count + TempFolder.FilesIn(Path.Combine(station.Data, "assets")).Count == 0, "scratch and assets are empty");
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(station["a.mp4"])!));
    }

    [Fact]
    public async Task Ctrl_C_ends_a_timelapse_soon_also_where_the_node_hangs_and_a_second_one_at_once()
    {
        await using var station = await Station.StartAsync(Long);
        await station.CaptureAsync("pier");
        foreach (var times in (int[])[1, 2])
        {
            await using var timelapse = station.Node.Start(["timelapse", .. Quad, .. station.Range, "--layout", "quad", "-o", station["a.mp4"]]);
            await timelapse.LineAsync(line => line.Contains("encoding", StringComparison.Ordinal));
            station.Node.Program.Signal(Stop);
            try
            {
                for (var time = 0; time < times; time++)
                {
                    timelapse.Signal(RunningProgram.Interrupt);
                }

                var ended = timelapse.EndAsync();
                Assert.Same(ended, await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken)));
                var ran = (await ended).Ended(130);
                if (times == 1)
                {
                    Assert.Contains("was not reached", ran.Errors, StringComparison.Ordinal);
                }
            }
            finally
            {
                station.Node.Program.Signal(Continue);
            }

            foreach (var run in (await station.Node.GetAsync("timelapses")).GetProperty("timelapses").EnumerateArray())
            {
                if (run.GetProperty("state").GetString() is "queued" or "running")
                {
                    await station.Node.PostAsync($"timelapses/{run.GetProperty("id").GetString()}/cancel");
                }
            }
        }
    }

    [Fact]
    public async Task A_node_that_dies_under_a_timelapse_is_named_with_the_work_that_goes_on()
    {
        await using var station = await Station.StartAsync(Long);
        await station.CaptureAsync("pier");
        await using var timelapse = station.Node.Start(["timelapse", .. Quad, .. station.Range, "--layout", "quad", "-o", station["a.mp4"]]);
        await timelapse.LineAsync(line => line.Contains("encoding", StringComparison.Ordinal));
        var id = (await station.Node.GetAsync("timelapses")).GetProperty("timelapses")[0].GetProperty("id").GetString()!;

        station.Node.Program.SignalAll(RunningProgram.Kill);

        var ran = (await timelapse.EndAsync()).Ended(4);
        Assert.Contains(id, ran.Errors, StringComparison.Ordinal);
        Assert.Contains("tidemark page", ran.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunningProgram.Interrupt), InlineData(RunningProgram.Terminate)]
    public async Task A_node_that_is_asked_to_stop_in_the_middle_of_work_stops_and_takes_it_up_again(int signal)
    {
        await using var station = await Station.StartAsync(Long);
        await station.CaptureAsync("pier");
        var id = await AskAsync(station);
        await Until.TrueAsync(() => ProcessTable.In(station.Data, "ffmpeg").Count > 0, "ffmpeg runs");

        station.Node.Program.SignalAll(signal);

        (await station.Node.Program.EndAsync()).Ended(0);
        Assert.Empty(ProcessTable.In(station.Data));
        Assert.False(File.Exists(Path.Combine(station.Data, "node.sock")));
        Assert.Empty(TempFolder.FilesIn(Path.Combine(station.Data, "scratch")));
        await station.RestartAsync();
        await station.Node.WhenTimelapseAsync(id, "done");
    }

    [Fact]
    public async Task A_node_that_waits_for_its_tasks_says_so_and_a_second_Ctrl_C_hands_them_back_at_once()
    {
        await using var station = await Station.StartAsync(Long, up: ["--set", "work.drain=1h"]);
        await station.CaptureAsync("pier");
        var id = await AskAsync(station);
        await Until.TrueAsync(() => ProcessTable.In(station.Data, "ffmpeg").Count > 0, "ffmpeg runs");

        station.Node.Program.Signal(RunningProgram.Interrupt);
        await station.Node.Program.LineAsync(line => line.Contains("1 task may go on", StringComparison.Ordinal));
        station.Node.Program.Signal(RunningProgram.Interrupt);

        (await station.Node.Program.EndAsync()).Ended(0);
        Assert.Empty(ProcessTable.In(station.Data));
        await station.RestartAsync();
        var track = await station.Node.GetAsync($"jobs/{id}/track");
        // Of the plan, which asks ffmpeg for its version, or of a stretch: whichever it was.
        Assert.Single(track.GetProperty("events").EnumerateArray(), one => one.GetProperty("kind").GetString() == "returned");
    }

    [Fact]
    public async Task Ctrl_C_while_a_source_hangs_stops_the_node_at_once()
    {
        await using var station = await Station.StartAsync();
        station.Sites.Faults.Set("pier", new Simulator.Faults.Hung());
        await station.AddAsync(["pier"]);
        await Until.TrueAsync(() => station.Sites.Requests.ByPath.Keys.Any(path => path.Contains("pier", StringComparison.Ordinal)), "the node asks the site");

        station.Node.Program.SignalAll(RunningProgram.Interrupt);

        var ended = station.Node.Program.EndAsync();
        Assert.Same(ended, await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken)));
        (await ended).Ended(0);
    }

    internal static async Task<string> AskAsync(Station station) => (await station.Node.PostAsync("timelapses", new
    {
        sources = Quad,
        from = station.Instants[0],
        to = station.Instants[^1].AddSeconds(1),
        layout = "quad",
        fps = 24,
    })).GetProperty("id").GetString()!;
}
