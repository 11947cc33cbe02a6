using System.Collections.Concurrent;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary>Counts what capture does on this node, from its start on: for the metrics.</summary>
public sealed class CaptureCounts : IDisposable
{
    private readonly Poller poller;
    private readonly Intake intake;
    private readonly long[] outcomes = new long[Enum.GetValues<Outcome>().Length];
    private readonly ConcurrentDictionary<string, DateTimeOffset> successes = new(StringComparer.Ordinal);
    private long frames;
    private long bytes;

    public CaptureCounts(Poller poller, Intake intake)
    {
        (this.poller, this.intake) = (poller, intake);
        poller.Polled += OnPolled;
        intake.Captured += OnCaptured;
    }

    public long Frames => Interlocked.Read(ref frames);

    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>When each source last answered as it should, since the start.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Successes => successes;

    /// <summary>Polls that have ended, by outcome.</summary>
    public IEnumerable<(Outcome Outcome, long Polls)> Outcomes => Enum.GetValues<Outcome>().Select(outcome => (outcome, Interlocked.Read(ref outcomes[(int)outcome])));

    public void Dispose()
    {
        poller.Polled -= OnPolled;
        intake.Captured -= OnCaptured;
    }

    private void OnPolled(string source, SourceStatus status)
    {
        if (!OutcomeText.TryParse(status.Outcome, out var outcome))
        {
            return;
        }

        Interlocked.Increment(ref outcomes[(int)outcome]);
        if (outcome is Outcome.Ok or Outcome.Unchanged)
        {
            successes[source] = status.At;
        }
    }

    private void OnCaptured(Frame frame, string temporary)
    {
        Interlocked.Increment(ref frames);
        Interlocked.Add(ref bytes, frame.Bytes);
    }
}
