using System.Collections.Concurrent;
using Tidemark.Archive;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture.FrameFeeds;

/// <summary>
/// Polls a source of the kind <c>frames.index</c>: reads the list and fetches what the archive lacks, oldest first.
/// Frames that could not be had before come last, so that they never keep newer ones from being captured, and the more seldom
/// the more often they could not.
/// </summary>
public sealed class FrameIndexFeed(Intake intake, Takings takings, Downloads downloads, SourceWatch watch, TimeProvider time) : IFrameFeed
{
    private const long MostIndexBytes = 8 << 20;
    private const int MostSilencesInARow = 3;
    private const int MostSecondTries = 50;

    // What is missing beyond these comes with the next poll.
    private const int MostFramesARound = 20_000;

    // By source: instants that are listed and could not be had.
    private readonly ConcurrentDictionary<string, TroubledFrames> troubled = new(StringComparer.Ordinal);

    public string Kind => SourceKind.FrameIndex;

    public async Task<PollResult> PollAsync(Source source, OutsideClient client, CancellationToken cancellation)
    {
        if (!(await ListAsync(source.Config, client, time, cancellation)).TryGet(out var read, out var failure))
        {
            return Ended(0, failure, freshly: true);
        }

        var (listing, head) = read;
        var round = new Round(source, client, troubled.GetOrAdd(source.Id, _ => new TroubledFrames()));
        var missing = await MissingAsync(source.Id, listing, cancellation);
        round.Troubled.Keep(missing.Select(frame => frame.Time));
        var (fresh, again) = (missing.Where(frame => !round.Troubled.Contains(frame.Time)), missing.Where(frame => round.Troubled.IsDue(frame.Time)));
        foreach (var frame in fresh.Take(MostFramesARound).Concat(again.Take(MostSecondTries)).ToList())
        {
            if (!await FetchAsync(round, frame, cancellation))
            {
                break;
            }
        }

        var signs = new PollSigns
        {
            Taken = round.Taken,
            Newest = listing.Frames.Count == 0 ? null : listing.Frames[^1].Time,
            Apart = Apart(listing),
            ClockAhead = head.ClockAhead,
            Line = round.Line,
        };
        var ended = round is { Taken.Count: 0, First: null, Skips: > 0 }
            ? new PollResult(Outcome.Skipped, 0, Markers.Skipped($"{round.Skips} frames"))
            : Ended(round.Taken.Count, round.First ?? listing.FirstFault, round.Freshly);
        return watch.Judge(source, signs, ended);
    }

    internal static async Task<Result<(FrameListing Listing, OutsideAnswer Head)>> ListAsync(SourceConfig config, OutsideClient client, TimeProvider time, CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        if (!(await client.FetchAsync(new OutsideRequest(new Uri(config.Url), "application/json", MostIndexBytes), _ => answer, cancellation)).TryGet(out var head, out var failure))
        {
            return failure;
        }

        var rules = new FrameListingRules(config.Index!, config.Zone is null ? null : Zone.Parse(config.Zone).Value, time.GetUtcNow());
        return FrameListing.Parse(answer.GetBuffer().AsMemory(0, (int)answer.Length), head.Address, rules).TryGet(out var listing, out failure) ? (listing, head) : failure;
    }

    // False where the round ends here: the disk is full, or the origin silent.
    private async Task<bool> FetchAsync(Round round, ListedFrame listed, CancellationToken cancellation)
    {
        if (takings.Full is { } full)
        {
            round.First ??= full;
            return false;
        }

        if (takings.Markers.Skips(round.Source.Id, listed.Time))
        {
            round.Skips++;
            return true;
        }

        var freshly = !round.Troubled.Contains(listed.Time);
        if (!(await TakeAsync(round, listed, cancellation)).TryGet(out var frame, out var failure))
        {
            round.First ??= failure;
            round.Freshly |= freshly;
            if (failure.Kind is FailureKind.Resource or FailureKind.Infrastructure)
            {
                return false;
            }

            round.Troubled.Failed(listed.Time);
            round.Silences = failure.Kind is FailureKind.Unreachable or FailureKind.Stalled ? round.Silences + 1 : 0;
            return round.Silences < MostSilencesInARow;
        }

        round.Taken.Add(frame);
        round.Troubled.Came(listed.Time);
        round.Silences = 0;
        return true;
    }

    private async Task<Result<Frame>> TakeAsync(Round round, ListedFrame listed, CancellationToken cancellation)
    {
        if (!(await downloads.FetchAsync(round.Source.Id, listed.Image, null, round.Client, cancellation)).TryGet(out var arrival, out var failure))
        {
            return failure;
        }

        round.Line = (round.Line.Bytes + arrival.Bytes, round.Line.Took + arrival.Took);
        return await takings.TakeAsync(round.Source.Id, new Picture(listed.Time, listed.Name, arrival.Path!, listed.Image.Shown(), listed.Note), cancellation);
    }

    private async Task<List<ListedFrame>> MissingAsync(string source, FrameListing listing, CancellationToken cancellation)
    {
        var present = await intake.PresentAsync(source, listing.Frames.Select(frame => frame.Time), cancellation);
        return [.. listing.Frames.Where(frame => !present.Contains(frame.Time))];
    }

    private static TimeSpan? Apart(FrameListing listing) =>
        listing.Frames.Count < 3 ? null : SourceWatch.Apart([.. listing.Frames.TakeLast(SourceWatch.Recent).Select(frame => frame.Time)]);

    // A picture that was bad before and is bad still is no news; that nobody answers is, each time.
    private static PollResult Ended(int captured, Failure? failure, bool freshly) => (captured, failure) switch
    {
        ( > 0, _) => new PollResult(Outcome.Ok, captured, failure),
        (_, null) => new PollResult(Outcome.Unchanged, 0, null),
        (_, { Kind: FailureKind.BadInput }) when !freshly => new PollResult(Outcome.Unchanged, 0, failure),
        (_, { } bad) => PollResult.Of(bad),
    };

    /// <summary>What one poll did so far.</summary>
    private sealed class Round(Source source, OutsideClient client, TroubledFrames troubled)
    {
        public Source Source => source;

        public OutsideClient Client => client;

        public TroubledFrames Troubled => troubled;

        public List<Frame> Taken { get; } = [];

        public (long Bytes, TimeSpan Took) Line { get; set; }

        public int Skips { get; set; }

        public int Silences { get; set; }

        public bool Freshly { get; set; }

        public Failure? First { get; set; }
    }
}
