namespace Tidemark.Simulator.Faults;

/// <summary>Takes the request and never answers.</summary>
public sealed record Hung : Fault
{
    protected override FaultTarget Usual => FaultTarget.All;

    protected internal override Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
        => Task.Delay(Timeout.InfiniteTimeSpan, time, http.RequestAborted);
}
