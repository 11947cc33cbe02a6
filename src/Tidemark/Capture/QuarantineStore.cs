using Tidemark.Database;

namespace Tidemark.Capture;

/// <summary>What came in and cannot be used; the file lies at <c>quarantine/SOURCE/FILE</c> in the archive.</summary>
/// <param name="File"><c>STAMP-SHA8.EXT</c>; with the source, what names it.</param>
/// <param name="Time">When it would have shown the world; null where nothing said that.</param>
/// <param name="Url">Where it came from, as it may be shown; null for a folder.</param>
/// <param name="Code">Why it cannot be used, for programs: <c>jpeg_truncated</c> …</param>
/// <param name="Message">Why, for people.</param>
/// <param name="Sha256">Of the whole file, 32 bytes.</param>
public sealed record QuarantineEntry(string Source, string File, DateTimeOffset? Time, string? Url, string Code, string Message, long Bytes, ReadOnlyMemory<byte> Sha256, DateTimeOffset ReceivedAt);

/// <summary>The list of what is in quarantine. The only place with SQL about it. The notes beside the files say the same.</summary>
public sealed class QuarantineStore(SqlDatabase database)
{
    private const string Columns = "source, file, time, url, code, message, bytes, sha256, received_at";

    /// <summary>Adds entries; those that are there already stay as they are.</summary>
    public Task AddAsync(IReadOnlyCollection<QuarantineEntry> entries, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        foreach (var entry in entries)
        {
            await session.ExecuteAsync(
                $"insert into quarantine ({Columns}) values (@source, @file, @time, @url, @code, @message, @bytes, @sha256, @receivedAt) on conflict do nothing",
                cancellation,
                ("source", entry.Source), ("file", entry.File), ("time", entry.Time), ("url", entry.Url), ("code", entry.Code), ("message", entry.Message),
                ("bytes", entry.Bytes), ("sha256", entry.Sha256.ToArray()), ("receivedAt", entry.ReceivedAt));
        }
    }, cancellation);

    /// <summary>Newest first.</summary>
    /// <param name="source">Null: of all sources.</param>
    /// <param name="after">The last of the page before; null: from the newest on.</param>
    public Task<List<QuarantineEntry>> ListAsync(string? source, QuarantineEntry? after, int limit, CancellationToken cancellation)
    {
        var conditions = new List<string>();
        var values = new List<(string, object?)> { ("limit", limit) };
        if (source is not null)
        {
            conditions.Add("source = @source");
            values.Add(("source", source));
        }

        if (after is not null)
        {
            conditions.Add("(received_at < @at or (received_at = @at and (source > @afterSource or (source = @afterSource and file > @afterFile))))");
            values.AddRange([("at", after.ReceivedAt), ("afterSource", after.Source), ("afterFile", after.File)]);
        }

        var where = conditions.Count == 0 ? "" : $"where {string.Join(" and ", conditions)}";
        return database.ReadAsync(session => session.QueryAsync($"select {Columns} from quarantine {where} order by received_at desc, source, file limit @limit", Read, cancellation, [.. values]), cancellation);
    }

    public async Task<Result<QuarantineEntry>> FindAsync(string source, string file, CancellationToken cancellation) =>
        await database.ReadAsync(session => session.FirstAsync($"select {Columns} from quarantine where source = @source and file = @file", Read, cancellation, ("source", source), ("file", file)), cancellation) is { } entry
            ? entry
            : new Failure(FailureKind.NotFound, "not_in_quarantine", $"There is no '{file}' of '{source}' in quarantine.", "See what there is with: tidemark quarantine list");

    /// <summary>How many there are, by source.</summary>
    public async Task<Dictionary<string, long>> CountsAsync(CancellationToken cancellation) =>
        (await database.ReadAsync(session => session.QueryAsync("select source, count(*) from quarantine group by source", row => (row.Text(0), row.Int(1)), cancellation), cancellation))
            .ToDictionary(row => row.Item1, row => row.Item2, StringComparer.Ordinal);

    /// <summary>How many there are of a source.</summary>
    public Task<long> CountAsync(string source, CancellationToken cancellation) =>
        database.ReadAsync(session => session.FirstAsync("select count(*) from quarantine where source = @source", row => row.Int(0), cancellation, ("source", source)), cancellation);

    private static QuarantineEntry Read(Row row) =>
        new(row.Text(0), row.Text(1), row.TimeOrNull(2), row.TextOrNull(3), row.Text(4), row.Text(5), row.Int(6), row.Bytes(7), row.Time(8));
}
