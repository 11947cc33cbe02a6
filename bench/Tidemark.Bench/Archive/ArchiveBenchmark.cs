using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Time;

namespace Tidemark.Bench.Archive;

/// <summary>Sealing, reading and rebuilding an archive, beside sha256sum and rsync on the same tree: many small files, and few large ones.</summary>
internal sealed class ArchiveBenchmark : IBenchmark
{
    private readonly List<BenchTree> trees = [];

    public string Name => "archive";

    public string About => "An archive sealed, verified, checked and indexed anew, beside sha256sum and rsync on the same tree";

    public int Rounds => 3;

    public TimeSpan Budget => TimeSpan.FromMinutes(60);

    public bool WarmsUp => false;

    public async Task<Sides> PrepareAsync(Room room, CancellationToken cancellation)
    {
        var cases = new List<Case>();
        var ratios = new List<Ratio>();
        var rsync = Places.Installed("rsync");
        if (rsync is null)
        {
            room.Notes.Add("rsync is not installed: what it does was left out.");
        }

        room.Notes.Add("All sides find the files in memory where they fit: what is compared is the work, not the disk.");
        foreach (var (name, sources, days, frames, bytes) in room.Quick
            ? ((string, int, int, int, long)[])[("20,000 small", 4, 5, 1000, 4096), ("2 GB sparse", 1, 1, 32, 64L << 20)]
            : [("1,000,000 small", 100, 10, 1000, 4096), ("100 GB sparse", 2, 2, 400, 64L << 20)])
        {
            BenchTree tree = null!;
            var cores = Environment.ProcessorCount;
            List<Case> ours =
            [
                new Case($"{name}: seal", stop => tree.MeasureAsync(() => tree.SealAsync(stop), before: () => tree.ResetAsync(stop))),
                new Case($"{name}: verify, one core", stop => tree.MeasureAsync(() => tree.VerifyAsync(1, stop))),
                new Case($"{name}: verify, {cores} cores", stop => tree.MeasureAsync(() => tree.VerifyAsync(cores, stop))),
                new Case($"{name}: check", stop => tree.MeasureAsync(() => tree.CheckAsync(stop))),
                new Case($"{name}: reindex", stop => tree.MeasureAsync(() => tree.ReindexAsync(stop))),
                new Case($"{name}: sha256sum", stop => tree.MeasureAsync(() => Shell($"find '{tree.Frames}' -name '*.jpg' -print0 | xargs -0 -n 1000 sha256sum > /dev/null", stop))),
                new Case($"{name}: sha256sum, {cores} at once", stop => tree.MeasureAsync(() => Shell($"find '{tree.Frames}' -name '*.jpg' -print0 | xargs -0 -n {Math.Max(1, Math.Min(1000, tree.Files / cores / 4))} -P {cores} sha256sum > /dev/null", stop))),
            ];
            ratios.Add(new Ratio("seconds", $"{name}: seal", $"{name}: sha256sum", Goal.Most(1.1)));
            ratios.Add(new Ratio("MB/s", $"{name}: verify, one core", $"{name}: sha256sum", Goal.Least(0.9)));
            ratios.Add(new Ratio("MB/s", $"{name}: verify, {cores} cores", $"{name}: sha256sum, {cores} at once", Goal.Least(0.9)));
            ratios.Add(new Ratio("MB/s", $"{name}: verify, {cores} cores", $"{name}: verify, one core"));
            if (rsync is not null)
            {
                ours.Add(new Case($"{name}: rsync, looking only", stop => tree.MeasureAsync(() => Shell($"rsync -an '{tree.Frames}/' '{tree.Empty}/' > /dev/null", stop))));
                ratios.Add(new Ratio("seconds", $"{name}: check", $"{name}: rsync, looking only"));
            }

            if (ours.Any(one => room.Wants(one.Name)))
            {
                room.Say($"making {name} files");
                tree = await BenchTree.MakeAsync(room.PathOf(name.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal)), sources, days, frames, bytes, cancellation);
                trees.Add(tree);
                cases.AddRange(ours);
            }
        }

        return new Sides(cases, ratios);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var tree in trees)
        {
            await tree.DisposeAsync();
        }
    }

    private static async Task Shell(string script, CancellationToken cancellation) => await ChildProcess.RunAsync("/bin/sh", ["-c", script], cancellation);
}

/// <summary>A tree of frames with their rows. Each day is over.</summary>
internal sealed class BenchTree : IAsyncDisposable
{
    private static BenchTree? inMemory;
    private static readonly DateTimeOffset First = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly DataFolder folder;
    private readonly string[] sources;
    private readonly int days;
    private readonly int frames;
    private readonly long bytes;
    private readonly List<Frame> rows = [];
    private SqlDatabase database = null!;
    private int databases;

    private BenchTree(string root, int sources, int days, int frames, long bytes)
    {
        (folder, this.days, this.frames, this.bytes) = (new DataFolder(root), days, frames, bytes);
        this.sources = [.. Enumerable.Range(0, sources).Select(number => $"camera-{number}")];
    }

    public string Frames => folder.Frames;

    /// <summary>A folder with nothing in it.</summary>
    public string Empty => folder.Scratch;

    public int Files => sources.Length * days * frames;

