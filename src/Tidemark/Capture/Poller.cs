using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tidemark.Archive;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Sources;

namespace Tidemark.Capture;

/// <summary>
/// Polls every source on its own: at start and then in its slots (C1: one slow or dead source never delays another), and
/// accounts for every slot (C2). What was polled goes to the journal; nothing here waits for the database.
/// </summary>
public sealed class Poller : IAsyncDisposable
{
    // So many sources, and then a pause: a thousand a second.
    private const int BegunAtOnce = 50;
    private static readonly TimeSpan BetweenBeginnings = TimeSpan.FromMilliseconds(50);

    private readonly SourceStore sources;
    private readonly SlotStore slots;
    private readonly JournalShipper shipper;
    private readonly PollerParts parts;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<string, PollerLoop> loops = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> ending = new(StringComparer.Ordinal);
    private readonly Lock changing = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<string> touched = new(StringComparer.Ordinal);
    private Task starting = Task.CompletedTask;
    private Task resyncing = Task.CompletedTask;
    private bool stopped;
    private bool started;

    /// <param name="disk">Asked before a poll whether there is room for what it may bring; null: there always is.</param>
    /// <param name="conditions">Told where a device shows another certificate than before; null: nobody is.</param>
    public Poller(SourceStore sources, SlotStore slots, Journal journal, JournalShipper shipper, IEnumerable<IFrameFeed> feeds, OutsideClients clients, CaptureOptions options, TimeProvider time, ILogger<Poller> logger, DiskWatch? disk = null, Conditions? conditions = null)
    {
        (this.sources, this.slots, this.shipper, this.logger) = (sources, slots, shipper, logger);
        StartDelays = new StartDelays(time);
        parts = new PollerParts(feeds.ToDictionary(feed => feed.Kind, StringComparer.Ordinal), journal, options, clients, time, logger, Tell, StartDelays, disk, conditions);
    }

    /// <summary>True where this node captures.</summary>
    public bool IsRunning => started && !stopped;

    /// <summary>How late polls begin here.</summary>
    public StartDelays StartDelays { get; }

    /// <summary>Told after each poll, with the status that was noted.</summary>
    public event Action<string, SourceStatus>? Polled;

