using Tidemark.Database;

namespace Tidemark.Sources;

/// <summary>What is captured, in the database. The only place with SQL about sources.</summary>
/// <param name="cache">Where what was read is kept for a start without the database; null: nowhere.</param>
public sealed class SourceStore(SqlDatabase database, TimeProvider time, SourceCache? cache = null)
{
    // A database that does not answer at once is done without.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const string Columns = "id, kind, config, paused, created_at, coalesce((select max(revision) from source_revision r where r.source = source.id), 0)";

    /// <summary>Raised after a source was added, changed or removed (then with null).</summary>
    public event Action<string, Source?>? Changed;

    public async Task<Result<Source>> AddAsync(string id, SourceConfig config, CancellationToken cancellation)
    {
        var added = await database.WriteAsync(async session =>
        {
            var now = time.GetUtcNow();
            return await session.ExecuteAsync(
                "insert into source (id, kind, config, paused, created_at) values (@id, @kind, @config, @paused, @at) on conflict do nothing",
                cancellation, ("id", id), ("kind", config.Kind), ("config", config.ToJson()), ("paused", false), ("at", now)) == 1
                ? new Source(id, config, Paused: false, now, await ReviseAsync(session, id, config, paused: false, removed: false, now, cancellation))
                : null;
        }, cancellation);
        if (added is null)
        {
            return new Failure(FailureKind.Conflict, "source_exists", $"There is a source named '{id}' already.", "Take another name, or remove that one first.");
        }

        Changed?.Invoke(id, added);
        return added;
    }

    public Task<List<Source>> ListAsync(CancellationToken cancellation) =>
        database.ReadAsync(session => session.QueryAsync($"select {Columns} from source order by id", Read, cancellation), cancellation);

    /// <summary>The same, or what was read last where the database is away and this node keeps that: for those who must not wait for it.</summary>
    /// <returns>Away: what is given is what was kept.</returns>
    /// <exception cref="System.Data.Common.DbException">The database is away, and nothing was kept.</exception>
    public async Task<(IReadOnlyList<Source> Sources, bool Away)> KnownAsync(CancellationToken cancellation)
    {
        if (cache is null)
        {
            return (await ListAsync(cancellation), false);
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            var listed = await ListAsync(either.Token);
            _ = cache.Write(listed);
            return (listed, false);
        }
        catch (Exception error) when ((DatabaseFailures.IsAway(error) || (error is OperationCanceledException && !cancellation.IsCancellationRequested)) && cache.Read() is { } kept)
        {
            return (kept, true);
        }
    }

    public async Task<Result<Source>> FindAsync(string id, CancellationToken cancellation) =>
        await database.ReadAsync(session => FindAsync(session, id, "", cancellation), cancellation) is { } source ? source : NoSuch(id);

    public Task<Result<Source>> SetPausedAsync(string id, bool paused, CancellationToken cancellation) =>
        ChangeAsync(id, source => source with { Paused = paused }, cancellation);

    /// <summary>Changes how a source is captured, from now on.</summary>
    /// <param name="change">From what it is to what it shall be, or why not. May run more than once.</param>
    public async Task<Result<Source>> ChangeAsync(string id, Func<Source, Result<Source>> change, CancellationToken cancellation)
    {
        var changed = await database.WriteAsync<Result<Source>>(async session =>
        {
            if (await FindAsync(session, id, session.Dialect == Dialect.PostgreSql ? "for update" : "", cancellation) is not { } source)
            {
                return NoSuch(id);
            }

            if (!change(source).TryGet(out var wanted, out var failure))
            {
                return failure;
            }

            var now = time.GetUtcNow();
            await session.ExecuteAsync("update source set config = @config, paused = @paused where id = @id", cancellation, ("id", id), ("config", wanted.Config.ToJson()), ("paused", wanted.Paused));
            return wanted with { Revision = await ReviseAsync(session, id, wanted.Config, wanted.Paused, removed: false, now, cancellation) };
        }, cancellation);
        if (changed.TryGet(out var source, out _))
        {
            Changed?.Invoke(id, source);
        }

        return changed;
    }

    /// <summary>Stops capturing the source. Its frames stay where they are, and are listed again when a source of that name is added.</summary>
    public async Task<Failure?> RemoveAsync(string id, CancellationToken cancellation)
    {
        var removed = await database.WriteAsync(async session =>
        {
            if (await FindAsync(session, id, session.Dialect == Dialect.PostgreSql ? "for update" : "", cancellation) is not { } source)
            {
                return false;
            }

            await ReviseAsync(session, id, source.Config, source.Paused, removed: true, time.GetUtcNow(), cancellation);
            await session.ExecuteAsync("delete from source_status where source = @id", cancellation, ("id", id));
            await session.ExecuteAsync("delete from source where id = @id", cancellation, ("id", id));
            return true;
        }, cancellation);
        if (!removed)
        {
            return NoSuch(id);
        }

        Changed?.Invoke(id, null);
        return null;
    }

