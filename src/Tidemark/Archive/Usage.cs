using Tidemark.Database;

namespace Tidemark.Archive;

/// <summary>What came in on a UTC day: also what was let go since.</summary>
public sealed record DayIntake(DateTimeOffset Day, long Frames, long Bytes);

/// <summary>How much a source has and brings.</summary>
/// <param name="Frames">There now; like <paramref name="Bytes"/>.</param>
/// <param name="PerDay7">Bytes a day, on average over the last seven whole UTC days, or since its first day where that is less.</param>
/// <param name="PerDay30">The same over thirty.</param>
/// <param name="PerYear">Bytes that a year brings at the rate of the thirty days.</param>
/// <param name="First">The first day that it has brought anything; null where it has brought nothing.</param>
/// <param name="Retention">What it keeps at most.</param>
public sealed record SourceUsage(string Source, long Frames, long Bytes, long PerDay7, long PerDay30, long PerYear, DateTimeOffset? First, SourceRetention Retention);

/// <summary>What lies on the archive's disk, and where that leads.</summary>
/// <param name="Assets">Bytes of uploaded and made files; like <paramref name="Quarantine"/> and <paramref name="Incoming"/> (this node's downloads).</param>
/// <param name="LetGo">Bytes that rules have let go so far.</param>
/// <param name="Days">The last thirty days and today, oldest first, of all sources.</param>
public sealed record ArchiveUsage(
    DiskSpace Disk, IReadOnlyList<SourceUsage> Sources, long Assets, long Quarantine, long Incoming, long LetGo, IReadOnlyList<DayIntake> Days, UsageForecast Forecast)
{
    public long Bytes => Sources.Sum(source => source.Bytes);
}

/// <summary>Counts what the archive uses, from rows: no walk, so it is quick at any size (F5).</summary>
public sealed class Usage(SqlDatabase database, DataFolder folder, TimeProvider time)
{
    private const int Window = 30;

    public async Task<ArchiveUsage> MeasureAsync(RetentionRules rules, CancellationToken cancellation)
    {
        var today = Time.TimeRange.Day(time.GetUtcNow()).Start;
        var from = today.AddDays(-Window);
        var (totals, recent, firsts, other) = await database.ReadAsync(async session => (
            await session.QueryAsync("select source, frames, bytes from frame_totals order by source", row => (Source: row.Text(0), Frames: row.Int(1), Bytes: row.Int(2)), cancellation),
            await RecentAsync(session, from, cancellation),
            await FirstsAsync(session, cancellation),
            await OtherAsync(session, cancellation)), cancellation);

        var bySource = recent.ToLookup(one => one.Source, StringComparer.Ordinal);
        var sources = totals
            .Select(one => Of(one.Source, one.Frames, one.Bytes, bySource[one.Source], firsts.TryGetValue(one.Source, out var first) ? first : null, today, rules))
            .ToList();
        var disk = DiskSpace.Of(folder.Archive);
        var days = Enumerable.Range(0, Window + 1).Select(i => from.AddDays(i)).GroupJoin(recent, day => day, one => one.Day,
            (day, those) => new DayIntake(day, those.Sum(one => one.Frames), those.Sum(one => one.Bytes))).ToList();
        return new ArchiveUsage(disk, sources, other.Assets, other.Quarantine, Incoming(), other.LetGo, days, UsageForecast.Of(time.GetUtcNow(), disk.Free, sources, rules));
    }

    private static SourceUsage Of(string source, long frames, long bytes, IEnumerable<(string Source, DateTimeOffset Day, long Frames, long Bytes)> recent, DateTimeOffset? first, DateTimeOffset today, RetentionRules rules)
    {
        var whole = recent.Where(one => one.Day < today).ToList();
        long Rate(int days)
        {
            // Since its first whole day; the first one may have begun in the middle.
            var lived = first is { } since ? (int)Math.Clamp((today - since).TotalDays, 1, days) : days;
            return whole.Where(one => one.Day >= today.AddDays(-days)).Sum(one => one.Bytes) / lived;
        }

        return new SourceUsage(source, frames, bytes, Rate(7), Rate(Window), Rate(Window) * 365, first, rules.Sources.GetValueOrDefault(source, new SourceRetention(null, null)));
    }

    private static async Task<List<(string Source, DateTimeOffset Day, long Frames, long Bytes)>> RecentAsync(Session session, DateTimeOffset from, CancellationToken cancellation)
    {
        var day = session.Dialect == Dialect.Sqlite ? "time / 86400000000" : "floor(extract(epoch from time) / 86400)::bigint";
        var sealedDays = await session.QueryAsync("select source, day, frames, bytes from day where day >= @from", row => (Source: row.Text(0), Day: row.Time(1), Frames: row.Int(2), Bytes: row.Int(3)), cancellation, ("from", from));
        var open = await session.QueryAsync($"select source, {day}, count(*), cast(sum(bytes) as bigint) from frame where time >= @from group by 1, 2",
            row => (Source: row.Text(0), Day: DateTimeOffset.UnixEpoch.AddDays(row.Int(1)), Frames: row.Int(2), Bytes: row.Int(3)), cancellation, ("from", from));
        return [.. sealedDays, .. open];
    }

    private static async Task<Dictionary<string, DateTimeOffset>> FirstsAsync(Session session, CancellationToken cancellation)
    {
        // The first of each source by an index, not by a look at all of its rows.
        var firsts = await session.QueryAsync(
            """
            select t.source, (select min(day) from day where source = t.source and frames > 0), (select min(time) from frame where source = t.source) from frame_totals t
            """,
            row => (Source: row.Text(0), Sealed: row.TimeOrNull(1), Open: row.TimeOrNull(2)), cancellation);
        return firsts.Where(one => one.Sealed is not null || one.Open is not null).ToDictionary(
            one => one.Source,
            one => Time.TimeRange.Day(one.Sealed is { } day && (one.Open is not { } open || day < open) ? day : one.Open!.Value).Start,
            StringComparer.Ordinal);
    }

    private static Task<(long Assets, long Quarantine, long LetGo)> OtherAsync(Session session, CancellationToken cancellation) => session.FirstAsync(
        """
        select (select cast(coalesce(sum(bytes), 0) as bigint) from asset), (select cast(coalesce(sum(bytes), 0) as bigint) from quarantine),
            (select cast(coalesce(sum(bytes), 0) as bigint) from day where deleted_at is not null)
        """,
        row => (row.Int(0), row.Int(1), row.Int(2)), cancellation);

    // A handful of files: what is on its way.
    private long Incoming() => Directory.Exists(folder.Incoming) ? new DirectoryInfo(folder.Incoming).EnumerateFiles().Sum(Length) : 0;

    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException)
        {
            // It got its final name meanwhile.
            return 0;
        }
    }
}
