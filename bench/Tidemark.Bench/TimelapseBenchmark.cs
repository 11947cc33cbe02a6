using System.Diagnostics;
using System.Globalization;
using Tidemark.Archive;
using Tidemark.Media;
using Tidemark.Simulator;
using Tidemark.Time;
using Tidemark.Timelapse;

namespace Tidemark.Bench;

/// <summary>
/// A quad timelapse by stretches, joined and verified, beside the classic way, one hand-written ffmpeg graph and the encoder
/// alone; a thirty-first day beside all of them anew; two workers beside one.
/// </summary>
internal sealed class TimelapseBenchmark : IBenchmark
{
    private const int Fps = 24, Width = 1920, Height = 1080;
    private const string Ours = "tidemark, verified", Classic = "the classic way", Graph = "one ffmpeg graph", Alone = "the encoder alone";
    private const string Anew = "31 days anew", Added = "a 31st day added", One = "one worker", Two = "two workers", Short = "memory, 10 days", Long = "memory, 31 days";
    private static readonly Crop Part = new(960, 540, 480, 272);
    private static readonly string[] Encoder = ["-c:v", "libx264", "-preset", "fast", "-crf", "23", "-pix_fmt", "yuv420p", "-g", $"{Fps * 2}", "-movflags", "+faststart"];
    private static readonly string[] Quiet = ["-nostdin", "-hide_banner", "-v", "error", "-y"];
    private static readonly DateTimeOffset Start = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public string Name => "timelapse";

    public string About => "A quad of 4 × 200 (quick: 4 × 24) frames of 1920×1080, cropped: ours beside the classic way, one ffmpeg graph and the encoder alone; a day added to thirty; two workers; memory";

    public int Rounds => 3;

    public TimeSpan Budget => TimeSpan.FromMinutes(30);

