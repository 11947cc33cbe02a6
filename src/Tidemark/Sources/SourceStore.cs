using Tidemark.Database;

namespace Tidemark.Sources;

/// <summary>What is captured, in the database. The only place with SQL about sources.</summary>
public sealed class SourceStore(SqlDatabase database, TimeProvider time)
{
    private const string Columns = "id, kind, config, paused, created_at";

    /// <summary>Raised after a source was added, changed or removed (then with null).</summary>
    public event Action<string, Source?>? Changed;

    public async Task<Result<Source>> AddAsync(string id, SourceConfig config, CancellationToken cancellation)
    {
        var source = new Source(id, config, Paused: false, time.GetUtcNow());
        var added = await database.WriteAsync(session => session.ExecuteAsync(
            "insert into source (id, kind, config, paused, created_at) values (@id, @kind, @config, @paused, @at) on conflict do nothing",
            cancellation, ("id", id), ("kind", config.Kind), ("config", config.ToJson()), ("paused", false), ("at", source.CreatedAt)), cancellation);
        if (added == 0)
        {
            return new Failure(FailureKind.Conflict, "source_exists", $"There is a source named '{id}' already.", "Take another name, or remove that one first.");
        }

        Changed?.Invoke(id, source);
        return source;
    }

    public Task<List<Source>> ListAsync(CancellationToken cancellation) =>
        database.ReadAsync(session => session.QueryAsync($"select {Columns} from source order by id", Read, cancellation), cancellation);

    public async Task<Result<Source>> FindAsync(string id, CancellationToken cancellation) =>
        await database.ReadAsync(session => session.FirstAsync($"select {Columns} from source where id = @id", Read, cancellation, ("id", id)), cancellation)
            is { } source ? source : NoSuch(id);

    public async Task<Result<Source>> SetPausedAsync(string id, bool paused, CancellationToken cancellation)
    {
        var source = await database.WriteAsync(session => session.FirstAsync(
            $"update source set paused = @paused where id = @id returning {Columns}", Read, cancellation, ("id", id), ("paused", paused)), cancellation);
        if (source is null)
        {
            return NoSuch(id);
        }

        Changed?.Invoke(id, source);
        return source;
    }

    /// <summary>Stops capturing the source. Its frames stay where they are, and are listed again when a source of that name is added.</summary>
    public async Task<Failure?> RemoveAsync(string id, CancellationToken cancellation)
    {
        var removed = await database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("delete from source_status where source = @id", cancellation, ("id", id));
            return await session.ExecuteAsync("delete from source where id = @id", cancellation, ("id", id));
        }, cancellation);
        if (removed == 0)
        {
            return NoSuch(id);
        }

        Changed?.Invoke(id, null);
        return null;
    }

    /// <summary>Notes how a poll ended. A source that was removed meanwhile gets no status.</summary>
    public Task SetStatusAsync(string id, SourceStatus status, CancellationToken cancellation) =>
        database.WriteAsync(session => session.ExecuteAsync(
            """
            insert into source_status (source, at, outcome, message, failures)
            select id, @at, @outcome, @message, @failures from source where id = @id
            on conflict (source) do update set at = excluded.at, outcome = excluded.outcome, message = excluded.message, failures = excluded.failures
            """,
            cancellation, ("id", id), ("at", status.At), ("outcome", status.Outcome), ("message", status.Message), ("failures", status.Failures)), cancellation);

    public async Task<Dictionary<string, SourceStatus>> StatusesAsync(CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(session => session.QueryAsync(
            "select source, at, outcome, message, failures from source_status",
            row => (Id: row.Text(0), Status: new SourceStatus(row.Time(1), row.Text(2), row.TextOrNull(3), (int)row.Int(4))), cancellation), cancellation);
        return rows.ToDictionary(row => row.Id, row => row.Status, StringComparer.Ordinal);
    }

    private static Source Read(Row row) => new(row.Text(0), SourceConfig.FromJson(row.Text(1), row.Text(2)), row.Bool(3), row.Time(4));

    private static Failure NoSuch(string id) =>
        new(FailureKind.NotFound, "source_not_found", $"There is no source named '{id}'.", "See the names with: tidemark source list");
}
