using System.Data.Common;
using System.Runtime.ExceptionServices;
using Microsoft.Data.Sqlite;

namespace Tidemark.Database;

// SQLite's one writer.
public sealed partial class SqlDatabase
{
    // Who is first waits for the others' work, too.
    private const int MostTogether = 16;

    private readonly SemaphoreSlim writer = new(1, 1);
    private readonly Lock line = new();
    private readonly Queue<Turn> waiting = new();
    private bool led;

    // With its prepared statements: preparing them anew costs more than running them.
    private SqliteConnection? writing;
    private Dictionary<string, DbCommand> prepared = new(StringComparer.Ordinal);
    private bool disposed;

    private async Task<T> WriteAloneAsync<T>(Func<Session, Task<T>> body, CancellationToken cancellation)
    {
        await writer.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            writing ??= await OpenWriterAsync(cancellation);
            // BEGIN IMMEDIATE: the write lock is taken here, not half-way through.
            await using var transaction = await writing.BeginTransactionAsync(cancellation);
            var answer = await body(new Session(writing, transaction, Dialect, prepared));
            await transaction.CommitAsync(cancellation);
            return answer;
        }
        catch (SqliteException error) when (!DatabaseFailures.MayTryAgain(error))
        {
            ForgetWriter();
            throw;
        }
        finally
        {
            writer.Release();
        }
    }

    // Whoever finds nobody before him leads: he takes all who wait once the writer is free.
    private async Task<T> WriteInLineAsync<T>(Func<Session, Task<T>> body, CancellationToken cancellation)
    {
        var turn = new Turn<T>(body, cancellation);
        bool leads;
        lock (line)
        {
            waiting.Enqueue(turn);
            leads = !led;
            led = true;
        }

        await using var called = cancellation.UnsafeRegister(_ => turn.GiveUp(), null);
        if (leads)
        {
            _ = LeadAsync();
        }

        return await turn.Answer;
    }

    private async Task LeadAsync()
    {
        try
        {
            await CommitTogetherAsync();
        }
        finally
        {
            bool more;
            lock (line)
            {
                more = led = waiting.Count > 0;
            }

            if (more)
            {
                // Who led so far has his answer, and goes on with it.
                _ = Task.Run(LeadAsync, CancellationToken.None);
            }
        }
    }

    // What goes wrong is said to those whose turn it was.
    private async Task CommitTogetherAsync()
    {
        var taken = new List<Turn>();
        await writer.WaitAsync(CancellationToken.None);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            writing ??= await OpenWriterAsync(CancellationToken.None);
            await using (var transaction = await writing.BeginTransactionAsync(CancellationToken.None))
            {
                if (await RunTurnsAsync(taken, transaction))
                {
                    await transaction.CommitAsync(CancellationToken.None);
                }
            }

            taken.ForEach(turn => turn.Tell());
            if (taken.Exists(turn => turn.Failed is SqliteException error && !DatabaseFailures.MayTryAgain(error)))
            {
                ForgetWriter();
            }
        }
        catch (Exception error)
        {
            if (error is not SqliteException sqlite || !DatabaseFailures.MayTryAgain(sqlite))
            {
                ForgetWriter();
            }

            while (taken.Count == 0 && TryNext(out var next))
            {
                next.Fail(error);
            }

            taken.ForEach(turn => turn.Fail(error));
        }
        finally
        {
            writer.Release();
        }
    }

    // Where there are several, each may be undone alone. False: there is nothing to commit.
    private async Task<bool> RunTurnsAsync(List<Turn> taken, DbTransaction transaction)
    {
        const string Before = "turn";
        var session = new Session(writing!, transaction, Dialect, prepared);
        while (taken.Count < MostTogether && TryNext(out var turn))
        {
            taken.Add(turn);
            var shared = taken.Count > 1 || OthersWait();
            if (shared)
            {
                await transaction.SaveAsync(Before, CancellationToken.None);
            }

            await turn.RunAsync(session);
            if (turn.Failed is { } failed)
            {
                if (!shared)
                {
                    return false;
                }

                await UndoAsync(transaction, Before, failed);
            }

            if (shared)
            {
                await transaction.ReleaseAsync(Before, CancellationToken.None);
            }
        }

        return taken.Count > 0;
    }

    // A full disk may have undone everything already (sqlite.org/lang_transaction.html, 3.2): then all have failed by it.
    private static async Task UndoAsync(DbTransaction transaction, string until, Exception failed)
    {
        try
        {
            await transaction.RollbackAsync(until, CancellationToken.None);
        }
        catch (Exception error) when (error is SqliteException or InvalidOperationException)
        {
            ExceptionDispatchInfo.Throw(failed);
        }
    }

    private bool OthersWait()
    {
        lock (line)
        {
            return waiting.Count > 0;
        }
    }

    // The next who has not given up.
    private bool TryNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Turn? turn)
    {
        lock (line)
        {
            while (waiting.TryDequeue(out turn))
            {
                if (turn.TryBegin())
                {
                    return true;
                }
            }

            return false;
        }
    }

    private async Task<SqliteConnection> OpenWriterAsync(CancellationToken cancellation)
    {
        var connection = (SqliteConnection)await ConnectAsync(cancellation);
        try
        {
            await using var command = connection.CreateCommand();
            // A checkpoint writes a page once, however often it was changed since the last: 16 MiB of log make that worth while.
            command.CommandText = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma wal_autocheckpoint = 4000; pragma cache_size = -16000;";
            await command.ExecuteNonQueryAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private void ForgetWriter()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        prepared = new Dictionary<string, DbCommand>(StringComparer.Ordinal);
        writing?.Dispose();
        writing = null;
    }

    // One write that waits for the writer.
    private abstract class Turn
    {
        private int begun;

        internal Exception? Failed { get; private protected set; }

        internal bool TryBegin() => Interlocked.Exchange(ref begun, 1) == 0;

        internal void GiveUp()
        {
            if (TryBegin())
            {
                Fail(new OperationCanceledException());
            }
        }

        internal abstract Task RunAsync(Session session);

        /// <summary>What was done is committed, or has failed alone.</summary>
        internal abstract void Tell();

        /// <summary>Nothing is committed.</summary>
        internal abstract void Fail(Exception error);
    }

    private sealed class Turn<T>(Func<Session, Task<T>> body, CancellationToken cancellation) : Turn
    {
        private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? made;

        internal Task<T> Answer => answer.Task;

        internal override async Task RunAsync(Session session)
        {
            try
            {
                made = await body(session);
            }
            catch (Exception error)
            {
                Failed = error;
            }
        }

        internal override void Tell()
        {
            if (Failed is null)
            {
                answer.TrySetResult(made!);
            }
            else
            {
                Fail(Failed);
            }
        }

        internal override void Fail(Exception error)
        {
            if (error is OperationCanceledException && cancellation.IsCancellationRequested)
            {
                answer.TrySetCanceled(cancellation);
            }
            else
            {
                answer.TrySetException(error);
            }
        }
    }
}
