using System.Data.Common;
using Tidemark.Archive;
using Tidemark.Database;

namespace Tidemark.App.Api;

/// <summary>Whether this node can do what it is there for. Whoever asks need not be known, so reasons name no folders.</summary>
public sealed class Health(SqlDatabase database, DiskWatch disk, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Why not; empty where it is well.</summary>
    public async Task<IReadOnlyList<(string What, Failure Failure)>> AilingAsync(CancellationToken cancellation)
    {
        var reasons = new List<(string, Failure)>();
        if (!await AnswersAsync(cancellation))
        {
            reasons.Add(("database", new Failure(FailureKind.Infrastructure, "database_away", "The database does not answer.", "See the node's log; capture goes on meanwhile.")));
        }

        if (disk.Level >= DiskLevel.Full)
        {
            reasons.Add(("disk", new Failure(FailureKind.Resource, "disk_full", "The disk is full: new frames are not taken.", "Free some space; all goes on by itself then.")));
        }

        return reasons;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await database.ReadAsync(session => session.FirstAsync("select 1", _ => true, either.Token), either.Token);
        }
        catch (Exception error) when (error is DbException or TimeoutException or System.Net.Sockets.SocketException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
