using System.Text.Json;
using Tidemark.Jobs;
using Tidemark.Media;

namespace Tidemark.Simulator.Jobs;

/// <summary>What a test asks of a task: its payload, as JSON.</summary>
internal sealed record Wish
{
    /// <summary>How long it takes.</summary>
    public double Seconds { get; init; }

    /// <summary>How long it takes when it is tried again; null: as long.</summary>
    public double? Again { get; init; }

    /// <summary>It ends when there is such a file.</summary>
    public string? File { get; init; }

    /// <summary>How it fails.</summary>
    public FailureKind Kind { get; init; } = FailureKind.Infrastructure;

    /// <summary>How often it fails before it does not.</summary>
    public int Times { get; init; }

    /// <summary>It adds a row of its own to <c>sim_effect</c> in the transaction that registers its result.</summary>
    public bool Effect { get; init; }

    public TimeSpan Takes(Lease lease) => TimeSpan.FromSeconds(lease.Attempt > 1 ? Again ?? Seconds : Seconds);
}

/// <summary>A task that does what its payload says, and tells when it begins and ends.</summary>
internal sealed class SimulatedTask(string name, JsonLines lines, Func<TaskContext, Wish, CancellationToken, Task<Failure?>> body) : ITaskHandler
{
    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    public string Name => name;

    /// <summary>Every one that there is.</summary>
    /// <param name="home">Tools run in folders below it.</param>
    public static IReadOnlyList<SimulatedTask> All(JsonLines lines, string home) =>
    [
        new("sim.nothing", lines, (_, _, _) => Task.FromResult<Failure?>(null)),
        new("sim.count", lines, (_, _, _) => Task.FromResult<Failure?>(null)),
        new("sim.wait", lines, WaitAsync),
        new("sim.tool", lines, (context, wish, cancellation) => RunToolAsync(home, context, wish, cancellation)),
        new("sim.fail", lines, (context, wish, _) => Task.FromResult(context.Lease.Attempt > wish.Times ? null : new Failure(wish.Kind, "as_wished", "It was asked to fail."))),
        new("sim.hang", lines, HangAsync),
    ];

    public async Task<TaskResult> RunAsync(TaskContext context, CancellationToken cancellation)
    {
        var wish = JsonSerializer.Deserialize<Wish>(context.Lease.Payload, JsonSerializerOptions.Web)!;
        Tell("started", context);
        try
        {
            if (await body(context, wish, cancellation) is { } failure)
            {
                Tell("failed", context);
                return TaskResult.Failed(failure);
            }

            Tell("ended", context);
            return TaskResult.Done(context.FenceText, wish.Effect || name == "sim.count" ? Effect(context.Lease) : null, () =>
            {
                Tell("discarded", context);
                return Task.CompletedTask;
            });
        }
        catch (OperationCanceledException)
        {
            Tell("stopped", context);
            throw;
        }
    }

    private static Func<Database.Session, CancellationToken, Task> Effect(Lease lease) => (session, cancellation) => session.ExecuteAsync(
        "insert into sim_effect (job, task, epoch) values (@job, @task, @epoch)", cancellation, ("job", lease.Task.Job), ("task", lease.Task.Number), ("epoch", lease.Fence.Epoch));

    private static async Task<Failure?> WaitAsync(TaskContext context, Wish wish, CancellationToken cancellation)
    {
        var (began, takes) = (Time.GetTimestamp(), wish.Takes(context.Lease));
        while (wish.File is null ? Time.GetElapsedTime(began) < takes : !File.Exists(wish.File))
        {
            context.Report(new TaskProgress(wish.File is null ? Time.GetElapsedTime(began) / takes : null, "waiting", null));
            await Task.Delay(LookEvery, Time, cancellation);
        }

        return null;
    }

    private static async Task<Failure?> HangAsync(TaskContext context, Wish wish, CancellationToken cancellation)
    {
        if (context.Lease.Attempt > 1 && wish.Again is { } seconds)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), Time, cancellation);
            return null;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, Time, cancellation);
        return null;
    }

    // Two processes: one alone would be missed by nobody.
    private static async Task<Failure?> RunToolAsync(string home, TaskContext context, Wish wish, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(home, context.FenceText)).FullName;
        var command = new ToolCommand("/bin/sh", ["-c", "sleep \"$1\" & echo begun; sleep \"$1\"", "tool", $"{wish.Takes(context.Lease).TotalSeconds}"], folder) { Limits = new ToolLimits { Stall = TimeSpan.FromHours(1) } };
        var run = await Tool.RunAsync(command, Time, line =>
        {
            context.Report(new TaskProgress(null, line, null));
            return true;
        }, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return run.Failure;
    }

    private void Tell(string what, TaskContext context) =>
        lines.Tell(what, ("job", context.Lease.Task.Job), ("task", context.Lease.Task.Number), ("attempt", context.Lease.Attempt), ("fence", context.FenceText));
}