    public static async Task<BenchTree> MakeAsync(string root, int sources, int days, int frames, long bytes, CancellationToken cancellation)
    {
        var tree = new BenchTree(root, sources, days, frames, bytes);
        if (tree.folder.Prepare() is { } failure)
        {
            throw new BenchmarkBroke(failure.ToString());
        }

        var content = new byte[4096];
        var number = 0;
        foreach (var (source, day) in tree.Days())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(tree.folder.FramePath(source, day))!);
            for (var i = 0; i < frames; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var time = day.AddSeconds(i * (86_400 / frames));
                BitConverter.TryWriteBytes(content, ++number);
                await using var file = File.Create(tree.folder.FramePath(source, time), 0);
                file.SetLength(bytes);
                file.Write(content);
            }
        }

        // The sums come from one pass of our own; large files share one, but for their first bytes.
        foreach (var (source, day) in tree.Days())
        {
            var times = Enumerable.Range(0, frames).Select(i => day.AddSeconds(i * (86_400 / frames))).ToArray();
            var sums = new byte[frames][];
            await Parallel.ForAsync(0, frames, cancellation, async (i, stop) =>
            {
                await using var file = File.OpenRead(tree.folder.FramePath(source, times[i]));
                sums[i] = await SHA256.HashDataAsync(file, stop);
            });
            tree.rows.AddRange(times.Select((time, i) => new Frame(source, time, null, bytes, 1920, 1080, sums[i], time.AddSeconds(2))));
        }

        await tree.ResetAsync(cancellation);
        await tree.SealAsync(cancellation);
        return tree;
    }

    public async Task<IReadOnlyList<Measure>> MeasureAsync(Func<Task> work, Func<Task>? before = null)
    {
        if (before is not null)
        {
            await before();
        }

        await WarmAsync();
        var start = Stopwatch.GetTimestamp();
        await work();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return [new Measure("seconds", seconds, "s"), new Measure("files/s", Files / seconds, "/s"), new Measure("MB/s", Files * bytes / 1e6 / seconds, "MB/s")];
    }

    // What was read in between may have taken the memory that these files were in.
    private async Task WarmAsync()
    {
        if (inMemory != this && Files * bytes < GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2)
        {
            await Parallel.ForEachAsync(Directory.EnumerateFiles(Frames, "*", SearchOption.AllDirectories), async (file, stop) => await File.ReadAllBytesAsync(file, stop));
        }

        inMemory = this;
    }

    /// <summary>As it was before anything was sealed: with rows, in a database of its own.</summary>
    public async Task ResetAsync(CancellationToken cancellation)
    {
        foreach (var (source, day) in Days())
        {
            foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(folder.FramePath(source, day))!).Where(file => !file.EndsWith(".jpg", StringComparison.Ordinal)))
            {
                File.Delete(file);
            }
        }

        await OpenAsync(cancellation);
        foreach (var batch in rows.Chunk(5000))
        {
            await new FrameIndex(database).AddAsync(batch, cancellation);
        }
    }

    public async Task SealAsync(CancellationToken cancellation)
    {
        foreach (var (source, day) in Days())
        {
            if ((await Sealer().SealAsync(source, day, null, cancellation)).Failed(out var failure))
            {
                throw new BenchmarkBroke(failure.ToString());
            }
        }
    }

    public async Task VerifyAsync(int atOnce, CancellationToken cancellation)
    {
        var verifier = Verifier();
        foreach (var (source, day) in Days())
        {
            Expect(await verifier.VerifyAsync(source, day, null, atOnce, fromDisk: false, null, cancellation));
        }
    }

    public async Task CheckAsync(CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        await new ArchiveCheck(folder, new DayStore(database), Sealer(), TimeProvider.System)
            .RunAsync(null, null, new TimeRange(DateTimeOffset.UnixEpoch, First.AddYears(1)), repair: false, findings.Add, new ArchiveProgress(), cancellation);
        Expect(findings);
    }

    public async Task ReindexAsync(CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        var days = new DayStore(database);
        var done = await new Reindex(folder, new FrameIndex(database), days, Verifier()).RunAsync((_, _, _, _) => Task.CompletedTask, null, new ArchiveProgress(), cancellation);
        if (done.Frames != Files)
        {
            throw new BenchmarkBroke($"{done.Frames} of {Files} frames came back.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    private static void Expect(IReadOnlyList<Finding> findings)
    {
        if (findings.Count > 0)
        {
            throw new BenchmarkBroke(findings[0].Message);
        }
    }

    private Verifier Verifier() => new(folder, new DayStore(database), new Holds(database, TimeProvider.System, NullLogger<Holds>.Instance), TimeProvider.System, NullLogger<Verifier>.Instance);

    private Sealer Sealer() => new(folder, new DayStore(database), TimeProvider.System, new SealOptions(), NullLogger<Sealer>.Instance);

    private async Task OpenAsync(CancellationToken cancellation)
    {
        await DisposeAsync();
        database = (await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(Path.Combine(folder.Root, $"bench-{++databases}.db")), TimeProvider.System, cancellation)).Value;
    }

    private IEnumerable<(string Source, DateTimeOffset Day)> Days() => sources.SelectMany(source => Enumerable.Range(0, days).Select(day => (source, First.AddDays(day))));
}
