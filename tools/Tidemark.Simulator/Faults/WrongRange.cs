using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Tidemark.Simulator.Faults;

/// <summary>Sends the part that was asked for with a Content-Range that lies about where it lies. Whole answers are true.</summary>
public sealed record WrongRange : Fault
{
    /// <summary>How far it says the part begins, and ends, behind where it does; negative for before.</summary>
    public long StartOff { get; init; } = 7;

    /// <summary>How much longer than it is it says that the whole is; negative for shorter.</summary>
    public long LengthOff { get; init; }

    protected override FaultTarget Usual => FaultTarget.Images;

    protected internal override Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        http.Response.OnStarting(() =>
        {
            if (ContentRangeHeaderValue.TryParse(http.Response.Headers.ContentRange.ToString(), out var range) && range is { From: { } from, To: { } to, Length: { } length })
            {
                // As text: the header's own class refuses what cannot be, which is what is wanted here.
                http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from + StartOff}-{to + StartOff}/{length + LengthOff}");
            }

            return Task.CompletedTask;
        });
        return site(http);
    }
}
