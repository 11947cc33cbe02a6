using Tidemark.Jobs;

namespace Tidemark.App.Api;

/// <summary>Counts how jobs end, on all nodes, from the first question on: it reads on in the tracks each time it is asked.</summary>
public sealed class JobEnds(JobStore jobs)
{
    private const int AtOnce = 5000;

    // A question is answered soon, whatever has gathered; the next one reads on.
    private const int MostReads = 40;

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<string, long> counts = new(StringComparer.Ordinal) { [JobStates.Done] = 0, [JobStates.Failed] = 0, [JobStates.Cancelled] = 0 };
    private TrackPosition? at;
    private long incarnation;

    /// <summary>Jobs that have ended, by state. One that was tried again counts each time.</summary>
    public async Task<IReadOnlyList<(string State, long Jobs)>> ReadAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            // Positions are those of one incarnation: in another, what was read up to here may lie ahead of everything.
            if (await jobs.IncarnationAsync(cancellation) is var current && current != incarnation)
            {
                (incarnation, at) = (current, null);
            }

            at ??= await jobs.TrackEndAsync(cancellation);
            for (var read = 0; read < MostReads; read++)
            {
                var events = await jobs.TrackAfterAsync(at.Value, AtOnce, cancellation);
                foreach (var state in events.Select(one => one.JobState).OfType<string>().Where(counts.ContainsKey))
                {
                    counts[state]++;
                }

                at = events.Count > 0 ? events[^1].Position : at;
                if (events.Count < AtOnce)
                {
                    break;
                }
            }

            return [.. counts.Select(one => (one.Key, one.Value))];
        }
        finally
        {
            turn.Release();
        }
    }
}
