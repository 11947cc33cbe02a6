using System.Data.Common;
using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>
/// Which instants of a source the archive has, or had, in memory: a poll waits for no database (C1). By days, those that are
/// listed and no others: one old time in a list brings in its own day, not all that lies between. A day is read once, from the
/// index, with what lies in its folder without a row; then it is kept up to date. One source's is used by one poll at a time.
/// </summary>
internal sealed class PresentFrames(string source, FrameArchive archive, TimeProvider time)
{
    // What one question to the index may bring.
    private const int MostDaysAtOnce = 32;

    // A database that does not answer at once is done without, and asked again later.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);
    private readonly Dictionary<DateTimeOffset, HashSet<DateTimeOffset>> days = [];
    private readonly Lock gate = new();
    private long? fromFilesSince;

    public void Add(DateTimeOffset instant)
    {
        lock (gate)
        {
            // A day that is not listed is read when it is.
            days.GetValueOrDefault(TimeRange.Day(instant).Start)?.Add(instant);
        }
    }

    /// <summary>Those of what is listed that are there; what can be no picture's time never is.</summary>
    /// <param name="adopt">Takes in a file that has its place and no row; false where it cannot be used.</param>
    public async Task<HashSet<DateTimeOffset>> OfAsync(IEnumerable<DateTimeOffset> listed, Func<DateTimeOffset, Task<bool>> adopt, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var byDay = listed.Where(instant => PictureTime.Check(instant, now) is null).ToLookup(instant => TimeRange.Day(instant).Start);
        var again = fromFilesSince is { } since && time.GetElapsedTime(since) >= AskAgain;
        List<DateTimeOffset> wanted;
        lock (gate)
        {
            // What is not listed any more is not asked for again.
            days.Keys.Where(day => !byDay.Contains(day)).ToList().ForEach(day => days.Remove(day));
            wanted = [.. byDay.Select(day => day.Key).Where(day => again || !days.ContainsKey(day)).Order()];
            wanted.ForEach(day => days.TryAdd(day, []));
        }

        try
        {
            fromFilesSince = await LoadAsync(wanted, adopt, cancellation) ? (again ? null : fromFilesSince) : time.GetTimestamp();
        }
        catch
        {
            lock (gate)
            {
                wanted.ForEach(day => days.Remove(day));
            }

            throw;
        }

        lock (gate)
        {
            return [.. byDay.SelectMany(day => day.Where(days[day.Key].Contains))];
        }
    }

    // False where the index did not answer.
    private async Task<bool> LoadAsync(List<DateTimeOffset> wanted, Func<DateTimeOffset, Task<bool>> adopt, CancellationToken cancellation)
    {
        var away = false;
        foreach (var stretch in Stretches(wanted))
        {
            var rows = away ? null : await IndexedAsync(stretch, cancellation);
            away = rows is null;
            foreach (var instant in rows ?? [])
            {
                Add(instant);
            }

            for (var day = stretch.Start; day < stretch.End; day = day.AddDays(1))
            {
                await LookAsync(day, away, adopt);
            }
        }

        return !away;
    }

    // Without the index nobody knows which files have a row: they are there, that is enough for now. And of a day that was let go only its seal says what there was.
    private async Task LookAsync(DateTimeOffset day, bool away, Func<DateTimeOffset, Task<bool>> adopt)
    {
        foreach (var instant in away ? archive.SealedOf(source, day) : [])
        {
            Add(instant);
        }

        foreach (var instant in archive.FilesOf(source, day).Order().ToList())
        {
            bool there;
            lock (gate)
            {
                there = days[day].Contains(instant);
            }

            if (!there && (away || await adopt(instant)))
            {
                Add(instant);
            }
        }
    }

    // Days that follow each other are asked for together.
    private static IEnumerable<TimeRange> Stretches(List<DateTimeOffset> days)
    {
        for (var first = 0; first < days.Count;)
        {
            var last = first;
            while (last + 1 < days.Count && days[last + 1] == days[last].AddDays(1) && last + 1 - first < MostDaysAtOnce)
            {
                last++;
            }

            yield return new TimeRange(days[first], days[last].AddDays(1));
            first = last + 1;
        }
    }

    private async Task<HashSet<DateTimeOffset>?> IndexedAsync(TimeRange range, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await archive.Index.InstantsAsync(source, range, either.Token);
        }
        catch (Exception error) when (error is DbException or TimeoutException or System.Net.Sockets.SocketException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }
}
