namespace Tidemark.Simulator.Faults;

/// <summary>The true answer's first two thirds as a complete answer: JSON that stops in the middle.</summary>
public sealed record MalformedJson : Fault
{
    protected override FaultTarget Usual => FaultTarget.Index;

    protected internal override async Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        var body = await TrueAnswerAsync(http, site);
        var sent = body.Length * 2 / 3;
        http.Response.ContentLength = sent;
        await http.Response.Body.WriteAsync(body.AsMemory(0, sent), http.RequestAborted);
    }
}
