using System.Globalization;

namespace Tidemark.Simulator.Faults;

/// <summary>Sends the client to the same path again and again, each time with another query: who only looks for equal addresses never ends.</summary>
public sealed record RedirectLoop : Fault
{
    protected override FaultTarget Usual => FaultTarget.All;

    protected internal override Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        _ = int.TryParse(http.Request.Query["hop"], NumberStyles.None, CultureInfo.InvariantCulture, out var hop);
        http.Response.StatusCode = StatusCodes.Status302Found;
        http.Response.Headers.Location = $"{http.Request.Path}?hop={hop + 1}";
        return Task.CompletedTask;
    }
}
