namespace Tidemark.Archive;

/// <summary>
/// Reads everything that is sealed, in the archive and in the copy, again and again: day after day by source and day, so much
/// of it at a time that a round takes no longer than it may. Where it was it goes on, also after a restart.
/// </summary>
/// <param name="every">How long a round takes.</param>
public sealed class Scrub(DayStore days, Verifier verifier, TimeSpan every, TimeProvider time)
{
    private const int PageSize = 100;

    /// <summary>Where the last day lies that was read; null before the first.</summary>
    public ScrubPosition? Position { get; private set; }

    /// <summary>Reads what is due now, and gives what it found.</summary>
    /// <param name="busy">Asked before each day: true, and it stops, for the work that must not wait.</param>
    public async Task<IReadOnlyList<Finding>> RoundAsync(CopyPlace? copy, Func<bool> busy, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        var at = await days.ScrubAsync(DayStore.Archive, cancellation) ?? await BeginAsync(1, cancellation);
        var (all, done) = await days.BytesUpToAsync(at.Source, at.Day, cancellation);
        var page = new Queue<SealedDay>();
        while (!busy() && Due(at, all, done))
        {
            if (page.Count == 0)
            {
                page = new Queue<SealedDay>(await days.PageAsync((at.Source, at.Day), PageSize, cancellation));
            }

            if (!page.TryDequeue(out var day))
            {
                if (time.GetUtcNow() - at.BeganAt < every)
                {
                    // A round is not begun before its time, or a small archive would be read without a pause.
                    break;
                }

                at = await BeginAsync(at.Round + 1, cancellation);
                (all, done) = await days.BytesUpToAsync(at.Source, at.Day, cancellation);
                if (all == 0)
                {
                    break;
                }

                continue;
            }

            findings.AddRange(await verifier.VerifyAsync(day.Source, day.Day, copy, atOnce: 1, fromDisk: true, null, cancellation));
            done += day.DeletedAt is null ? day.Bytes : 0;
            at = at with { Source = day.Source, Day = day.Day };
            await days.ScrubbedAsync(at, cancellation);
        }

        Position = at;
        return findings;
    }

    // What is read lies not behind the clock: by half of the round, half of all bytes. The last days have no bytes to wait for.
    private bool Due(ScrubPosition at, long all, long done) =>
        (time.GetUtcNow() - at.BeganAt) / every is var passed && (passed >= 1 || all == 0 || (double)done / all <= passed);

    private async Task<ScrubPosition> BeginAsync(int round, CancellationToken cancellation)
    {
        var at = new ScrubPosition(DayStore.Archive, "", DateTimeOffset.UnixEpoch, time.GetUtcNow(), round);
        await days.ScrubbedAsync(at, cancellation);
        return at;
    }
}
