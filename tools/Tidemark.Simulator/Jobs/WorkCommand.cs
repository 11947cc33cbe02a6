using System.CommandLine;
using Tidemark.Database;
using Tidemark.Jobs;

namespace Tidemark.Simulator.Jobs;

/// <summary>
/// Hidden: <c>work</c> runs the real job engine, with tasks that do what a test asks of them, until it is interrupted. All
/// that happens is told on standard output, a line of JSON each.
/// </summary>
internal static class WorkCommand
{
    private static readonly Option<string> Address = new("--database") { Required = true };
    private static readonly Option<string> Home = new("--home") { Required = true, Description = "a folder: where the worker lives, and its tools" };
    private static readonly Option<int> Slots = new("--slots") { DefaultValueFactory = _ => 2, Description = "processors offered" };
    private static readonly Option<int?> Most = new("--most") { Description = "tasks at a time" };
    private static readonly Option<string[]> Tags = new("--tag") { DefaultValueFactory = _ => [] };
    private static readonly Option<bool> Dispatch = new("--dispatch");
    private static readonly Option<double> Lease = new("--lease") { DefaultValueFactory = _ => 8, Description = "seconds" };
    private static readonly Option<double> Drain = new("--drain") { DefaultValueFactory = _ => 30, Description = "seconds" };
    private static readonly Option<double> ReserveAfter = new("--reserve-after") { DefaultValueFactory = _ => 30, Description = "seconds" };
    private static readonly Option<int> Every = new("--every") { Description = "seconds between periodic jobs; 0 for none" };
    private static readonly Option<double> ClockOffset = new("--clock-offset") { Description = "seconds by which this worker's clock is wrong" };

    public static Command Create()
    {
        var work = new Command("work", "Runs tasks on demand, for tests.") { Address, Home, Slots, Most, Tags, Dispatch, Lease, Drain, ReserveAfter, Every, ClockOffset };
        work.Hidden = true;
        work.SetAction(RunAsync);
        return work;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var clock = new WrongClock(TimeSpan.FromSeconds(arguments.GetValue(ClockOffset)));
        using var lines = new JsonLines(Console.Out, TimeProvider.System);
        if (!DatabaseAddress.Parse(arguments.GetValue(Address)!).TryGet(out var address, out var failure) || !(await SqlDatabase.OpenAsync(address, clock, cancellation)).TryGet(out var database, out failure))
        {
            await Console.Error.WriteLineAsync(failure.ToString());
            return 1;
        }

        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(lines));
        await using (database)
        {
            await RunAsync(arguments, database, clock, lines, loggers, cancellation);
        }

        lines.Tell("left");
        return 0;
    }

    private static async Task RunAsync(ParseResult arguments, SqlDatabase database, WrongClock clock, JsonLines lines, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var store = JobStore.On(database, clock);
        var home = Path.GetFullPath(arguments.GetValue(Home)!);
        var handlers = SimulatedTask.All(lines, home);
        var lease = TimeSpan.FromSeconds(arguments.GetValue(Lease));
        var introduction = new NodeIntroduction(home, Path.GetFileName(home), arguments.GetValue(Dispatch) ? ["dispatch", "work"] : ["work"], "0.1.0", new Offer
        {
            Cpu = 1000 * arguments.GetValue(Slots),
            Memory = 4L << 30,
            Disk = 4L << 30,
            Tags = arguments.GetValue(Tags)!,
            Handlers = [.. handlers.Select(handler => handler.Name)],
        });
        // All as long, in proportion, as by default.
        var options = new WorkerOptions
        {
            Introduction = introduction,
            Most = arguments.GetValue(Most),
            Lease = lease,
            KickEvery = lease / 8,
            DrainFor = TimeSpan.FromSeconds(arguments.GetValue(Drain)),
        };
        var judgement = new DispatcherOptions { Lease = lease, Every = lease / 8, Term = lease / 2, Gap = lease * 0.375, ReserveAfter = TimeSpan.FromSeconds(arguments.GetValue(ReserveAfter)) };
        await using var signals = new JobSignals(database, clock, loggers.CreateLogger<JobSignals>());
        await using var worker = new Worker(store, signals, handlers, options, clock, loggers.CreateLogger<Worker>());
        await using var dispatcher = arguments.GetValue(Dispatch) ? new Dispatcher(store, signals, () => worker.Session, judgement, clock, loggers.CreateLogger<Dispatcher>()) : null;
        await using var periodic = new PeriodicJobs(store, signals, _ => Task.FromResult(Periodic(arguments.GetValue(Every))), clock, loggers.CreateLogger<PeriodicJobs>());
        signals.Start();
        worker.Start();
        dispatcher?.Start();
        periodic.Start();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await worker.DrainAsync(CancellationToken.None);
    }

    private static IReadOnlyList<PeriodicJob> Periodic(int seconds) => seconds == 0 ? [] :
        [PeriodicJob.At("tick", TimeSpan.FromSeconds(seconds), instant => new JobRequest("sim", Time.Rfc3339.Format(instant), [new TaskSpec("tick", "sim.count", "{}")]))];
}
