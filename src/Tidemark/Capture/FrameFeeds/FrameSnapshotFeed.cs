using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Tidemark.Archive;
using Tidemark.Sources;

namespace Tidemark.Capture.FrameFeeds;

/// <summary>
/// Polls a source of the kind <c>frames.snapshot</c>: an address that answers with the newest picture. It is asked with what is
/// known already (ETag, Last-Modified), also after a restart; the same bytes again are no new frame. Which instant a picture
/// gets is design/time.md's T8.
/// </summary>
public sealed class FrameSnapshotFeed(Takings takings, Downloads downloads, SourceWatch watch, DataFolder folder, TimeProvider time, ILogger<FrameSnapshotFeed> logger) : IFrameFeed
{
    /// <summary>Why a frame has its instant: the origin said so.</summary>
    public const string LastModified = "lastModified";

    /// <summary>Why a frame has its instant: its answer began then.</summary>
    public const string Received = "received";

    private readonly ConcurrentDictionary<(string Source, string Url), SnapshotState> states = new();

    public string Kind => SourceKind.FrameSnapshot;

    public async Task<PollResult> PollAsync(Source source, OutsideClient client, CancellationToken cancellation)
    {
        if (takings.Markers.Skips(source.Id, time.GetUtcNow()))
        {
            return PollResult.Of(Markers.Skipped("what it shows now"));
        }

        var state = states.GetOrAdd((source.Id, source.Config.Url), _ => SnapshotState.Load(folder, source));
        if (!(await downloads.FetchAsync(source.Id, new Uri(source.Config.Url), state.Newest?.Validators, client, cancellation)).TryGet(out var arrival, out var failure))
        {
            return PollResult.Of(failure);
        }

        if (arrival.Path is null)
        {
            return Judge(source, state, arrival, null, new PollResult(Outcome.Unchanged, 0, null));
        }

        var taken = await TakeAsync(source, state, arrival, cancellation);
        return taken is (null, null)
            ? Judge(source, states[(source.Id, source.Config.Url)], arrival, null, new PollResult(Outcome.Unchanged, 0, null))
            : Judge(source, state, arrival, taken.Frame, taken.Failure is { } wrong ? PollResult.Of(wrong) : new PollResult(Outcome.Ok, 1, null));
    }

    /// <summary>Which instant the picture of an answer gets, and why (T8).</summary>
    /// <param name="from">One of <see cref="SnapshotTime"/>.</param>
    /// <param name="before">That of the frame before; null: there is none.</param>
    public static Result<(DateTimeOffset Instant, string Note)> InstantOf(OutsideAnswer answer, string from, DateTimeOffset? before)
    {
        var modified = answer.Validators.Modified;
        if (from == SnapshotTime.LastModified)
        {
            return modified is { } said ? (said, LastModified)
                : new Failure(FailureKind.BadInput, "no_last_modified", $"{answer.Address.Shown()} does not say when its picture was taken: the answer has no Last-Modified.", "Let its time be that at which it was received: --time-from received.");
        }

        // Within the tolerance of clocks it is not from the future. Servers without a clock say 1970.
        return from == SnapshotTime.Auto && modified is { } instant && instant <= answer.Began + OutsideAnswer.ClockTolerance && instant >= PictureTime.Earliest && !(instant <= before)
            ? (instant, LastModified)
            : (Frame.Instant(answer.Began), Received);
    }

    private async Task<(Frame? Frame, Failure? Failure)> TakeAsync(Source source, SnapshotState state, Arrival arrival, CancellationToken cancellation)
    {
        var (path, url) = (arrival.Path!, source.Config.Url);
        try
        {
            var sum = await SumAsync(path, cancellation);
            var (tag, modified) = arrival.Answer.Validators;
            if (sum == state.Newest?.Sha256)
            {
                // The same picture under other validators: they are what it is asked by from now on.
                File.Delete(path);
                states[(source.Id, url)] = state with { Newest = state.Newest with { Tag = tag, Modified = modified } };
                return (null, null);
            }

            if (!InstantOf(arrival.Answer, source.Config.TimeFrom ?? SnapshotTime.Auto, state.Newest?.Time).TryGet(out var at, out var failure))
            {
                File.Delete(path);
                return (null, failure);
            }

            var (there, same) = await ThereAsync(source.Id, at.Instant, sum, cancellation);
            if (there && !same && at.Note == LastModified && source.Config.TimeFrom != SnapshotTime.LastModified)
            {
                // The origin's time did not move, and the archive keeps what it has (A2): the picture has ours.
                at = (Frame.Instant(arrival.Answer.Began), Received);
                (there, same) = (false, false);
            }

            var next = new SnapshotState(new SnapshotSeen(url, at.Instant, sum, tag, modified), state.Newest);
            if (there)
            {
                File.Delete(path);
                states[(source.Id, url)] = same ? next : state;
                return (null, same ? next.Save(folder, source.Id, logger) : SameTime(url, at.Instant));
            }

            if (next.Save(folder, source.Id, logger) is { } unkept)
            {
                File.Delete(path);
                return (null, unkept);
            }

            var taken = await takings.TakeAsync(source.Id, new Picture(at.Instant, null, path, new Uri(url).Shown(), at.Note), cancellation);
            if (taken.TryGet(out var frame, out failure))
            {
                states[(source.Id, url)] = next;
            }

            return (frame, failure);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, DiskFailures.Map(error));
        }
    }

    private async Task<(bool There, bool Same)> ThereAsync(string source, DateTimeOffset instant, string sum, CancellationToken cancellation)
    {
        var path = folder.FramePath(source, instant);
        return File.Exists(path) ? (true, await SumAsync(path, cancellation) == sum) : (false, false);
    }

    private static Failure SameTime(string url, DateTimeOffset instant) => new(FailureKind.Conflict, "same_time",
        $"{new Uri(url).Shown()} shows another picture under the time of the one before, {Time.Rfc3339.Format(instant)}; what is archived stays.", "Let its time be that at which it was received: --time-from received.");

    private PollResult Judge(Source source, SnapshotState state, Arrival arrival, Frame? frame, PollResult result) => watch.Judge(source, new PollSigns
    {
        Taken = frame is null ? [] : [frame],
        Repeated = result.Outcome == Outcome.Unchanged,
        Newest = source.Config.TimeFrom == SnapshotTime.Received ? null : arrival.Answer.Validators.Modified ?? (arrival.Path is null ? state.Newest?.Modified : null),
        ClockAhead = arrival.Answer.ClockAhead,
        Line = (arrival.Bytes, arrival.Took),
    }, result);

    private static async Task<string> SumAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }
}
