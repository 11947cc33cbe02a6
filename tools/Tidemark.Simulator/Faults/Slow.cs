namespace Tidemark.Simulator.Faults;

/// <summary>The true answer, late or in small bites.</summary>
public sealed record Slow : Fault
{
    private const int BitesASecond = 20;

    /// <summary>Milliseconds before anything is sent.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>How fast the body comes; null as fast as it can.</summary>
    public int? BytesPerSecond { get; init; }

    protected override FaultTarget Usual => FaultTarget.All;

    protected internal override async Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(DelayMilliseconds), time, http.RequestAborted);
        if (BytesPerSecond is not { } rate)
        {
            await site(http);
            return;
        }

        var body = await TrueAnswerAsync(http, site);
        var bite = Math.Max(1, rate / BitesASecond);
        for (var sent = 0; sent < body.Length; sent += bite)
        {
            var length = Math.Min(bite, body.Length - sent);
            await Task.Delay(TimeSpan.FromSeconds((double)length / rate), time, http.RequestAborted);
            await http.Response.Body.WriteAsync(body.AsMemory(sent, length), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }
}
