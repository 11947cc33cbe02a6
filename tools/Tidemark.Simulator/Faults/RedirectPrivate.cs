namespace Tidemark.Simulator.Faults;

/// <summary>Sends the client to an address inside its own network: by default where clouds keep credentials.</summary>
public sealed record RedirectPrivate : Fault
{
    public string Location { get; init; } = "http://169.254.169.254/latest/meta-data/";

    /// <summary>301, 302, 303, 307 or 308.</summary>
    public int Code { get; init; } = StatusCodes.Status302Found;

    protected override FaultTarget Usual => FaultTarget.All;

    protected internal override Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        http.Response.StatusCode = Code;
        http.Response.Headers.Location = Location;
        return Task.CompletedTask;
    }
}
