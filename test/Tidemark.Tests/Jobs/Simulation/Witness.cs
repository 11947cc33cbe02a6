using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>Stands at the database: whatever is done there, heard of or not, goes into the ledger and is held against the rules at once.</summary>
internal sealed class Witness(Simulation simulation)
{
    private (Guid Node, long Epoch, DateTimeOffset Until)? office;
    private int begun;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Ledger Ledger => simulation.Ledger;

    public async Task<NodeSession> RegisterAsync(Actor actor, NodeIntroduction node)
    {
        var session = await actor.Calls.Store.RegisterAsync(node, Stop);
        simulation.Introduce(session.Id, actor.Name);
        Tell(actor, $"registers as {Name(session.Id)} in incarnation {session.Incarnation}");
        return session;
    }

    public async Task<KickAnswer> KickAsync(Actor actor, Kick kick)
    {
        var (before, known) = await IncarnationAsync(kick.Node);
        var answer = await actor.Calls.KickAsync(kick, Stop);
        if (await IncarnationAsync(kick.Node) is var (after, _) && after != before)
        {
            ForgetOffice();
            // A registration that was swept away cannot be told from one that was forgotten.
            begun += known ? 1 : 0;
            simulation.Must(begun <= simulation.Restores, "A new incarnation begins only where the database went back", null, $"kick {kick.Beat} of {Name(kick.Node.Id)} (confirmed {kick.Node.Beat}) began incarnation {after}; {simulation.Restores} restores");
        }

        simulation.Report.Count($"kick: {answer.State}");
        Tell(actor, $"kick {kick.Beat} of {Name(kick.Node.Id)} (confirmed {kick.Node.Beat}) → {answer.State}, holds {string.Join(' ', answer.Held.Select(held => $"{Name(held.Task)}/{held.Epoch}").Order(StringComparer.Ordinal))}");
        return answer;
    }

    public async Task<bool> LeaveAsync(Actor actor, NodeSession node)
    {
        await actor.Calls.Store.LeaveAsync(node, Stop);
        Tell(actor, $"{Name(node.Id)} leaves");
        return true;
    }

    public async Task<Exchanged> ExchangeAsync(Actor actor, Exchange exchange, IReadOnlyList<Lane> lanes)
    {
        var lawful = new List<bool?>();
        foreach (var completion in exchange.Completed)
        {
            lawful.Add(await IsLawfulAsync(exchange.Node, completion.Lease));
        }

        var answer = await actor.Calls.ExchangeAsync(exchange, Stop);
        Tell(actor, $"exchange {exchange.Claim} of {Name(exchange.Node.Id)}: {string.Join(' ', exchange.Completed.Zip(answer.Registered, (completion, registered) => $"{Name(completion.Lease)}{(registered ? "✓" : "✗")}"))} → {string.Join(' ', answer.Claimed.Select(Name))}");
        for (var i = 0; i < lawful.Count; i++)
        {
            Registered(exchange.Node, exchange.Completed[i], answer.Registered[i], lawful[i]);
        }

        foreach (var lease in answer.Claimed)
        {
            Granted(exchange.Node, lease, lanes);
        }

        return answer;
    }

    public async Task<bool> CompleteAsync(Actor actor, NodeSession node, Completion completion, bool refuse)
    {
        var lease = completion.Lease;
        var lawful = await IsLawfulAsync(node, lease);
        var (registered, _) = await actor.Calls.CompleteAsync(node, completion, async (session, stop) =>
        {
            await session.ExecuteAsync("insert into simulated_row (job, task, incarnation, epoch) values (@job, @task, @incarnation, @epoch)", stop,
                ("job", lease.Task.Job), ("task", lease.Task.Number), ("incarnation", lease.Fence.Incarnation), ("epoch", lease.Fence.Epoch));
            if (refuse)
            {
                Tell(actor, $"rows of {Name(lease)} are refused");
                throw new RowsRefusedException();
            }
        }, Stop);
        Tell(actor, $"complete {Name(lease)} of {Name(node.Id)} with rows → {registered}");
        Registered(node, completion, registered, lawful);
        return registered;
    }

    public async Task<FailureVerdict> FailAsync(Actor actor, NodeSession node, Lease lease, TaskFailure failure)
    {
        var lawful = await IsLawfulAsync(node, lease);
        var verdict = await actor.Calls.FailAsync(node, lease, failure, Stop);
        Tell(actor, $"fail {Name(lease)} of {Name(node.Id)}, {failure.Kind} → {verdict.Outcome} {verdict.NextAt:HH:mm:ss}");
        simulation.Report.Count($"fail: {verdict.Outcome}");
        var counted = verdict.Outcome != FailureOutcome.Gone;
        simulation.Must(lawful is null || lawful == counted, "A failure counts exactly while its lease does", lease.Task.Job, $"{Name(lease)} of {Name(node.Id)}: {verdict.Outcome}, lawful: {lawful}");
        if (counted)
        {
            Ledger.Fail(lease);
        }

        return verdict;
    }

