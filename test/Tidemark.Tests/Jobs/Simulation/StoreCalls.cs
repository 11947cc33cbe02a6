using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>The store as the actors call it. Tests of the rules themselves break single calls.</summary>
public class StoreCalls(JobStore store)
{
    public JobStore Store { get; } = store;

    public virtual Task<Exchanged> ExchangeAsync(Exchange exchange, CancellationToken cancellation) => Store.ExchangeAsync(exchange, cancellation);

    public virtual Task<(bool Registered, IReadOnlyList<LaneFloor> Released)> CompleteAsync(NodeSession node, Completion completion, Func<Session, CancellationToken, Task> rows, CancellationToken cancellation) =>
        Store.CompleteAsync(node, completion, rows, cancellation);

    public virtual Task<FailureVerdict> FailAsync(NodeSession node, Lease lease, TaskFailure failure, CancellationToken cancellation) => Store.FailAsync(node, lease, failure, cancellation);

    public virtual Task<KickAnswer> KickAsync(Kick kick, CancellationToken cancellation) => Store.KickAsync(kick, cancellation);

    public virtual Task<IReadOnlyList<LaneFloor>> ReturnAsync(NodeSession node, IReadOnlyList<HeldLease> leases, CancellationToken cancellation) => Store.ReturnAsync(node, leases, cancellation);

    public virtual Task<IReadOnlyList<LeaseState>> ResolveAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation) => Store.ResolveAsync(leases, cancellation);

    public virtual Task<Release> ReleaseLostAsync(CancellationToken cancellation) => Store.ReleaseLostAsync([], cancellation);

    public virtual Task<Result<bool>> CancelAsync(Guid job, CancellationToken cancellation) => Store.CancelAsync(job, cancellation);
}