    // ffmpeg is a new process each time; the painting has warmed the rest.
    public bool WarmsUp => false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<Sides> PrepareAsync(Room room, CancellationToken cancellation)
    {
        if (Places.Installed("ffmpeg") is not { } ffmpeg || Places.Installed("jpegtran") is not { } jpegtran || Places.Installed("taskset") is not { } taskset)
        {
            throw new BenchmarkBroke("ffmpeg, jpegtran or taskset is not installed. Run: apt-get install ffmpeg libjpeg-turbo-progs util-linux");
        }

        // Two days of them: two stretches.
        var frames = room.Quick ? 24 : 200;
        var sites = await PaintAsync(room, frames, Width, Height, TimeSpan.FromDays(2) / frames, cancellation);
        var days = await PaintedDaysAsync(room, cancellation);
        room.Say("stacking pictures for the encoder");
        string[] inputs = [.. Enumerable.Range(0, 4).SelectMany(i => (string[])["-framerate", $"{Fps}", "-i", room.PathOf($"site{i}-%04d.jpg")])];
        var crop = $"crop={Part.Width}:{Part.Height}:{Part.X}:{Part.Y}";
        string[] graph = ["-filter_complex", $"[0:v]{crop}[a];[1:v]{crop}[b];[2:v]{crop}[c];[3:v]{crop}[d];[a][b][c][d]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0,format=yuv420p[v]", "-map", "[v]"];
        var stacked = room.PathOf("stacked.yuv");
        await ChildProcess.RunAsync(ffmpeg, [.. Quiet, .. inputs, .. graph, "-f", "rawvideo", stacked], cancellation);
        var recipe = new TimelapseRecipe { Layout = TimelapseLayout.Quad, Fps = Fps, Crops = [Part] };
        var small = new TimelapseRecipe { Fps = Fps };
        // Days whose work is more than starting tools.
        var shared = Among(sites[0], room.Quick ? 4 : 8);
        var pinned = await Task.WhenAll(Enumerable.Range(0, 2).Select(worker => PinnedAsync(room, taskset, ffmpeg, worker, cancellation)));
        var tools = Tools(room, new ToolPaths());
        // As a node has them: a stretch for each processor.
        MediaTools[] node = [.. Enumerable.Repeat(tools, Environment.ProcessorCount)];
        return new Sides(
            [
                new(Ours, stop => TimedAsync(() => StretchedAsync(room, node, sites, recipe, stop))),
                new(Classic, stop => TimedAsync(() => ClassicAsync(room, ffmpeg, jpegtran, stop))) { Rounds = room.Quick ? 1 : int.MaxValue },
                new(Graph, stop => TimedAsync(() => ChildProcess.RunAsync(ffmpeg, [.. Quiet, .. inputs, .. graph, .. Encoder, room.PathOf("graph.mp4")], stop))),
                new(Alone, stop => TimedAsync(() => ChildProcess.RunAsync(ffmpeg, [.. Quiet, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{Part.Width * 2}x{Part.Height * 2}", "-framerate", $"{Fps}", "-i", stacked, .. Encoder, room.PathOf("alone.mp4")], stop))),
                new(Anew, stop => TimedAsync(() => StretchedAsync(room, node, [days], small, stop))) { Rounds = room.Quick ? 1 : 3 },
                new(Added, stop => AddedAsync(room, node, days, small, stop)) { Rounds = room.Quick ? 1 : 3 },
                new(Short, stop => PeakAsync(() => StretchedAsync(room, [tools], [[.. days.Where(frame => frame.Time < Start.AddDays(10))]], small, stop), stop)) { Rounds = 1 },
                new(Long, stop => PeakAsync(() => StretchedAsync(room, [tools], [days], small, stop), stop)) { Rounds = 1 },
                new(One, stop => TimedAsync(() => StretchedAsync(room, [pinned[0]], [shared], small, stop))) { Rounds = room.Quick ? 1 : 3 },
                new(Two, stop => TimedAsync(() => StretchedAsync(room, pinned, [shared], small, stop))) { Rounds = room.Quick ? 1 : 3 },
            ],
            [
                new Ratio("wall", Ours, Alone, Goal.Most(1.1)), new Ratio("cpu", Ours, Alone, Goal.Most(1.2)),
                new Ratio("wall", Classic, Alone), new Ratio("cpu", Classic, Alone), new Ratio("wall", Graph, Alone), new Ratio("cpu", Graph, Alone),
                new Ratio("wall", Added, Anew, Goal.Most(1 / 15.0)), new Ratio("wall", One, Two, Goal.Least(1.7)),
                new Ratio("own memory", Long, Short, Goal.Most(1.1)), new Ratio("memory of the largest tool", Long, Short, Goal.Most(1.1)),
            ]);
    }

    private static MediaTools Tools(Room room, ToolPaths paths) => new(room.PathOf("scratch"), TimeProvider.System, paths);

    // An ffmpeg that has one processor: a worker on a machine of its own.
    private static async Task<MediaTools> PinnedAsync(Room room, string taskset, string ffmpeg, int worker, CancellationToken cancellation)
    {
        var script = room.PathOf($"ffmpeg-{worker}");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nexec {taskset} -c {worker % Environment.ProcessorCount} {ffmpeg} \"$@\"\n", cancellation);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Tools(room, new ToolPaths(script));
    }

    private static Task<IReadOnlyList<FrameFile>[]> PaintAsync(Room room, int frames, int width, int height, TimeSpan every, CancellationToken cancellation) =>
        PaintAsync(room, "site", 4, frames, width, height, every, cancellation);

    // Thirty-one days of one site.
    private static async Task<IReadOnlyList<FrameFile>> PaintedDaysAsync(Room room, CancellationToken cancellation) =>
        (await PaintAsync(room, "day", 1, 31 * (room.Quick ? 8 : 144), room.Quick ? 640 : 960, room.Quick ? 360 : 540, TimeSpan.FromDays(1) / (room.Quick ? 8 : 144), cancellation))[0];

    private static async Task<IReadOnlyList<FrameFile>[]> PaintAsync(Room room, string name, int sites, int frames, int width, int height, TimeSpan every, CancellationToken cancellation)
    {
        room.Say("painting pictures");
        // Painting takes longer than all else: after so many the same come again.
        var distinct = Math.Min(frames, room.Quick ? 12 : 48);
        var options = new SimulatorOptions { Every = TimeSpan.FromMinutes(10), History = TimeSpan.FromMinutes(10 * distinct), LiveEvery = TimeSpan.Zero, Width = width, Height = height, Clock = Start.AddHours(16) };
        await using var simulated = await SimulatedSites.StartAsync(options, TimeProvider.System, cancellation);
        using var http = new HttpClient();
        var instants = simulated.Instants.NewestFirst(simulated.Clock.GetUtcNow()).Order().Take(distinct).ToList();
        var files = Enumerable.Range(0, sites).Select(site => Enumerable.Range(0, frames).Select(number => new FrameFile(
            Start + (every * number), room.PathOf(string.Create(CultureInfo.InvariantCulture, $"{name}{site}-{number + 1:0000}.jpg")), width, height)).ToList()).ToList();
        await Parallel.ForEachAsync(files.SelectMany((all, site) => all.Take(distinct).Select((frame, number) => (Site: options.Sites[site], Frame: frame, Number: number))), cancellation, async (wanted, stop) =>
            await File.WriteAllBytesAsync(wanted.Frame.Path, await http.GetByteArrayAsync(new Uri(simulated.FrameUrl(wanted.Site, instants[wanted.Number])), stop), stop));
        foreach (var all in files)
        {
            for (var i = distinct; i < all.Count; i++)
            {
                File.Copy(all[i - distinct].Path, all[i].Path);
            }
        }

        foreach (var all in files)
        {
            for (var i = 0; i < all.Count; i++)
            {
                all[i] = all[i] with { Sha256 = FileSum(all[i].Path) };
            }
        }

        return [.. files];
    }

    // The same pictures as so many days.
    private static IReadOnlyList<FrameFile> Among(IReadOnlyList<FrameFile> frames, int days) =>
        [.. frames.Select((frame, number) => frame with { Time = Start + (TimeSpan.FromDays(days) * number / frames.Count) })];

    private static byte[] FileSum(string path) => System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path));

    // What a timelapse's tasks do, without the engine: each worker takes the next stretch; then all are joined.
    private static async Task StretchedAsync(Room room, MediaTools[] workers, IReadOnlyList<FrameFile>[] sources, TimelapseRecipe recipe, CancellationToken cancellation, string? folder = null)
    {
        var data = new DataFolder(folder ?? room.PathOf($"data-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}"));
        Check(data.Prepare());
        var cache = new StretchCache(data, long.MaxValue, TimeProvider.System);
        var days = sources[0].Select(frame => TimeRange.Day(frame.Time)).Distinct().ToList();
        var sizes = sources.Select(source => new FrameSize(source[0].Width, source[0].Height)).ToList();
        var request = new TimelapseRequest([], Start, Start.AddYears(1), recipe.Layout, Fps, null, null);
        var outline = new Outline(request, [], sizes, Fps, "bench", null, []);
        var (next, made) = (-1, new (string Name, int Frames)[days.Count]);
        await Task.WhenAll(workers.Select(async tools =>
        {
            for (int at; (at = Interlocked.Increment(ref next)) < days.Count;)
            {
                var plan = Value(TimelapsePlan.Make([.. sources.Select(source => source.Where(frame => days[at].Contains(frame.Time)).ToList())], recipe, sizes));
                var key = StretchKey.Of(plan, outline);
                if (await cache.FindAsync(key, cancellation) is not { } kept)
                {
                    var making = Path.Combine(data.Incoming, $"{at}.mp4");
                    Check(await new TimelapseRenderer(tools).RenderAsync(plan, making, null, cancellation));
                    kept = await cache.KeepAsync(key, making, cancellation);
                }

                made[at] = (kept, plan.Frames);
            }
        }));
        Value(await new VideoJoin(workers[0]).JoinAsync(cache.Parts(made), recipe.Fps, TimelapseEncoder.Container(recipe), Path.Combine(data.Assets, "joined.mp4"), null, cancellation));
        cache.NoteJoints([.. made.Select(stretch => stretch.Name)]);
        if (folder is null)
        {
            Directory.Delete(data.Root, recursive: true);
        }
    }

    // Thirty days are made once, and what the thirty-first added is taken away again after each run.
    private static async Task<IReadOnlyList<Measure>> AddedAsync(Room room, MediaTools[] tools, IReadOnlyList<FrameFile> days, TimelapseRecipe recipe, CancellationToken cancellation)
    {
        var folder = room.PathOf("thirty");
        if (!Directory.Exists(folder))
        {
            await StretchedAsync(room, tools, [[.. days.Where(frame => frame.Time < Start.AddDays(30))]], recipe, cancellation, folder);
        }

        var stretches = new DataFolder(folder).Stretches;
        var before = Directory.GetFiles(stretches).ToHashSet(StringComparer.Ordinal);
        var measured = await TimedAsync(() => StretchedAsync(room, tools, [days], recipe, cancellation, folder));
        foreach (var added in Directory.GetFiles(stretches).Where(path => !before.Contains(path)))
        {
            File.Delete(added);
        }

        return measured;
    }

    // As the seed has it: a jpegtran a frame, an MJPEG a site, then stack and encode.
    private static async Task ClassicAsync(Room room, string ffmpeg, string jpegtran, CancellationToken cancellation)
    {
        var videos = new List<string>();
        foreach (var site in Enumerable.Range(0, 4))
        {
            foreach (var picture in Directory.GetFiles(room.Folder, $"site{site}-????.jpg").Order(StringComparer.Ordinal))
            {
                await ChildProcess.RunAsync(jpegtran, ["-crop", $"{Part.Width}x{Part.Height}f+{Part.X}+{Part.Y}", "-outfile", picture.Replace("site", "thumb", StringComparison.Ordinal), picture], cancellation);
            }

            videos.Add(room.PathOf($"site{site}.mkv"));
            await ChildProcess.RunAsync(ffmpeg, [.. Quiet, "-framerate", $"{Fps}", "-i", room.PathOf($"thumb{site}-%04d.jpg"), "-c", "copy", videos[^1]], cancellation);
        }

        await ChildProcess.RunAsync(ffmpeg,
            [.. Quiet, .. videos.SelectMany(video => (string[])["-i", video]), "-filter_complex", "[0][2]vstack[left];[1][3]vstack[right];[left][right]hstack,format=yuv420p[v]", "-map", "[v]", .. Encoder, room.PathOf("classic.mp4")], cancellation);
    }

    private static async Task<IReadOnlyList<Measure>> TimedAsync(Func<Task> work)
    {
        var cpu = ChildProcess.EndedChildrenCpu() + Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await work();
        return
        [
            new("wall", Stopwatch.GetElapsedTime(start).TotalSeconds, "s"),
            new("cpu", (ChildProcess.EndedChildrenCpu() + Environment.CpuUsage.TotalTime - cpu).TotalSeconds, "s"),
        ];
    }

    private static async Task<IReadOnlyList<Measure>> PeakAsync(Func<Task> work, CancellationToken cancellation)
    {
        var (own, child) = await MemoryWatch.OfAsync(work, cancellation);
        return [new("own memory", own / 1e6, "MB"), new("memory of the largest tool", child / 1e6, "MB")];
    }

    private static T Value<T>(Result<T> result) => result.TryGet(out var value, out var failure) ? value : throw new BenchmarkBroke(failure.ToString());

    private static void Check(Failure? failure)
    {
        if (failure is not null)
        {
            throw new BenchmarkBroke(failure.ToString());
        }
    }
}
