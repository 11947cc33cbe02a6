using System.Diagnostics;
using System.Globalization;
using Tidemark.Media;
using Tidemark.Simulator;
using Tidemark.Timelapse;

namespace Tidemark.Bench;

/// <summary>A quad timelapse, verified, beside one hand-written ffmpeg command and beside the encoder alone.</summary>
internal sealed class TimelapseBenchmark : IBenchmark
{
    private const int Fps = 24, Width = 1280, Height = 720;
    private const string Ours = "tidemark, verified", Graph = "one ffmpeg command", Alone = "the encoder alone";
    private static readonly string[] Encoder = ["-c:v", "libx264", "-preset", "fast", "-crf", "23", "-pix_fmt", "yuv420p", "-g", $"{Fps * 2}", "-movflags", "+faststart"];
    private static readonly string[] Quiet = ["-nostdin", "-hide_banner", "-v", "error", "-y"];

    public string Name => "timelapse";

    public string About => "A quad of 4 × 60 (quick: 4 × 16) frames of 1280×720: our renderer with its verification beside one ffmpeg command and the encoder alone";

    public int Rounds => 7;

    // ffmpeg is a new process each time; the painting has warmed the rest.
    public bool WarmsUp => false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<Sides> PrepareAsync(Room room, CancellationToken cancellation)
    {
        if (Places.Installed("ffmpeg") is not { } ffmpeg)
        {
            throw new BenchmarkBroke("ffmpeg is not installed. Run: apt-get install ffmpeg");
        }

        var plan = await PaintAsync(room, cancellation);
        room.Say("stacking pictures for the encoder");
        string[] inputs = [.. Enumerable.Range(0, plan.Cells.Count).SelectMany(i => (string[])["-framerate", $"{Fps}", "-i", room.PathOf($"site{i}-%03d.jpg")])];
        string[] graph = ["-filter_complex", "[0:v][1:v][2:v][3:v]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0,format=yuv420p[v]", "-map", "[v]"];
        var (made, stacked) = (room.PathOf("graph.mp4"), room.PathOf("stacked.yuv"));
        await ChildProcess.RunAsync(ffmpeg, [.. Quiet, .. inputs, .. graph, "-f", "rawvideo", stacked], cancellation);
        var renderer = new TimelapseRenderer(new MediaTools(room.PathOf("scratch"), TimeProvider.System));
        return new Sides(
            [
                new(Ours, stop => RenderAsync(renderer, plan, room.PathOf("ours.mp4"), stop)),
                new(Graph, async stop => WithCheck(
                    await TimedAsync(ffmpeg, [.. Quiet, .. inputs, .. graph, .. Encoder, made], stop),
                    await TimedAsync(ffmpeg, [.. Quiet, "-i", made, "-f", "null", "-"], stop))),
                new(Alone, stop => TimedAsync(ffmpeg, [.. Quiet, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{Width * 2}x{Height * 2}", "-framerate", $"{Fps}", "-i", stacked, .. Encoder, room.PathOf("alone.mp4")], stop)),
            ],
            [
                new Ratio("wall", Ours, Graph, Goal.Most(1.35)), new Ratio("wall", Ours, Graph, Goal.Most(1.15)) { TheirWhat = "wall with a decode" }, new Ratio("wall", Ours, Alone),
                new Ratio("cpu", Ours, Graph), new Ratio("cpu", Ours, Graph, Goal.Most(1.15)) { TheirWhat = "cpu with a decode" }, new Ratio("cpu", Ours, Alone),
            ]);
    }

    private static async Task<TimelapsePlan> PaintAsync(Room room, CancellationToken cancellation)
    {
        room.Say("painting pictures");
        var options = new SimulatorOptions { Every = TimeSpan.FromMinutes(10), History = TimeSpan.FromMinutes(10 * (room.Quick ? 16 : 60)), LiveEvery = TimeSpan.Zero, Width = Width, Height = Height, Clock = new DateTimeOffset(2026, 6, 21, 16, 0, 0, TimeSpan.Zero) };
        await using var sites = await SimulatedSites.StartAsync(options, TimeProvider.System, cancellation);
        using var http = new HttpClient();
        var instants = sites.Instants.NewestFirst(sites.Clock.GetUtcNow()).Order().ToList();
        var files = options.Sites.Select((_, site) => instants.Select((time, number) => new FrameFile(time, room.PathOf(string.Create(CultureInfo.InvariantCulture, $"site{site}-{number + 1:000}.jpg")), Width, Height)).ToList()).ToList();
        await Parallel.ForEachAsync(files.SelectMany((frames, site) => frames.Select(frame => (Site: options.Sites[site], Frame: frame))), cancellation, async (wanted, stop) =>
            await File.WriteAllBytesAsync(wanted.Frame.Path, await http.GetByteArrayAsync(new Uri(sites.FrameUrl(wanted.Site, wanted.Frame.Time)), stop), stop));
        return TimelapsePlan.Make(files, new TimelapseRecipe { Layout = TimelapseLayout.Quad, Fps = Fps }).Value;
    }

    private static async Task<IReadOnlyList<Measure>> RenderAsync(TimelapseRenderer renderer, TimelapsePlan plan, string output, CancellationToken cancellation)
    {
        var cpu = ChildProcess.EndedChildrenCpu() + Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var watch = new StageWatch();
        if ((await renderer.RenderAsync(plan, output, watch, cancellation)).Failed(out var failure))
        {
            cancellation.ThrowIfCancellationRequested();
            throw new BenchmarkBroke(failure.ToString());
        }

        var end = Stopwatch.GetTimestamp();
        return
        [
            new("wall", Stopwatch.GetElapsedTime(start, end).TotalSeconds, "s"),
            new("cpu", (ChildProcess.EndedChildrenCpu() + Environment.CpuUsage.TotalTime - cpu).TotalSeconds, "s"),
            new("wall before encoding", Stopwatch.GetElapsedTime(start, watch.Encoding).TotalSeconds, "s"),
            new("wall of encoding", Stopwatch.GetElapsedTime(watch.Encoding, watch.Verifying).TotalSeconds, "s"),
            new("wall of verifying", Stopwatch.GetElapsedTime(watch.Verifying, end).TotalSeconds, "s"),
        ];
    }

    private static async Task<IReadOnlyList<Measure>> TimedAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var (_, wall, cpu) = await ChildProcess.RunAsync(program, arguments, cancellation);
        return [new("wall", wall.TotalSeconds, "s"), new("cpu", cpu.TotalSeconds, "s")];
    }

    private static IReadOnlyList<Measure> WithCheck(IReadOnlyList<Measure> made, IReadOnlyList<Measure> decoded) =>
        [.. made, .. made.Zip(decoded, (a, b) => new Measure($"{a.What} with a decode", a.Value + b.Value, a.Unit))];

    /// <summary>When each stage began.</summary>
    private sealed class StageWatch : IProgress<TimelapseProgress>
    {
        public long Encoding { get; private set; }

        public long Verifying { get; private set; }

        public void Report(TimelapseProgress value)
        {
            if (value.Stage == TimelapseStage.Encoding && Encoding == 0)
            {
                Encoding = Stopwatch.GetTimestamp();
            }
            else if (value.Stage == TimelapseStage.Verifying && Verifying == 0)
            {
                Verifying = Stopwatch.GetTimestamp();
            }
        }
    }
}
