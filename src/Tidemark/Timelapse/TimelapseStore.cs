using System.Text.Json;
using Tidemark.Database;

namespace Tidemark.Timelapse;

/// <summary>Requests for timelapses in the database. The only place with SQL about them.</summary>
public sealed class TimelapseStore(SqlDatabase database, TimeProvider time)
{
    /// <summary>A rendering that took its node down this often is not tried again.</summary>
    private const int MostAttempts = 3;

    private const string Columns = "id, recipe, state, attempts, created_at, started_at, ended_at, asset, failure";

    public async Task<TimelapseRun> AddAsync(TimelapseRequest request, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var run = new TimelapseRun(Guid.CreateVersion7(now), request, "queued", 0, now, null, null, null, null);
        await database.WriteAsync(session => session.ExecuteAsync(
            "insert into timelapse (id, recipe, state, attempts, created_at) values (@id, @recipe, 'queued', 0, @at)",
            cancellation, ("id", run.Id), ("recipe", request.ToJson()), ("at", now)), cancellation);
        return run;
    }

    public async Task<Result<TimelapseRun>> FindAsync(Guid id, CancellationToken cancellation) =>
        await database.ReadAsync(session => session.FirstAsync($"select {Columns} from timelapse where id = @id", Read, cancellation, ("id", id)), cancellation) is { } run
            ? run
            : new Failure(FailureKind.NotFound, "timelapse_not_found", $"There is no timelapse {id}.");

    /// <summary>Newest first.</summary>
    public Task<List<TimelapseRun>> ListAsync(int limit, CancellationToken cancellation) =>
        database.ReadAsync(session => session.QueryAsync($"select {Columns} from timelapse order by id desc limit @limit", Read, cancellation, ("limit", limit)), cancellation);

    /// <summary>Takes up again what a node left running when it died; what killed it too often has failed.</summary>
    public Task RecoverAsync(CancellationToken cancellation) => database.WriteAsync(async session =>
    {
        var failure = new Failure(FailureKind.ToolCrash, "interrupted", $"The node stopped {MostAttempts} times while it made this.", "Look at the node's log and the machine's memory, then ask again.");
        await session.ExecuteAsync("update timelapse set state = 'failed', ended_at = @at, failure = @failure where state = 'running' and attempts >= @most",
            cancellation, ("at", time.GetUtcNow()), ("failure", Json(failure)), ("most", MostAttempts));
        await session.ExecuteAsync("update timelapse set state = 'queued' where state = 'running'", cancellation);
    }, cancellation);

    /// <summary>Begins the oldest that waits; null where none does.</summary>
    public Task<TimelapseRun?> BeginNextAsync(CancellationToken cancellation) =>
        database.WriteAsync(session => session.FirstAsync(
            $"""
            update timelapse set state = 'running', attempts = attempts + 1, started_at = @at
            where id = (select id from timelapse where state = 'queued' order by id limit 1) and state = 'queued'
            returning {Columns}
            """,
            Read, cancellation, ("at", time.GetUtcNow())), cancellation);

    /// <summary>Puts back one that a stopping node had begun: that costs no attempt.</summary>
    public Task HandBackAsync(Guid id, CancellationToken cancellation) =>
        database.WriteAsync(session => session.ExecuteAsync(
            "update timelapse set state = 'queued', attempts = attempts - 1, started_at = null where id = @id and state = 'running'", cancellation, ("id", id)), cancellation);

    /// <summary>Ends it in one of the end states, unless it has ended already (then the earlier end stays, and this gives false).</summary>
    public async Task<bool> EndAsync(Guid id, string state, Guid? asset, Failure? failure, CancellationToken cancellation) =>
        await database.WriteAsync(session => session.ExecuteAsync(
            "update timelapse set state = @state, ended_at = @at, asset = @asset, failure = @failure where id = @id and state in ('queued', 'running')",
            cancellation, ("id", id), ("state", state), ("at", time.GetUtcNow()), ("asset", asset), ("failure", failure is null ? null : Json(failure))), cancellation) == 1;

    private static string Json(Failure failure) => JsonSerializer.Serialize(failure, TimelapseJson.Default.Failure);

    private static TimelapseRun Read(Row row) => new(
        row.Id(0), TimelapseRequest.FromJson(row.Text(1)), row.Text(2), (int)row.Int(3), row.Time(4), row.TimeOrNull(5), row.TimeOrNull(6), row.IdOrNull(7),
        row.TextOrNull(8) is { } failure ? JsonSerializer.Deserialize(failure, TimelapseJson.Default.Failure) : null);
}
