using Microsoft.Net.Http.Headers;
using Tidemark.Archive;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.App.Api;

/// <summary>Frames: listed by range, counted by day, served.</summary>
public static class FrameEndpoints
{
    private const int MostAtOnce = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/sources/{id}/frames", ListAsync).Produces<FrameListShape>()
            .WithSummary("Frames of a range [from, to) in the order of time, in pages of at most 1000");
        api.MapGet("/sources/{id}/frames/{stamp}.jpg", ServeAsync).Produces(200, contentType: "image/jpeg").WithSummary("A frame's picture as it came");
        api.MapGet("/sources/{id}/days", DaysAsync).Produces<DayListShape>().WithSummary("UTC days that have frames, newest first");
    }

    public static FrameShape Shape(Frame frame) => new(
        frame.Source, frame.Time, frame.Name, frame.Bytes, frame.Width, frame.Height, Convert.ToHexStringLower(frame.Sha256.Span),
        $"/api/v1/sources/{frame.Source}/frames/{Rfc3339.Stamp(frame.Time)}.jpg");

    private static async Task<IResult> ListAsync(string id, string? from, string? to, int? limit, string? order, string? cursor, FrameIndex frames, SourceStore sources, CancellationToken cancellation)
    {
        var faults = new List<(string, Failure)>();
        if (SourceId.Check(id) is { } badId)
        {
            faults.Add(("id", badId));
        }

        var start = Instant("from", from, DateTimeOffset.UnixEpoch, faults);
        var end = Instant("to", to, new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero), faults);
        if (faults.Count == 0 && end < start)
        {
            faults.Add(("to", new Failure(FailureKind.BadInput, "range", $"The range ends at {Rfc3339.Format(end)}, before its start {Rfc3339.Format(start)}.")));
        }

        if (limit is < 1 or > MostAtOnce)
        {
            faults.Add(("limit", new Failure(FailureKind.BadInput, "limit", $"{limit} is out of range.", $"Use 1 to {MostAtOnce}.")));
        }

        var newestFirst = order == "desc";
        if (order is not (null or "asc" or "desc"))
        {
            faults.Add(("order", new Failure(FailureKind.BadInput, "order", $"'{order}' is no order.", "Use 'asc' or 'desc'.")));
        }

        // A cursor is the stamp of the last frame of the page before.
        if (cursor is not null && !Rfc3339.TryParseStamp(cursor, out _))
        {
            faults.Add(("cursor", new Failure(FailureKind.BadInput, "cursor", "This is no cursor that we gave.", "Use 'next' of the page before, as it is.")));
        }

        if (faults.Count > 0)
        {
            return Problems.From(faults);
        }

        if (Rfc3339.TryParseStamp(cursor, out var after))
        {
            (start, end) = newestFirst ? (start, after < end ? after : end) : (after >= end ? end : after >= start ? after.AddMilliseconds(1) : start, end);
        }

        var size = limit ?? 200;
        var range = new TimeRange(start, end < start ? start : end);
        var found = await frames.ListAsync(id, range, size + 1, newestFirst, cancellation);
        if (found.Count == 0 && await MissingAsync(id, frames, sources, cancellation) is { } missing)
        {
            return Problems.From(missing);
        }

        var page = found.Take(size).Select(Shape).ToList();
        return Results.Json(new FrameListShape(page, found.Count > size ? Rfc3339.Stamp(page[^1].Time) : null), ApiJson.Default.FrameListShape);
    }

    private static async Task<IResult> ServeAsync(string id, string stamp, FrameArchive archive, HttpContext context)
    {
        if (SourceId.Check(id) is null && Rfc3339.TryParseStamp(stamp, out var time)
            && await archive.Index.FindAsync(id, time, context.RequestAborted) is { } frame && File.Exists(archive.PathOf(frame)))
        {
            // A frame never changes under its name (A2).
            context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
            Media(context);
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(frame.Sha256.Span[..16])}\"");
            return Results.File(archive.PathOf(frame), "image/jpeg", lastModified: frame.ReceivedAt, entityTag: tag, enableRangeProcessing: true);
        }

        return Problems.From(new Failure(FailureKind.NotFound, "frame_not_found", $"The source '{id}' has no frame at {stamp}."));
    }

    /// <summary>What came from outside must not run as a page on our origin (S4).</summary>
    internal static void Media(HttpContext context) => context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'";

    private static async Task<IResult> DaysAsync(string id, FrameIndex frames, SourceStore sources, CancellationToken cancellation)
    {
        if (SourceId.Check(id) is { } failure)
        {
            return Problems.From(failure);
        }

        var days = await frames.DaysAsync(id, cancellation);
        if (days.Count == 0 && await MissingAsync(id, frames, sources, cancellation) is { } missing)
        {
            return Problems.From(missing);
        }

        return Results.Json(new DayListShape([.. days.Select(day => new DayShape(day.Day.ToString("yyyy-MM-dd"), day.Frames, day.Bytes, day.First, day.Last))]), ApiJson.Default.DayListShape);
    }

    // A source that was removed is still known by its frames.
    private static async Task<Failure?> MissingAsync(string id, FrameIndex frames, SourceStore sources, CancellationToken cancellation) =>
        (await sources.FindAsync(id, cancellation)).Failed(out var missing) && (await frames.TotalsAsync(id, cancellation)).Frames == 0 ? missing : null;

    internal static DateTimeOffset Instant(string field, string? text, DateTimeOffset otherwise, List<(string, Failure)> faults)
    {
        if (text is null)
        {
            return otherwise;
        }

        if (Rfc3339.TryParse(text, out var instant))
        {
            return instant;
        }

        faults.Add((field, new Failure(FailureKind.BadInput, "time", $"'{text}' is no time.", "Write RFC 3339 with Z or an offset: 2026-11-22T08:15:30Z.")));
        return otherwise;
    }
}
