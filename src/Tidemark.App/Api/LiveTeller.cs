using System.Threading.Channels;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary>
/// Hears what capture and sources say and puts it on the live feed, in order. Nobody waits for it: a thing
/// that changes again before it was told is told once.
/// </summary>
public sealed class LiveTeller : IAsyncDisposable
{
    private readonly LiveFeed feed;
    private readonly SourceShapes sources;
    private readonly SourceStore sourceStore;
    private readonly ILogger logger;
    private readonly Channel<object> changes = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<object> waiting = [];
    private readonly Task telling;

    public LiveTeller(LiveFeed feed, Intake frames, Poller poller, Conditions conditions, Quarantine quarantine, SourceStore sourceStore, SourceShapes sources, ILogger<LiveTeller> logger)
    {
        (this.feed, this.sources, this.sourceStore, this.logger) = (feed, sources, sourceStore, logger);
        frames.Captured += (frame, _) =>
        {
            Note(frame);
            // The rows come after the poll: what the source has now is news again.
            Note(frame.Source);
        };
        poller.Polled += (id, _) => Note(id);
        sourceStore.Changed += (id, _) => Note(id);
        // Both are told once they are noted, which is after the poll that brought them.
        conditions.Changed += (id, _, _) => Note(id);
        quarantine.Listed += Note;
        telling = Task.Run(TellAsync);
    }

    public async ValueTask DisposeAsync()
    {
        changes.Writer.TryComplete();
        await telling;
    }

    private void Note(object what)
    {
        lock (waiting)
        {
            if (waiting.Add(what))
            {
                changes.Writer.TryWrite(what);
            }
        }
    }

    private async Task TellAsync()
    {
        await foreach (var what in changes.Reader.ReadAllAsync())
        {
            lock (waiting)
            {
                waiting.Remove(what);
            }

            try
            {
                if (!feed.Skip())
                {
                    await TellAsync(what);
                }
            }
            catch (Exception error)
            {
                // A loop survives its body.
                Log.TellingBroke(logger, error);
            }
        }
    }

    private async Task TellAsync(object what)
    {
        switch (what)
        {
            case Frame frame:
                feed.Publish("frames", FrameEndpoints.Shape(frame), ApiJson.Default.FrameShape);
                break;
            case string id when (await sourceStore.FindAsync(id, CancellationToken.None)).TryGet(out var source, out _):
                feed.Publish("sources", await sources.OfAsync(source, CancellationToken.None), ApiJson.Default.SourceShape);
                break;
            case string id:
                feed.Publish("sources", new RemovedShape(id), ApiJson.Default.RemovedShape);
                break;
        }
    }
}
