using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Tidemark.Simulator.Faults;

/// <summary>Promises the whole answer, sends a part of it and resets the connection (TCP RST), as a router does that was switched off and on.</summary>
public sealed record ResetConnection : Fault
{
    /// <summary>How much of the body is sent; null for <see cref="Share"/>.</summary>
    public int? Bytes { get; init; }

    /// <summary>The share of the body that is sent, 0 to 1.</summary>
    public double Share { get; init; } = 0.5;

    protected override FaultTarget Usual => FaultTarget.Images;

    protected internal override async Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        var body = await TrueAnswerAsync(http, site);
        var part = body.AsMemory(0, Math.Clamp(Bytes ?? (int)(body.Length * Math.Clamp(Share, 0, 1)), 0, body.Length));
        http.Response.ContentLength = body.Length;
        var socket = http.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        if (http.Request.IsHttps)
        {
            // What the server still holds back is lost with the connection; it cannot be known how much that is.
            await http.Response.Body.WriteAsync(part, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
        else
        {
            // Past the server: it would take back what it has not sent yet.
            await socket.SendAsync(Encoding.ASCII.GetBytes(Head(http.Response)), SocketFlags.None, http.RequestAborted);
            await socket.SendAsync(part, SocketFlags.None, http.RequestAborted);
        }

        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
        http.Abort();
    }

    private static string Head(HttpResponse response)
    {
        var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {response.StatusCode} {ReasonPhrases.GetReasonPhrase(response.StatusCode)}\r\n"));
        foreach (var (name, value) in response.Headers)
        {
            head.Append(name).Append(": ").Append(value.ToString()).Append("\r\n");
        }

        return head.Append("\r\n").ToString();
    }
}
