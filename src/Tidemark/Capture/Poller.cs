using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Database;
using Tidemark.Sources;

namespace Tidemark.Capture;

/// <summary>
/// Polls every source on its own: at start and then on the clock (C1: one slow or dead source never delays another). A
/// poll that is still under way when the next is due takes that one's place.
/// </summary>
public sealed class Poller : IAsyncDisposable
{
    private readonly SourceStore sources;
    private readonly OutsideClients clients;
    private readonly Dictionary<string, IFrameFeed> feeds;
    private readonly CaptureOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<string, SourceLoop> loops = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> ending = new();
    private readonly Lock changing = new();
    private readonly CancellationTokenSource stopping = new();
    private Task resyncing = Task.CompletedTask;
    private bool stopped;

    public Poller(SourceStore sources, IEnumerable<IFrameFeed> feeds, OutsideClients clients, CaptureOptions options, TimeProvider time, ILogger<Poller> logger)
    {
        (this.sources, this.clients, this.options, this.time, this.logger) = (sources, clients, options, time, logger);
        this.feeds = feeds.ToDictionary(feed => feed.Kind, StringComparer.Ordinal);
    }

    /// <summary>Told after each poll, with the status that was noted.</summary>
    public event Action<string, SourceStatus>? Polled;

    /// <summary>Reads the sources and begins.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        sources.Changed += OnChanged;
        await sources.CatchUpAsync(cancellation);
        var statuses = await sources.StatusesAsync(cancellation);
        foreach (var source in await sources.ListAsync(cancellation))
        {
            lock (changing)
            {
                // One that was added since we began to listen has its loop already.
                if (!loops.ContainsKey(source.Id))
                {
                    Begin(source, statuses.GetValueOrDefault(source.Id)?.Failures ?? 0);
                }
            }
        }

