namespace Tidemark.Simulator.Faults;

/// <summary>Promises the whole answer, sends a part of it and drops the connection.</summary>
public sealed record CutConnection : Fault
{
    /// <summary>The share of the answer that is sent, 0 to 1.</summary>
    public double Share { get; init; } = 0.5;

    protected override FaultTarget Usual => FaultTarget.Images;

    protected internal override async Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        var body = await TrueAnswerAsync(http, site);
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body.AsMemory(0, (int)(body.Length * Math.Clamp(Share, 0, 1))), http.RequestAborted);

        // The server closes a connection whose answer came out too short. To abort it here would take back what was sent.
    }
}
