using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

/// <summary>A store for workers whose answers get lost, and whose database goes away, when a test says so.</summary>
internal sealed class FaultyStore(JobRig rig) : JobStore(rig.Database, rig.Clock, JobClock.Provider)
{
    /// <summary>Before the transaction: it does not happen. Throw to make it so.</summary>
    public Action<Exchange> Before { get; set; } = _ => { };

    /// <summary>After the transaction was committed. Throw to lose the answer.</summary>
    public Action<Exchange, Exchanged> After { get; set; } = (_, _) => { };

    public Action BeforeComplete { get; set; } = () => { };

    public Action AfterComplete { get; set; } = () => { };

    public override async Task<Exchanged> ExchangeAsync(Exchange exchange, CancellationToken cancellation)
    {
        Before(exchange);
        var answer = await rig.Store.ExchangeAsync(exchange, cancellation);
        After(exchange, answer);
        return answer;
    }

    public override async Task<(bool Registered, IReadOnlyList<LaneFloor> Released)> CompleteAsync(NodeSession node, Completion completion, Func<Session, CancellationToken, Task> rows, CancellationToken cancellation)
    {
        BeforeComplete();
        var answer = await rig.Store.CompleteAsync(node, completion, rows, cancellation);
        AfterComplete();
        return answer;
    }

    private protected override Task<IReadOnlyList<LaneFloor>?> InsertAsync(Session session, Opening open, CancellationToken cancellation) => throw new NotSupportedException("Workers submit nothing.");

    private protected override Task<IReadOnlyList<LaneFloor>> InsertAsync(Session session, Guid job, IReadOnlyList<Unfinished> tasks, DateTimeOffset? at, CancellationToken cancellation) => throw new NotSupportedException("Workers submit nothing.");

    private protected override Task<string> IdentityAsync(Session session, CancellationToken cancellation) => Task.FromResult("");

    private protected override Task<IReadOnlyList<string>> SweepHistoryAsync(DateTimeOffset before, CancellationToken cancellation) => throw new NotSupportedException("Workers sweep nothing.");
}