        if (options.Resync is { } every)
        {
            resyncing = ResyncAsync(every, stopping.Token);
        }
    }

    /// <summary>Polls a source now, whatever its schedule says. False where it is not being captured.</summary>
    public bool PollNow(string id)
    {
        if (!loops.TryGetValue(id, out var loop))
        {
            return false;
        }

        loop.Wake();
        return true;
    }

    /// <summary>When the source is polled next; null while it is not being captured.</summary>
    public DateTimeOffset? NextAt(string id) => loops.TryGetValue(id, out var loop) ? loop.NextAt : null;

    /// <summary>
    /// How the source's last poll ended, also where the database could not note it; null before the first since the start.
    /// </summary>
    public SourceStatus? StatusOf(string id) => loops.TryGetValue(id, out var loop) ? loop.Status : null;

    /// <summary>Stops every loop; polls under way are called off and leave nothing behind.</summary>
    public async ValueTask DisposeAsync()
    {
        sources.Changed -= OnChanged;
        lock (changing)
        {
            if (stopped)
            {
                return;
            }

            stopped = true;
        }

        await stopping.CancelAsync();
        await resyncing;
        foreach (var loop in loops.Values)
        {
            await loop.StopAsync();
        }

        await Task.WhenAll(ending.Keys);

        stopping.Dispose();
    }

    // What other nodes changed.
    private async Task ResyncAsync(TimeSpan every, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(every, time);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(cancellation);
                var wanted = (await sources.ListAsync(cancellation)).Where(source => !source.Paused).ToDictionary(source => source.Id, StringComparer.Ordinal);
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

            if (loops.TryRemove(id, out var old))
            {
                // Nobody waits for it here, but the end of the poller does: it still uses the database.
                var end = old.StopAsync();
                ending[end] = true;
                _ = end.ContinueWith(ended => ending.TryRemove(ended, out _), TaskScheduler.Default);
            }

            if (source is not null)
            {
                Begin(source, failures: 0);
            }
        }
    }

    private void Begin(Source source, int failures)
    {
        if (!source.Paused)
        {
            loops[source.Id] = new SourceLoop(this, source, failures);
        }
    }

    /// <summary>One source's schedule. It survives whatever a poll does.</summary>
    private sealed class SourceLoop
    {
        private readonly Poller poller;
        private readonly Source source;
        private readonly OutsideClient client;
        private readonly CancellationTokenSource stop;
        private readonly SemaphoreSlim wake = new(0, 1);
        private readonly Task running;
        private int failures;

        public SourceLoop(Poller poller, Source source, int failures)
        {
            (this.poller, this.source, this.failures) = (poller, source, failures);
            client = poller.clients.Of(source);
            stop = CancellationTokenSource.CreateLinkedTokenSource(poller.stopping.Token);
            NextAt = poller.time.GetUtcNow();
            running = Task.Run(() => RunAsync(stop.Token));
        }

        /// <summary>Of the source, as it is captured here.</summary>
        public int Revision => source.Revision;

        public DateTimeOffset NextAt { get; private set; }

        public SourceStatus? Status { get; private set; }

        public void Wake()
        {
            try
            {
                wake.Release();
            }
            catch (SemaphoreFullException)
            {
                // It is awake already.
            }
        }

        public async Task StopAsync()
        {
            await stop.CancelAsync();
            await running;
            client.Dispose();
            stop.Dispose();
        }

        private async Task RunAsync(CancellationToken cancellation)
        {
            while (!cancellation.IsCancellationRequested)
            {
                try
                {
                    await PollAsync(cancellation);
                    NextAt = source.Config.Schedule(source.Id).Next(poller.time.GetUtcNow()) ?? DateTimeOffset.MaxValue;
                    await WaitAsync(NextAt, cancellation);
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception error)
                {
                    // A loop survives its body.
                    Log.PollBroke(poller.logger, source.Id, error);
                    NextAt = source.Config.Schedule(source.Id).Next(poller.time.GetUtcNow()) ?? DateTimeOffset.MaxValue;
                    await WaitAsync(NextAt, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }

        private async Task PollAsync(CancellationToken cancellation)
        {
            var result = await ResultAsync(cancellation);
            failures = result.Outcome is Outcome.Ok or Outcome.Unchanged ? 0 : failures + 1;
            var status = new SourceStatus(poller.time.GetUtcNow(), result.Outcome.Word(), result.Failure?.ToString(), failures);
            Status = status;
            if (result.Failure is not null)
            {
                Log.PollFailed(poller.logger, source.Id, result.Outcome.Word(), failures, result.Failure.ToString());
            }

            try
            {
                await poller.sources.SetStatusAsync(source.Id, status, cancellation);
            }
            catch (DbException error)
            {
                Log.StatusNotKept(poller.logger, source.Id, DatabaseFailures.Map(error).ToString());
            }

            poller.Polled?.Invoke(source.Id, status);
        }

        private async Task<PollResult> ResultAsync(CancellationToken cancellation)
        {
            try
            {
                return poller.feeds.TryGetValue(source.Config.Kind, out var feed)
                    ? await feed.PollAsync(source, client, cancellation)
                    : new PollResult(Outcome.Failed, 0, new Failure(FailureKind.BadInput, "source_kind", $"This release does not know the kind '{source.Config.Kind}'.", "Use the release that the source was added with, or remove it."));
            }
            catch (DbException error)
            {
                return new PollResult(Outcome.Failed, 0, DatabaseFailures.Map(error));
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // A bug, or an input that nobody thought of: the source must not look as if it had not been polled.
                Log.PollBroke(poller.logger, source.Id, error);
                return new PollResult(Outcome.Failed, 0, new Failure(FailureKind.Infrastructure, "unexpected", $"The poll broke in a way that nobody foresaw: {error.Message}", "See the node's log."));
            }
        }

        private async Task WaitAsync(DateTimeOffset until, CancellationToken cancellation)
        {
            using var due = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var delay = until - poller.time.GetUtcNow();
            var timer = Task.Delay(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, poller.time, due.Token);
            await Task.WhenAny(timer, wake.WaitAsync(due.Token));
            await due.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
