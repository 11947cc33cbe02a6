using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>Which frames a stretch has to choose from (design/timelapse.md, L1).</summary>
public sealed class StretchFrames(FrameArchive archive)
{
    // Of frames that cannot be used so many are passed by in search of one to hold; more are asked for at a time the more it takes.
    private const int MostPassed = 500, MostAtOnce = 64;

    /// <summary>What a stretch shows; null where it has no pictures.</summary>
    /// <param name="sizes">By source.</param>
    /// <param name="even">Of what instants its pictures are; null: those of frames.</param>
    /// <param name="unusable">Frames that count as missing; others are added that are found to.</param>
    internal async Task<Result<TimelapsePlan?>> PlanAsync(
        TimelapseRequest request, TimelapseRecipe recipe, IReadOnlyList<FrameSize> sizes, Stretch stretch, EvenInstants? even, UnusableFrames unusable, CancellationToken cancellation)
    {
        var daylight = request.Daylight?.Make();
        var instants = even?.In(stretch).ToList();
        if (instants is { Count: 0 })
        {
            return (TimelapsePlan?)null;
        }

        var sources = new List<IReadOnlyList<FrameFile>>();
        foreach (var source in request.Sources)
        {
            var frames = await ListAsync(source, stretch.Range, int.MaxValue, newestFirst: false, cancellation);
            if (unusable.Reasons.Count > 0)
            {
                AddGone(source, stretch.Range, frames, unusable);
            }

            sources.Add([.. frames.Where(frame => !unusable.Contains(frame) && daylight?.Contains(frame.Time) != false)]);
        }

        if ((instants is null || recipe.Missing == MissingFrames.Skip) && sources.All(frames => frames.Count == 0))
        {
            return (TimelapsePlan?)null;
        }

        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i].Count == 0 && await NextAsync(request, request.Sources[i], stretch, daylight, unusable, cancellation) is { } held)
            {
                sources[i] = [held];
            }
        }

        if (sources.All(frames => frames.Count == 0))
        {
            return (TimelapsePlan?)null;
        }

        return TimelapsePlan.Make(sources, recipe, sizes, instants).TryGet(out var plan, out var failure) ? plan.Frames == 0 ? null : plan : failure;
    }

    // One that is gone seldom is alone: then all are asked for at once, shown or not.
    private void AddGone(string source, TimeRange range, IReadOnlyList<FrameFile> frames, UnusableFrames unusable)
    {
        var there = archive.FilesOf(source, TimeRange.Day(range.Start).Start).ToHashSet();
        foreach (var frame in frames.Where(frame => !there.Contains(frame.Time)))
        {
            unusable.Add(frame, UnusableFrames.Gone(frame));
        }
    }

    // The last one before, or else the first one behind.
    private async Task<FrameFile?> NextAsync(TimelapseRequest request, string source, Stretch stretch, Daylight? daylight, UnusableFrames unusable, CancellationToken cancellation) =>
        await SeekAsync(source, new TimeRange(request.From, stretch.Start), newestFirst: true, daylight, unusable, cancellation)
            ?? await SeekAsync(source, new TimeRange(stretch.End, request.To), newestFirst: false, daylight, unusable, cancellation);

    // The first one that can be used, as far as a walk tells; nights are leapt over, and not read.
    private async Task<FrameFile?> SeekAsync(string source, TimeRange range, bool newestFirst, Daylight? daylight, UnusableFrames unusable, CancellationToken cancellation)
    {
        var (passed, take) = (0, 1);
        while (passed < MostPassed && await ListAsync(source, range, take, newestFirst, cancellation) is { Count: > 0 } page)
        {
            foreach (var frame in page)
            {
                passed++;
                cancellation.ThrowIfCancellationRequested();
                if (daylight?.Contains(frame.Time) == false)
                {
                    var edge = newestFirst ? daylight.Last(frame.Time)?.End : daylight.Open(frame.Time)?.Start;
                    if (edge is not { } day || (newestFirst ? day <= range.Start : day >= range.End))
                    {
                        return null;
                    }

                    range = newestFirst ? new TimeRange(range.Start, day) : new TimeRange(day, range.End);
                    break;
                }

                if (!unusable.Contains(frame))
                {
                    if (!(await FrameSequence.InspectAsync(frame)).Failed(out var why))
                    {
                        return frame;
                    }

                    unusable.Add(frame, why);
                }

                // Frames are named to the millisecond.
                var behind = frame.Time.AddMilliseconds(1);
                range = newestFirst ? new TimeRange(range.Start, frame.Time) : new TimeRange(behind < range.End ? behind : range.End, range.End);
            }

            take = Math.Min(take * 2, MostAtOnce);
        }

        return null;
    }

    /// <summary>The first frame of a source in the request's range.</summary>
    internal async Task<FrameFile?> FirstAsync(TimelapseRequest request, string source, CancellationToken cancellation) =>
        await ListAsync(source, new TimeRange(request.From, request.To), 1, newestFirst: false, cancellation) is [var first] ? first : null;

    private async Task<IReadOnlyList<FrameFile>> ListAsync(string source, TimeRange range, int limit, bool newestFirst, CancellationToken cancellation) =>
        [.. (await archive.Index.ListAsync(source, range, limit, newestFirst, cancellation)).Select(frame => new FrameFile(frame.Time, archive.PathOf(frame), frame.Width, frame.Height) { Sha256 = frame.Sha256 })];
}