    public async Task<bool> ReturnAsync(Actor actor, NodeSession node, IReadOnlyList<HeldLease> leases)
    {
        await actor.Calls.ReturnAsync(node, leases, Stop);
        Tell(actor, $"{Name(node.Id)} returns {string.Join(' ', leases.Select(held => $"{Name(held.Task)}/{held.Epoch}"))}");
        return true;
    }

    public async Task<IReadOnlyList<LeaseState>> ResolveAsync(Actor actor, IReadOnlyList<Lease> leases)
    {
        var states = await actor.Calls.ResolveAsync(leases, Stop);
        Tell(actor, $"resolves {string.Join(' ', leases.Zip(states, (lease, state) => $"{Name(lease)} {state}"))}");
        for (var i = 0; i < leases.Count; i++)
        {
            var (lease, state) = (leases[i], states[i]);
            simulation.Report.Count($"resolve: {state}");
            if (!Ledger.Counts(lease) || simulation.IsOld(lease.Task.Job))
            {
                continue;
            }

            lock (Ledger)
            {
                var registered = Ledger.Registered(lease) || Ledger.Failed(lease);
                simulation.Must(simulation.Options.Concurrent || state == LeaseState.Registered == registered, "What is told of a fence is so", lease.Task.Job, $"{Name(lease)} is told to be {state}; registered: {registered}");
                if (state == LeaseState.Gone)
                {
                    Ledger.TellGone(lease);
                }
            }
        }

        return states;
    }

    public async Task<Result<Submitted>> SubmitAsync(Actor actor, JobRequest request)
    {
        if (simulation.IsOld(request.Id))
        {
            // No wire holds a request for as long as history is kept: what came of it would be forgotten, and it would be done again.
            simulation.Report.Count("submit: too late");
            return new Failure(FailureKind.BadInput, "too_late", "It was held for longer than history is kept.");
        }

        var submitted = await actor.Calls.Store.SubmitAsync(request, Stop);
        var answer = submitted.Value;
        simulation.Introduce(answer.Job);
        Tell(actor, $"submits {Name(answer.Job)} of {request.Tasks.Count} tasks, key {request.Key}{(answer.Existing ? ": there already" : "")}");
        if (!answer.Existing)
        {
            lock (Ledger)
            {
                Ledger.Submit(answer.Job);
            }
        }

        return submitted;
    }

    public async Task<Result<bool>> CancelAsync(Actor actor, Guid job)
    {
        var answer = await actor.Calls.CancelAsync(job, Stop);
        Tell(actor, $"cancels {Name(job)} → {(answer.TryGet(out var done, out var failure) ? done : failure.Code)}");
        return answer;
    }

    public async Task<Result<Submitted>> RetryAsync(Actor actor, Guid job, string? from)
    {
        var answer = await actor.Calls.Store.RetryAsync(job, from, Stop);
        var outcome = answer.TryGet(out _, out var failure) ? "opened" : failure.Code;
        simulation.Report.Count($"retry: {outcome}");
        Tell(actor, $"retries {Name(job)} from {from ?? "where it stopped"} → {outcome}");
        return answer;
    }

    public async Task<DispatcherTerm?> ElectAsync(Actor actor, NodeSession node, TimeSpan length)
    {
        var term = await actor.Calls.Store.ElectAsync(node, length, Stop);
        Tell(actor, $"stands for election as {Name(node.Id)} → {(term is null ? "not" : $"term {term.Epoch}")}");
        if (term is not null)
        {
            simulation.Must(simulation.Options.Concurrent || office is not { } held || held.Node == term.Node || held.Until <= simulation.Now, "There is one dispatcher at a time", null, $"{Name(term.Node)} is elected while {Name(office?.Node ?? default)} is until {office?.Until:HH:mm:ss}");
            office = (term.Node, term.Epoch, simulation.Now + length);
        }

        return term;
    }

    public async Task<bool> ResignAsync(Actor actor, DispatcherTerm term)
    {
        await actor.Calls.Store.ResignAsync(term, Stop);
        Tell(actor, $"{Name(term.Node)} resigns from term {term.Epoch}");
        office = office is { } held && (held.Node, held.Epoch) == (term.Node, term.Epoch) ? null : office;
        return true;
    }

    /// <summary>The database forgot who dispatches, or a new incarnation has put everybody off.</summary>
    public void ForgetOffice() => office = null;

