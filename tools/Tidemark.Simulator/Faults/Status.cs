namespace Tidemark.Simulator.Faults;

/// <summary>Answers with a status of one's choice, and with headers such as <c>Retry-After</c>.</summary>
public sealed record Status : Fault
{
    /// <summary>100 to 599 as HTTP has them; a body is sent where the status allows one.</summary>
    public int Code { get; init; } = StatusCodes.Status404NotFound;

    /// <summary>Headers by name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    protected override FaultTarget Usual => FaultTarget.All;

    protected internal override Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        http.Response.StatusCode = Code;
        foreach (var (name, value) in Headers)
        {
            http.Response.Headers[name] = value;
        }

        if (Code is < 200 or StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
        {
            return Task.CompletedTask;
        }

        http.Response.ContentType = "text/html";
        return http.Response.WriteAsync($"<html><body><h1>{Code}</h1></body></html>", http.RequestAborted);
    }
}
