using System.Collections.Concurrent;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture.FrameFeeds;

/// <summary>
/// Polls a source of the kind <c>frames.index</c>: reads the list and fetches what the archive lacks, oldest first.
/// Frames that could not be had before come last, so that they never keep newer ones from being captured.
/// </summary>
public sealed class FrameIndexFeed(Intake intake, CaptureOptions options, TimeProvider time) : IFrameFeed
{
    private const long MostIndexBytes = 8 << 20;
    private const int MostSilencesInARow = 3;
    private const int MostSecondTries = 50;

    // What is missing beyond these comes with the next poll.
    private const int MostFramesARound = 20_000;
    private const string AcceptImage = "image/jpeg,image/*;q=0.5";

    // By source: instants that are listed and could not be had.
    private readonly ConcurrentDictionary<string, HashSet<DateTimeOffset>> troubled = new(StringComparer.Ordinal);

    public string Kind => SourceKind.FrameIndex;

    public async Task<PollResult> PollAsync(Source source, OutsideClient client, CancellationToken cancellation)
    {
        if (!(await ListAsync(source.Config, client, time, cancellation)).TryGet(out var listing, out var failure))
        {
            return Ended(0, failure, freshly: true);
        }

        var missing = await MissingAsync(source.Id, listing, cancellation);
        var before = troubled.GetValueOrDefault(source.Id) ?? [];
        var (fresh, again) = (missing.Where(frame => !before.Contains(frame.Time)), missing.Where(frame => before.Contains(frame.Time)));
        var now = new HashSet<DateTimeOffset>(again.Select(frame => frame.Time));
        troubled[source.Id] = now;

        var (captured, silences) = (0, 0);
        var freshly = false;
        Failure? first = null;
        foreach (var frame in fresh.Take(MostFramesARound).Concat(again.Take(MostSecondTries)))
        {
            failure = await FetchAsync(source, frame, client, cancellation);
            if (failure is null)
            {
                captured++;
                silences = 0;
                now.Remove(frame.Time);
                continue;
            }

            freshly |= !before.Contains(frame.Time);
            first ??= failure;
            if (failure.Kind is FailureKind.Resource or FailureKind.Infrastructure)
            {
                break;
            }

            now.Add(frame.Time);
            silences = failure.Kind == FailureKind.BadInput ? 0 : silences + 1;
            if (silences == MostSilencesInARow)
            {
                break;
            }
        }

        return Ended(captured, first ?? listing.FirstFault, freshly);
    }

    internal static async Task<Result<FrameListing>> ListAsync(SourceConfig config, OutsideClient client, TimeProvider time, CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        var fetched = await client.FetchAsync(new Uri(config.Url), "application/json", answer, MostIndexBytes, cancellation);
        return fetched.TryGet(out var address, out var failure)
            ? FrameListing.Parse(answer.GetBuffer().AsMemory(0, (int)answer.Length), address, new FrameListingRules(config.Index!, config.Zone is null ? null : Zone.Parse(config.Zone).Value, time.GetUtcNow()))
            : failure;
    }

    /// <summary>Fetches a picture to a file of its own under <c>incoming/</c>; the caller removes it.</summary>
    internal async Task<Result<string>> DownloadAsync(Uri image, OutsideClient client, CancellationToken cancellation)
    {
        var incoming = intake.NewIncoming();
        var arrived = false;
        try
        {
            await using var file = new FileStream(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            if ((await client.FetchAsync(image, AcceptImage, file, options.MostFrameBytes, cancellation)).Failed(out var failure))
            {
                return failure;
            }

            arrived = true;
            return incoming;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error);
        }
        finally
        {
            if (!arrived)
            {
                File.Delete(incoming);
            }
        }
    }

    private async Task<Failure?> FetchAsync(Source source, ListedFrame listed, OutsideClient client, CancellationToken cancellation)
    {
        if (!(await DownloadAsync(listed.Image, client, cancellation)).TryGet(out var incoming, out var failure))
        {
            return failure;
        }

        return (await intake.TakeAsync(source.Id, new Picture(listed.Time, listed.Name, incoming, listed.Image.Shown(), listed.Note), cancellation)).Failure;
    }

    private async Task<List<ListedFrame>> MissingAsync(string source, FrameListing listing, CancellationToken cancellation)
    {
        if (listing.Frames.Count == 0)
        {
            return [];
        }

        var range = new TimeRange(listing.Frames[0].Time, listing.Frames[^1].Time.AddMilliseconds(1));
        var present = await intake.PresentAsync(source, range, cancellation);
        return [.. listing.Frames.Where(frame => !present.Contains(frame.Time))];
    }

    // A picture that was bad before and is bad still is no news; that nobody answers is, each time.
    private static PollResult Ended(int captured, Failure? failure, bool freshly) => (captured, failure) switch
    {
        ( > 0, _) => new PollResult(Outcome.Ok, captured, failure),
        (_, null) => new PollResult(Outcome.Unchanged, 0, null),
        (_, { Kind: FailureKind.BadInput }) when !freshly => new PollResult(Outcome.Unchanged, 0, failure),
        (_, { Kind: FailureKind.BadInput } invalid) => new PollResult(invalid.Code is "http_status" or "address_refused" ? Outcome.Failed : Outcome.Invalid, 0, invalid),
        (_, { } failed) => new PollResult(Outcome.Failed, 0, failed),
    };
}
