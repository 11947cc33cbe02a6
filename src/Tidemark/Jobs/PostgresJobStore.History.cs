using Npgsql;
using Tidemark.Database;

namespace Tidemark.Jobs;

internal sealed partial class PostgresJobStore
{
    // What it cannot have at once it takes the next time: nobody is kept waiting for housekeeping.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private protected override async Task<IReadOnlyList<string>> SweepHistoryAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var done = await MakeRoomAsync(cancellation);
        var months = await Database.ReadAsync(session => session.QueryAsync(
            "select substr(c.relname, 5) from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'job'::regclass order by 1", row => History.MonthOf(row.Text(0)), cancellation), cancellation);
        foreach (var month in months.OfType<DateTimeOffset>().Where(month => month.AddMonths(1) <= before))
        {
            await TryAsync(session => DropAsync(session, month, done, cancellation), done, cancellation);
        }

        await TryAsync(session => DeleteRestAsync(session, before, cancellation), done, cancellation);
        return done;
    }

    private protected override async Task<List<string>> MakeRoomAsync(CancellationToken cancellation)
    {
        var done = new List<string>();
        var now = History.Month(await NowAsync(cancellation));
        foreach (var month in (DateTimeOffset[])[now, now.AddMonths(1)])
        {
            await TryAsync(session => AddAsync(session, month, done, cancellation), done, cancellation);
        }

        return done;
    }

    private static async Task AddAsync(Session session, DateTimeOffset month, List<string> done, CancellationToken cancellation)
    {
        if (await session.FirstAsync<bool>("select to_regclass('job_' || @month) is not null", row => row.Bool(0), cancellation, ("month", History.Suffix(month))))
        {
            return;
        }

        await session.WaitForLocksAsync(Patience, cancellation);
        foreach (var table in History.Tables)
        {
            await session.ExecuteAsync($"create table {table}_{History.Suffix(month)} partition of {table} for values from ('{History.FirstId(month):D}') to ('{History.FirstId(month.AddMonths(1)):D}')", cancellation);
        }

        done.Add($"added history for {month:yyyy-MM}");
    }

    private static async Task DropAsync(Session session, DateTimeOffset month, List<string> done, CancellationToken cancellation)
    {
        // The locks would hold everybody up, and as long as a job of that month is unfinished for nothing.
        if (await IsOpenAsync(session, month, cancellation))
        {
            return;
        }

        // Dropping a part locks the whole: whole tables first, as those who read them do. No job of that month can be opened for
        // another round while it goes.
        await session.WaitForLocksAsync(Patience, cancellation);
        await session.ExecuteAsync("lock table job, task, edge, event in access exclusive mode", cancellation);
        if (await IsOpenAsync(session, month, cancellation))
        {
            return;
        }

        foreach (var table in History.Tables)
        {
            await session.ExecuteAsync($"drop table {table}_{History.Suffix(month)}", cancellation);
        }

        done.Add($"dropped history of {month:yyyy-MM}");
    }

    private static async Task<bool> IsOpenAsync(Session session, DateTimeOffset month, CancellationToken cancellation) => await session.FirstAsync(
        "select 1 from open_job where job >= @from and job < @to limit 1", row => true, cancellation, ("from", History.FirstId(month)), ("to", History.FirstId(month.AddMonths(1))));

    // What a wrong clock put outside of every month.
    private static async Task DeleteRestAsync(Session session, DateTimeOffset before, CancellationToken cancellation)
    {
        // The lock would hold everybody up behind one long reader, and nearly always for nothing.
        if (!await session.FirstAsync("select 1 from job_rest h where h.job < @before and not exists (select 1 from open_job o where o.job = h.job) limit 1", row => true, cancellation, ("before", History.FirstId(before))))
        {
            return;
        }

        // No job of these can be opened for another round while they go.
        await session.WaitForLocksAsync(Patience, cancellation);
        await session.ExecuteAsync("lock table job_rest in access exclusive mode", cancellation);
        foreach (var table in History.Tables)
        {
            await session.ExecuteAsync($"delete from {table}_rest h where h.job < @before and not exists (select 1 from open_job o where o.job = h.job)", cancellation, ("before", History.FirstId(before)));
        }
    }

    private async Task TryAsync(Func<Session, Task> body, List<string> done, CancellationToken cancellation)
    {
        try
        {
            await Database.WriteAsync(body, cancellation);
        }
        catch (PostgresException error) when (error.SqlState is "55P03" or "40P01" or "23514" or "42P07" or "42P01")
        {
            // Locked by somebody, in a circle with somebody, rows of that month in the rest already, or another node was quicker.
            done.Add($"left history for the next time: {error.MessageText}");
        }
    }
}
