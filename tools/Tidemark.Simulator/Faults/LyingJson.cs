using System.Text;
using System.Text.Json;

namespace Tidemark.Simulator.Faults;

/// <summary>Valid JSON whose values lie: entries that no reader may believe, before the true ones or instead of them.</summary>
public sealed record LyingJson : Fault
{
    /// <summary>Which lie is told.</summary>
    public Lie Lie { get; init; }

    /// <summary>Whether the true entries are listed too, after the lies: those a reader must still find.</summary>
    public bool Truth { get; init; } = true;

    /// <summary>Where <see cref="Lie.OtherHost"/> points, beside addresses that are never right.</summary>
    public string OtherHost { get; init; } = "http://camera.invalid";

    protected override FaultTarget Usual => FaultTarget.Index;

    protected internal override async Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        var body = await TrueAnswerAsync(http, site);
        using var answer = JsonDocument.Parse(body);
        var lies = Lies.Of(Lie, OtherHost, answer.RootElement);
        var lying = Encoding.UTF8.GetBytes(answer.RootElement.TryGetProperty("frames", out var frames) ? List(answer.RootElement, frames, lies) : lies[0]);
        http.Response.ContentLength = lying.Length;
        await http.Response.Body.WriteAsync(lying, http.RequestAborted);
    }

    private string List(JsonElement root, JsonElement frames, IEnumerable<string> lies)
    {
        var entries = Truth ? lies.Concat(frames.EnumerateArray().Select(frame => frame.GetRawText())) : lies;
        return $$"""{"site":{{root.GetProperty("site").GetRawText()}},"now":{{root.GetProperty("now").GetRawText()}},"frames":[{{string.Join(',', entries)}}]}""";
    }
}
