using System.Buffers;
using System.Text;

namespace Tidemark.Simulator.Faults;

/// <summary>A list that goes on and on, entry by entry as valid as a true one, for as long as the client listens.</summary>
public sealed record HugeJson : Fault
{
    private const int Piece = 64 * 1024;

    // Further back than this it begins anew: years have four digits.
    private const long MostSeconds = 1_000_000_000;

    /// <summary>The list is closed after about as many; null for never.</summary>
    public long? Bytes { get; init; }

    protected override FaultTarget Usual => FaultTarget.Index;

    protected internal override async Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time)
    {
        var name = http.Request.RouteValues["site"] as string ?? http.Request.Path.Value!.Split('/')[2];
        var now = time.GetUtcNow();
        http.Response.ContentType = "application/json; charset=utf-8";
        var piece = new ArrayBufferWriter<byte>(Piece * 2);
        Append(piece, $$"""{"site":"{{name}}","now":"{{SiteIndex.Text(now)}}","frames":[""");
        var sent = 0L;
        for (var number = 0L; Bytes is null || sent + piece.WrittenCount < Bytes; number++)
        {
            var instant = now.AddSeconds(-(number % MostSeconds));
            Append(piece, $$"""{{(number == 0 ? "" : ",")}}{"takenAt":"{{SiteIndex.Text(instant)}}","name":"{{name}}-{{FrameInstants.Stamp(instant)}}","url":"{{SimulatedSites.FramePath(name, instant)}}"}""");
            if (piece.WrittenCount >= Piece)
            {
                await http.Response.Body.WriteAsync(piece.WrittenMemory, http.RequestAborted);
                sent += piece.WrittenCount;
                piece.ResetWrittenCount();
            }
        }

        Append(piece, "]}");
        await http.Response.Body.WriteAsync(piece.WrittenMemory, http.RequestAborted);
    }

    private static void Append(ArrayBufferWriter<byte> piece, string text) => Encoding.UTF8.GetBytes(text, piece);
}
