using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Capture;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Bench;

/// <summary>Capture as a node does it, over a stretch of time; what became of each slot is read from its journal.</summary>
internal static class CaptureRun
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    public static async Task<IReadOnlyList<Measure>> RunAsync(string folder, string address, CaptureStretch stretch, CancellationToken cancellation)
    {
        await using var archive = await OpenArchive.InAsync(folder, cancellation);
        var options = new CaptureOptions { PerHost = 100_000 };
        var sources = new SourceStore(archive.Database, Clock);
        await AddAsync(archive, address, cancellation);
        await using var journal = new Journal(archive.Folder, options, Clock, NullLogger<Journal>.Instance);
        await using var shipper = new JournalShipper(journal, archive.Folder, archive.Database, archive.Frames.Index, sources, options, Clock, NullLogger<JournalShipper>.Instance);
        var intake = new Intake(archive.Frames, journal, shipper, Clock);
        await using var quarantine = new Quarantine(archive.Folder, new QuarantineStore(archive.Database), Clock, NullLogger<Quarantine>.Instance);
        await using var conditions = new Conditions(new ConditionStore(archive.Database), Clock, NullLogger<Conditions>.Instance);
        var feed = new FrameIndexFeed(intake, new Takings(intake, quarantine, new Markers(archive.Folder)), new Downloads(archive.Folder, options, Clock), new SourceWatch(conditions, archive.Folder, Clock), Clock);
        await using var poller = new Poller(sources, new SlotStore(archive.Database, sources), journal, shipper, [feed], new OutsideClients(archive.Folder, options, Clock), options, Clock, NullLogger<Poller>.Instance);
        shipper.Start();
        await poller.StartAsync(cancellation);
        await Task.Delay(stretch.WarmUp, Clock, cancellation);

        var (start, cpu, syncs) = (Clock.GetUtcNow(), Environment.CpuUsage.TotalTime, journal.Syncs);
        var timer = Stopwatch.GetTimestamp();
        await Task.Delay(stretch.Length, Clock, cancellation);
        var (elapsed, used, synced) = (Stopwatch.GetElapsedTime(timer).TotalSeconds, Environment.CpuUsage.TotalTime - cpu, journal.Syncs - syncs);
        var memory = Process.GetCurrentProcess().WorkingSet64;
        // Slots that began at its end are let end.
        await Task.Delay(TimeSpan.FromSeconds(1), Clock, cancellation);
        await poller.DisposeAsync();
        _ = await journal.SyncAsync();

        var range = new TimeRange(start, start + stretch.Length);
        var (late, took, frames) = Read(journal, range, stretch.Hung);
        var scheduled = Healthy(stretch).Sum(id => CaptureStretch.Config(address, id).Schedule(id).Slots(range).Count());
        late.Sort();
        took.Sort();
        return
        [
            new("start lateness, p50", At(late, 0.5), "ms"), new("start lateness, p99", At(late, 0.99), "ms"), new("missed slots of healthy sources", scheduled - late.Count, ""),
            new("a poll took, p50", At(took, 0.5), "ms"), new("a poll took, p99", At(took, 0.99), "ms"),
            new("polls/s", late.Count / elapsed, "1/s"), new("frames/s", frames / elapsed, "1/s"), new("cpu", used.TotalSeconds / elapsed, "cores"), new("memory", memory / 1e6, "MB"),
            new("journal syncs/s", synced / elapsed, "1/s"),
        ];
    }

    private static IEnumerable<string> Healthy(CaptureStretch stretch) =>
        Enumerable.Range(1, CaptureBenchmark.Sources).Select(CaptureBenchmark.SiteId).Where(id => !stretch.Hung.Contains(id));

    private static double At(List<double> sorted, double part) => sorted.Count == 0 ? double.PositiveInfinity : sorted[(int)(part * (sorted.Count - 1))];

    private static (List<double> Late, List<double> Took, int Frames) Read(Journal journal, TimeRange range, IReadOnlySet<string> hung)
    {
        var (late, took) = (new List<double>(), new List<double>());
        var frames = 0;
        var place = default(JournalPosition);
        while (journal.Read(place) is var batch && batch.Next > place)
        {
            place = batch.Next;
            foreach (var slot in batch.Records.Select(record => record.Slot).OfType<SlotRecord>().Where(slot => slot.Until is null && range.Contains(slot.Slot) && !hung.Contains(slot.Source)))
            {
                late.Add((slot.Began - slot.Slot).TotalMilliseconds);
                took.Add((slot.Ended - slot.Began).TotalMilliseconds);
                frames += slot.Frames;
            }
        }

        return (late, took, frames);
    }

    private static Task AddAsync(OpenArchive archive, string address, CancellationToken cancellation) => archive.Database.WriteAsync(async session =>
    {
        foreach (var id in Enumerable.Range(1, CaptureBenchmark.Sources).Select(CaptureBenchmark.SiteId))
        {
            var config = CaptureStretch.Config(address, id);
            await session.ExecuteAsync("insert into source (id, kind, config, paused, created_at) values (@id, @kind, @config, @paused, @at)", cancellation,
                ("id", id), ("kind", config.Kind), ("config", config.ToJson()), ("paused", false), ("at", Clock.GetUtcNow()));
            await session.ExecuteAsync("insert into source_revision (source, revision, since, schedule, paused, removed) values (@id, 1, @at, @config, @no, @no)", cancellation,
                ("id", id), ("at", Clock.GetUtcNow()), ("config", config.ToJson()), ("no", false));
        }
    }, cancellation);
}