    public async Task<bool> MarkSilentAsync(Actor actor, DispatcherTerm term, TimeSpan silence)
    {
        var marked = await actor.Calls.Store.MarkSilentAsync(term, silence, Stop);
        if (marked.Count > 0)
        {
            simulation.Report.Count("marked", marked.Count);
            Tell(actor, $"marks {string.Join(' ', marked.Select(node => Name(node.Id)).Order(StringComparer.Ordinal))}");
            simulation.Must(simulation.Options.Concurrent || office is not { } held || (held.Node, held.Epoch) == (term.Node, term.Epoch), "Only the dispatcher of now marks", null, $"{Name(term.Node)} of term {term.Epoch} marked");
        }

        return true;
    }

    public async Task<bool> ReleaseLostAsync(Actor actor)
    {
        var jobs = (await actor.Calls.ReleaseLostAsync(Stop)).Jobs;
        if (jobs.Count > 0)
        {
            simulation.Report.Count("releases", jobs.Count);
            Tell(actor, $"releases what is lost of {string.Join(' ', jobs.Select(job => Name(job)))}");
        }

        return true;
    }

    public async Task<bool> SweepAsync(Actor actor, TimeSpan keep)
    {
        await actor.Calls.Store.SweepAsync(keep, Stop);
        Tell(actor, "sweeps");
        return true;
    }

    private async Task<(long Number, bool Known)> IncarnationAsync(NodeSession node) => simulation.Options.Concurrent
        ? default
        : await simulation.World.Database.ReadAsync(session => session.FirstAsync("select incarnation, (select count(*) from node where id = @id) from engine", row => (row.Int(0), row.Int(1) > 0), Stop, ("id", node.Id)), Stop);

    // By other words than the store's: what the database says just before. Null: others are at it meanwhile.
    private async Task<bool?> IsLawfulAsync(NodeSession node, Lease lease) => simulation.Options.Concurrent ? null : await simulation.World.Database.ReadAsync(session => session.FirstAsync(
        """
        select count(*) from lease l join node n on n.id = l.node cross join engine e
        where l.job = @job and l.task = @task and l.epoch = @epoch and n.id = @node and n.lost_at is null and n.left_at is null
            and n.incarnation = e.incarnation and e.incarnation = @incarnation and n.beat >= @beat
        """, row => row.Int(0) == 1, Stop, ("job", lease.Task.Job), ("task", lease.Task.Number), ("epoch", lease.Fence.Epoch), ("node", node.Id), ("incarnation", lease.Fence.Incarnation), ("beat", node.Beat)), Stop);

    private void Registered(NodeSession node, Completion completion, bool registered, bool? lawful)
    {
        var lease = completion.Lease;
        simulation.Report.Count(registered ? "registered" : "refused");
        lock (Ledger)
        {
            if (registered)
            {
                simulation.Must(Ledger.Counts(lease) || simulation.IsBlindSpot(node), "No result counts under a fence of a time that the database has forgotten", lease.Task.Job, Name(lease));
                simulation.Must(!Ledger.ToldGone(lease), "A lease that was told to be gone is gone for ever", lease.Task.Job, Name(lease));
                simulation.Must(!Ledger.Results.ContainsKey((lease.Task, lease.Fence)), "No result is registered twice", lease.Task.Job, Name(lease));
                Ledger.Register(lease, completion.Output);
            }
        }

        simulation.Must(lawful is null || lawful == registered, "A result is registered exactly while its lease counts", lease.Task.Job, $"{Name(lease)} of {Name(node.Id)}: registered {registered}, lawful {lawful}");
    }

    private void Granted(NodeSession node, Lease lease, IReadOnlyList<Lane> lanes)
    {
        simulation.Report.Count("claimed");
        lock (Ledger)
        {
            var other = Ledger.Grant(lease);
            simulation.Must(other is null, "No fence is given twice", lease.Task.Job, $"{Name(lease)} and {(other is null ? "" : Name(other))}");
        }

        var believed = lanes.FirstOrDefault(lane => lane.Id == lease.Lane)?.Handler;
        simulation.Must(lease.Payload.StartsWith($"{believed} ", StringComparison.Ordinal), "A worker gets what its lane says", lease.Task.Job, $"{Name(node.Id)} takes '{lease.Payload}' from a lane for {believed}");
        simulation.Must(lease.ReadyAt <= simulation.Now, "Nothing starts before its time", lease.Task.Job, $"{Name(lease)} starts before {lease.ReadyAt:O}");
    }

    private string Name(Guid id) => simulation.NameOf(id);

    private string Name(TaskId task) => simulation.NameOf(task);

    private string Name(Lease lease) => simulation.NameOf(lease);

    private void Tell(Actor actor, string what) => simulation.Tell($"{actor.Name}: {what}");
}
