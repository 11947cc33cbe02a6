using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>
/// What the database has promised, whoever heard of it. When an earlier copy takes its place, what was promised since is
/// void: the ledger goes back with it.
/// </summary>
internal sealed class Ledger
{
    private readonly List<Result> results = [];
    private readonly List<Lease> grants = [];
    private readonly List<Guid> jobs = [];
    private readonly HashSet<Lease> counting = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Lease> gone = new(ReferenceEqualityComparer.Instance);
    private readonly List<Lease> failures = [];
    private readonly HashSet<Lease> failed = new(ReferenceEqualityComparer.Instance);
    private (int Results, int Grants, int Jobs, int Failures) mark;

    /// <summary>By task and fence.</summary>
    public Dictionary<(TaskId, Fence), Result> Results { get; } = [];

    public IReadOnlyList<Guid> Jobs => jobs;

    public Dictionary<Fence, Lease> Grants { get; } = [];

    /// <summary>False: of a time that the database has forgotten.</summary>
    public bool Counts(Lease lease) => counting.Contains(lease);

    /// <summary>Gives the lease that has the same fence already; null: none.</summary>
    public Lease? Grant(Lease lease)
    {
        if (!Grants.TryAdd(lease.Fence, lease))
        {
            return Grants[lease.Fence];
        }

        grants.Add(lease);
        counting.Add(lease);
        return null;
    }

    public void Register(Lease lease, string? output)
    {
        var result = new Result(lease, output);
        results.Add(result);
        Results[(lease.Task, lease.Fence)] = result;
    }

    public void Fail(Lease lease)
    {
        failures.Add(lease);
        failed.Add(lease);
    }

    /// <summary>Somebody was told that the lease is gone: for ever.</summary>
    public void TellGone(Lease lease) => gone.Add(lease);

    public bool ToldGone(Lease lease) => gone.Contains(lease);

    public bool Failed(Lease lease) => failed.Contains(lease);

    public bool Registered(Lease lease) => Results.TryGetValue((lease.Task, lease.Fence), out var result) && ReferenceEquals(result.Lease, lease);

    public void Submit(Guid job) => jobs.Add(job);

    public void Mark() => mark = (results.Count, grants.Count, jobs.Count, failures.Count);

    public void GoBack()
    {
        results.RemoveRange(mark.Results, results.Count - mark.Results);
        grants.RemoveRange(mark.Grants, grants.Count - mark.Grants);
        jobs.RemoveRange(mark.Jobs, jobs.Count - mark.Jobs);
        failures.RemoveRange(mark.Failures, failures.Count - mark.Failures);
        Results.Clear();
        Grants.Clear();
        failed.Clear();
        failed.UnionWith(failures);
        counting.Clear();
        gone.Clear();
        foreach (var result in results)
        {
            Results[(result.Lease.Task, result.Lease.Fence)] = result;
        }

        foreach (var lease in grants)
        {
            Grants[lease.Fence] = lease;
            counting.Add(lease);
        }
    }

    internal sealed record Result(Lease Lease, string? Output);
}
