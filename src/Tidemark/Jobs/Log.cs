using Microsoft.Extensions.Logging;

namespace Tidemark.Jobs;

internal static partial class Log
{
    private static readonly Func<ILogger, Guid, string, IDisposable?> Scope = LoggerMessage.DefineScope<Guid, string>("{Job} {Task}");

    public static IDisposable? TaskScope(ILogger logger, Guid job, string task) => Scope(logger, job, task);

    [LoggerMessage(1, LogLevel.Information, "Registered as {Node}, in incarnation {Incarnation}")]
    public static partial void Registered(ILogger logger, Guid node, long incarnation);

    [LoggerMessage(2, LogLevel.Warning, "The database says {State} of {Node}: {Tasks} tasks are stopped, their results discarded")]
    public static partial void Marked(ILogger logger, KickState state, Guid node, int tasks);

    [LoggerMessage(3, LogLevel.Warning, "No answer to a kick: {Reason}. Tasks go on meanwhile")]
    public static partial void KickUnanswered(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Information, "Kicks are answered again")]
    public static partial void KickAnswered(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "Task {Task} of {Job} was taken away; it is stopped")]
    public static partial void TakenAway(ILogger logger, string task, Guid job);

    [LoggerMessage(6, LogLevel.Information, "Handed back {Leases} tasks whose claim was never answered")]
    public static partial void ReturnedUnknown(ILogger logger, int leases);

    [LoggerMessage(7, LogLevel.Warning, "No answer to an exchange with {Results} results: {Reason}")]
    public static partial void ExchangeUnanswered(ILogger logger, int results, string reason);

    [LoggerMessage(8, LogLevel.Warning, "Task {Task} of {Job} did not move for {Stall}; it is stopped")]
    public static partial void Stalled(ILogger logger, string task, Guid job, TimeSpan stall);

    [LoggerMessage(9, LogLevel.Error, "Task {Task} of {Job} was told to stop and did not; it is not waited for, and keeps its place until it ends")]
    public static partial void Abandoned(ILogger logger, string task, Guid job);

    [LoggerMessage(10, LogLevel.Error, "Task {Task} of {Job} broke")]
    public static partial void TaskBroke(ILogger logger, string task, Guid job, Exception error);

    [LoggerMessage(11, LogLevel.Error, "Stopping task {Task} of {Job} broke")]
    public static partial void StopBroke(ILogger logger, string task, Guid job, Exception error);

    [LoggerMessage(12, LogLevel.Warning, "Taking away what task {Task} of {Job} made broke")]
    public static partial void DiscardBroke(ILogger logger, string task, Guid job, Exception error);

    [LoggerMessage(20, LogLevel.Warning, "Task {Task} of {Job} is registered; what it wanted to do then broke")]
    public static partial void FollowUpBroke(ILogger logger, string task, Guid job, Exception error);

    [LoggerMessage(21, LogLevel.Warning, "No answer to a look for tasks: {Reason}. It is tried again until there is one")]
    public static partial void LookUnanswered(ILogger logger, string reason);

    [LoggerMessage(13, LogLevel.Information, "The result of task {Task} of {Job} was not wanted any more")]
    public static partial void NotWanted(ILogger logger, string task, Guid job);

    [LoggerMessage(14, LogLevel.Warning, "The result of task {Task} of {Job} cannot be handed over: {Reason}")]
    public static partial void ResultUnanswered(ILogger logger, string task, Guid job, string reason);

    [LoggerMessage(15, LogLevel.Information, "Task {Task} of {Job} failed ({Kind}, {Code}): {Message} Verdict: {Outcome}, next at {NextAt}")]
    public static partial void TaskFailed(ILogger logger, string task, Guid job, string kind, string code, string message, FailureOutcome outcome, DateTimeOffset? nextAt);

    [LoggerMessage(16, LogLevel.Information, "Drains: {Tasks} tasks are running, for {Within} at most")]
    public static partial void Draining(ILogger logger, int tasks, TimeSpan within);

    [LoggerMessage(17, LogLevel.Warning, "Left without the database's knowledge: {Reason}")]
    public static partial void LeftUnheard(ILogger logger, string reason);

    [LoggerMessage(18, LogLevel.Error, "{Loop} broke; it goes on")]
    public static partial void LoopBroke(ILogger logger, string loop, Exception error);

    [LoggerMessage(19, LogLevel.Information, "Kept for the tasks of lane {Lane} until it has one")]
    public static partial void Reserved(ILogger logger, int lane);

    [LoggerMessage(30, LogLevel.Warning, "The subscription to other nodes' signals is gone ({Reason}); tasks are looked for every second meanwhile")]
    public static partial void SignalsLost(ILogger logger, string reason);

    [LoggerMessage(31, LogLevel.Information, "Hears other nodes' signals")]
    public static partial void SignalsHeard(ILogger logger);

    [LoggerMessage(32, LogLevel.Warning, "Signals could not be sent: {Reason}")]
    public static partial void SignalsNotSent(ILogger logger, string reason);

    [LoggerMessage(33, LogLevel.Warning, "Passed over a signal that nobody can read ({Length} characters)")]
    public static partial void SignalUnread(ILogger logger, int length);

    [LoggerMessage(40, LogLevel.Information, "Dispatches from now on (term {Epoch})")]
    public static partial void Elected(ILogger logger, long epoch);

    [LoggerMessage(41, LogLevel.Information, "Does not dispatch any more")]
    public static partial void NotElected(ILogger logger);

    [LoggerMessage(42, LogLevel.Warning, "Node {Name} ({Node}) was silent since {HeardAt:yyyy-MM-ddTHH:mm:ss.fffZ}; it is marked as lost")]
    public static partial void NodeLost(ILogger logger, string name, Guid node, DateTimeOffset heardAt);

    [LoggerMessage(43, LogLevel.Information, "Tasks of {Jobs} jobs were released from nodes that do not count any more")]
    public static partial void Released(ILogger logger, int jobs);

    [LoggerMessage(51, LogLevel.Warning, "Somebody keeps job {Job} locked in the database: its lost tasks are released as soon as it is free")]
    public static partial void JobLocked(ILogger logger, Guid job);

    [LoggerMessage(44, LogLevel.Warning, "Lane {Lane} ({Handler}): {Trouble}")]
    public static partial void Troubled(ILogger logger, int lane, string handler, string trouble);

    [LoggerMessage(45, LogLevel.Information, "Lane {Lane} can be served again, or is empty")]
    public static partial void TroubleOver(ILogger logger, int lane);

    [LoggerMessage(46, LogLevel.Information, "Keeps {Name} for lane {Lane} ({Handler}), whose first task waits since {Head:O}")]
    public static partial void Reserves(ILogger logger, string name, int lane, string handler, DateTimeOffset head);

    [LoggerMessage(47, LogLevel.Information, "{Name} is not kept for lane {Lane} any more")]
    public static partial void Unreserves(ILogger logger, string name, int? lane);

    [LoggerMessage(48, LogLevel.Information, "Swept: {Done}")]
    public static partial void Swept(ILogger logger, string done);

    [LoggerMessage(49, LogLevel.Warning, "Dispatching failed, the next try comes: {Reason}")]
    public static partial void DispatchFailed(ILogger logger, string reason);

    [LoggerMessage(50, LogLevel.Warning, "The database's clock was set back; what it had called due goes on in {Lanes} lanes")]
    public static partial void ClockWentBack(ILogger logger, int lanes);

    [LoggerMessage(60, LogLevel.Information, "Periodic job {Name} for {Instant:O}: {Job}")]
    public static partial void PeriodicSubmitted(ILogger logger, string name, DateTimeOffset instant, Guid job);

    [LoggerMessage(61, LogLevel.Error, "Periodic job {Name} for {Instant:O} was refused: {Reason}")]
    public static partial void PeriodicRefused(ILogger logger, string name, DateTimeOffset instant, string reason);

    [LoggerMessage(62, LogLevel.Warning, "Periodic jobs are late: {Reason}")]
    public static partial void PeriodicLate(ILogger logger, string reason);
}