    /// <summary>Reads the sources and begins: with the slots that an earlier run left without an outcome and that still last, with an extra poll where there is none.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        sources.Changed += OnChanged;
        started = true;
        var (known, away) = await sources.KnownAsync(cancellation);
        var all = known.Where(source => !source.Paused).ToList();
        var (statuses, open) = away ? ([], []) : await LastAsync(all, cancellation);
        starting = BeginAllAsync(all, source => (statuses.GetValueOrDefault(source.Id)?.Failures ?? 0, open.TryGetValue(source.Id, out var slot) ? slot : null), stopping.Token);
        if (parts.Options.Resync is { } every)
        {
            resyncing = ResyncAsync(every, stopping.Token);
        }
    }

    /// <summary>Polls a source now, whatever its schedule says; that is no slot. False where it is not being captured.</summary>
    public bool PollNow(string id)
    {
        if (!loops.TryGetValue(id, out var loop))
        {
            return false;
        }

        loop.Wake();
        return true;
    }

    /// <summary>When the source is asked next; null while it is not being captured.</summary>
    public DateTimeOffset? NextAt(string id) => loops.TryGetValue(id, out var loop) ? loop.NextAt : null;

    /// <summary>See <see cref="PollerLoop.Polling"/>.</summary>
    public DateTimeOffset? PollingSince(string id) => loops.TryGetValue(id, out var loop) ? loop.Polling : null;

    /// <summary>
    /// How the source's last poll ended, also where the database could not note it; null before the first since the start.
    /// </summary>
    public SourceStatus? StatusOf(string id) => loops.TryGetValue(id, out var loop) ? loop.Status : null;

    /// <summary>Stops every loop; polls under way are called off and leave nothing behind: their slots are polled again at the next start, while they last.</summary>
    public async ValueTask DisposeAsync()
    {
        sources.Changed -= OnChanged;
        List<Task> ends;
        lock (changing)
        {
            if (stopped)
            {
                return;
            }

            stopped = true;
            ends = [.. ending.Values];
        }

        await stopping.CancelAsync();
        await starting;
        await resyncing;
        await Task.WhenAll([.. ends, .. loops.Values.Select(loop => loop.StopAsync())]);
        stopping.Dispose();
    }

    // How an earlier run ended, and the slots that it left open. Without the database there are extra polls: slots that were begun and have no outcome stay missed.
    private async Task<(Dictionary<string, SourceStatus> Statuses, Dictionary<string, DateTimeOffset> Open)> LastAsync(List<Source> all, CancellationToken cancellation)
    {
        try
        {
            // What it noted and did not ship says which slots are done.
            _ = await shipper.ShipAsync(cancellation);
            return (await sources.StatusesAsync(cancellation), await slots.OpenAsync(all, parts.Time.GetUtcNow(), cancellation));
        }
        catch (DbException error)
        {
            Log.ShippingStopped(logger, Database.DatabaseFailures.Map(error).ToString());
            return ([], []);
        }
    }

    // A few at a time: thousands that all poll in the same instant would make each other late, and their hosts too.
    private async Task BeginAllAsync(List<Source> all, Func<Source, (int Failures, DateTimeOffset? Open)> left, CancellationToken cancellation)
    {
        foreach (var some in all.Chunk(BegunAtOnce))
        {
            foreach (var source in some)
            {
                lock (changing)
                {
                    // One that was added or changed since we began to listen has its loop already, or is to have none.
                    if (!stopped && !loops.ContainsKey(source.Id) && touched.Add(source.Id))
                    {
                        var (failures, slot) = left(source);
                        Begin(source, failures, slot);
                    }
                }
            }

            if (some.Length == BegunAtOnce)
            {
                await Task.Delay(BetweenBeginnings, parts.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // What other nodes changed: added, removed, paused, resumed, or captured otherwise.
    private async Task ResyncAsync(TimeSpan every, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(every, parts.Time);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(cancellation);
                var (known, away) = await sources.KnownAsync(cancellation);
                if (away)
                {
                    // What is captured is newer than what was kept.
                    continue;
                }

                var wanted = known.Where(source => !source.Paused).ToDictionary(source => source.Id, StringComparer.Ordinal);
                foreach (var gone in loops.Keys.Except(wanted.Keys, StringComparer.Ordinal).ToList())
                {
                    OnChanged(gone, null);
                }

                foreach (var source in wanted.Values.Where(source => !loops.TryGetValue(source.Id, out var loop) || loop.Revision != source.Revision))
                {
                    OnChanged(source.Id, source);
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A loop survives its body.
                Log.ResyncBroke(logger, error);
            }
        }
    }

    // One change at a time: two that cross must not leave a loop that nobody stops.
    private void OnChanged(string id, Source? source)
    {
        lock (changing)
        {
            if (stopped)
            {
                return;
            }

            touched.Add(id);
            if (loops.TryRemove(id, out var old))
            {
                // Nobody waits for it here, but its successor does, and the end of the poller: a source is never polled twice at once.
                var end = Task.WhenAll(ending.GetValueOrDefault(id, Task.CompletedTask), old.StopAsync(changed: true));
                ending[id] = end;
                _ = end.ContinueWith(ended => Forget(id, ended), TaskScheduler.Default);
            }

            if (source is { Paused: false })
            {
                Begin(source, failures: 0, open: null);
            }
        }
    }

    private void Forget(string id, Task ended)
    {
        lock (changing)
        {
            if (ending.GetValueOrDefault(id) == ended)
            {
                ending.Remove(id);
            }
        }
    }

    private void Begin(Source source, int failures, DateTimeOffset? open) =>
        loops[source.Id] = new PollerLoop(parts, source, new PollerBeginning(ending.GetValueOrDefault(source.Id, Task.CompletedTask), failures, open), stopping.Token);

    private void Tell(string id, SourceStatus status)
    {
        shipper.Note(id, status);
        Polled?.Invoke(id, status);
    }
}

/// <summary>What all loops share.</summary>
internal sealed record PollerParts(
    IReadOnlyDictionary<string, IFrameFeed> Feeds, Journal Journal, CaptureOptions Options, OutsideClients Clients, TimeProvider Time, ILogger Logger, Action<string, SourceStatus> Tell, StartDelays Delays, DiskWatch? Disk, Conditions? Conditions);

/// <summary>How a loop begins.</summary>
/// <param name="After">The end of the loop that the source had before.</param>
/// <param name="Failures">Polls in a row that brought nothing usable.</param>
/// <param name="Open">The slot that an earlier run left without an outcome and that still lasts; null: an extra poll.</param>
internal sealed record PollerBeginning(Task After, int Failures, DateTimeOffset? Open);
