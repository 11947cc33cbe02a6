namespace Tidemark.Simulator.Faults;

/// <summary>A part of the image as a complete answer: its length is that of what is sent, only the image does not end.</summary>
public sealed record TruncatedImage : Fault
{
    /// <summary>The share of the image that is sent, 0 to 1.</summary>
    public double Share { get; init; } = 0.5;

    protected override FaultTarget Usual => FaultTarget.Images;

    protected internal override async Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        var body = await TrueAnswerAsync(http, site);
        var sent = (int)(body.Length * Math.Clamp(Share, 0, 1));
        http.Response.ContentLength = sent;
        await http.Response.Body.WriteAsync(body.AsMemory(0, sent), http.RequestAborted);
    }
}
