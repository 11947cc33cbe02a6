namespace Tidemark.Simulator.Faults;

/// <summary>Answers 200 with the whole body, whatever part was asked for, as servers may.</summary>
public sealed record IgnoresRange : Fault
{
    protected override FaultTarget Usual => FaultTarget.Images;

    protected internal override Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        http.Request.Headers.Range = default;
        http.Request.Headers.IfRange = default;
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.AcceptRanges = default;
            return Task.CompletedTask;
        });
        return site(http);
    }
}
