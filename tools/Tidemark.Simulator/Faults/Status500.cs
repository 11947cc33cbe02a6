namespace Tidemark.Simulator.Faults;

/// <summary>Says that it broke, with a page that is neither JSON nor an image.</summary>
public sealed record Status500 : Fault
{
    protected override FaultTarget Usual => FaultTarget.All;

    protected internal override Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        http.Response.ContentType = "text/html";
        return http.Response.WriteAsync("<html><body><h1>Internal Server Error</h1></body></html>", http.RequestAborted);
    }
}