    /// <summary>Everything that was ever in force for a source of this id, in order.</summary>
    public Task<List<SourceRevision>> RevisionsAsync(string id, CancellationToken cancellation) => database.ReadAsync(session => session.QueryAsync(
        "select revision, since, schedule, paused, removed from source_revision where source = @id order by revision",
        row => new SourceRevision((int)row.Int(0), row.Time(1), SourceConfig.FromJson(SourceKind.FrameIndex, row.Text(2)), row.Bool(3), row.Bool(4)), cancellation, ("id", id)), cancellation);

    /// <summary>Puts back revisions that the database has lost; what is there stays as it is.</summary>
    public Task RestoreRevisionsAsync(string id, IReadOnlyList<SourceRevision> revisions, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        foreach (var revision in revisions)
        {
            await session.ExecuteAsync(
                "insert into source_revision (source, revision, since, schedule, paused, removed) values (@id, @revision, @since, @schedule, @paused, @removed) on conflict do nothing", cancellation,
                ("id", id), ("revision", revision.Revision), ("since", revision.Since), ("schedule", revision.Config.ToJson()), ("paused", revision.Paused), ("removed", revision.Removed));
        }
    }, cancellation);

    /// <summary>Makes up for changes that a node of the release before made, which knows no revisions.</summary>
    public Task CatchUpAsync(CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        var behind = await session.QueryAsync(
            $"""
            select {Columns} from source where not exists (
                select 1 from source_revision r where r.source = source.id and r.schedule = source.config and r.paused = source.paused and r.removed = @no
                and r.revision = (select max(revision) from source_revision l where l.source = source.id))
            """, Read, cancellation, ("no", false));
        foreach (var source in behind)
        {
            await ReviseAsync(session, source.Id, source.Config, source.Paused, removed: false, source.Revision == 0 ? source.CreatedAt : time.GetUtcNow(), cancellation);
        }
    }, cancellation);

    /// <summary>Notes how a poll ended. A source that was removed meanwhile gets no status.</summary>
    public Task SetStatusAsync(string id, SourceStatus status, CancellationToken cancellation) =>
        SetStatusesAsync(new Dictionary<string, SourceStatus> { [id] = status }, cancellation);

    /// <summary>The same of several, by source, in one transaction.</summary>
    public Task SetStatusesAsync(IReadOnlyDictionary<string, SourceStatus> statuses, CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        foreach (var (id, status) in statuses.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            await session.ExecuteAsync(
                """
                insert into source_status (source, at, outcome, message, failures)
                select id, @at, @outcome, @message, @failures from source where id = @id
                on conflict (source) do update set at = excluded.at, outcome = excluded.outcome, message = excluded.message, failures = excluded.failures
                """,
                cancellation, ("id", id), ("at", status.At), ("outcome", status.Outcome), ("message", status.Message), ("failures", status.Failures));
        }
    }, cancellation);

    /// <summary>How the last poll of a source ended; null before the first.</summary>
    public Task<SourceStatus?> StatusAsync(string id, CancellationToken cancellation) => database.ReadAsync(session => session.FirstAsync(
        "select at, outcome, message, failures from source_status where source = @id",
        row => new SourceStatus(row.Time(0), row.Text(1), row.TextOrNull(2), (int)row.Int(3)), cancellation, ("id", id)), cancellation);

    public async Task<Dictionary<string, SourceStatus>> StatusesAsync(CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(session => session.QueryAsync(
            "select source, at, outcome, message, failures from source_status",
            row => (Id: row.Text(0), Status: new SourceStatus(row.Time(1), row.Text(2), row.TextOrNull(3), (int)row.Int(4))), cancellation), cancellation);
        return rows.ToDictionary(row => row.Id, row => row.Status, StringComparer.Ordinal);
    }

    private static Source Read(Row row) => new(row.Text(0), SourceConfig.FromJson(row.Text(1), row.Text(2)), row.Bool(3), row.Time(4), (int)row.Int(5));

    private static Task<Source?> FindAsync(Session session, string id, string locked, CancellationToken cancellation) =>
        session.FirstAsync($"select {Columns} from source where id = @id {locked}", Read, cancellation, ("id", id));

    // A clock that was set back makes no revision begin before the one that it replaces.
    private static async Task<int> ReviseAsync(Session session, string id, SourceConfig config, bool paused, bool removed, DateTimeOffset since, CancellationToken cancellation) => (int)await session.FirstAsync(
        """
        insert into source_revision (source, revision, since, schedule, paused, removed)
        select @id, coalesce(max(revision), 0) + 1, case when max(since) > @since then max(since) else @since end, @schedule, @paused, @removed from source_revision where source = @id
        returning revision
        """, row => row.Int(0), cancellation, ("id", id), ("since", since), ("schedule", config.ToJson()), ("paused", paused), ("removed", removed));

    private static Failure NoSuch(string id) =>
        new(FailureKind.NotFound, "source_not_found", $"There is no source named '{id}'.", "See the names with: tidemark source list");
}
