using Tidemark.Capture;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary>What is in quarantine: listed, and handed out as files that no browser shows.</summary>
public static class QuarantineEndpoints
{
    private const int MostAtOnce = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/quarantine", ListAsync).Produces<QuarantineListShape>().WithSummary("What came in and cannot be used, newest first, in pages of at most 1000");
        api.MapGet("/quarantine/{source}/{file}", async (string source, string file, QuarantineStore store, CancellationToken cancellation) =>
                (await store.FindAsync(source, file, cancellation)).TryGet(out var entry, out var failure) ? Results.Json(Shape(entry), ApiJson.Default.QuarantineShape) : Problems.From(failure))
            .Produces<QuarantineShape>().WithSummary("Something in quarantine");
        api.MapGet("/quarantine/{source}/{file}/content", ServeAsync).Produces(200, contentType: "application/octet-stream").WithSummary("Its bytes as they came, as a download");
    }

    private static QuarantineShape Shape(QuarantineEntry entry) => new(entry.Source, entry.File, entry.Time, entry.Url, entry.Code, entry.Message, entry.Bytes,
        Convert.ToHexStringLower(entry.Sha256.Span), entry.ReceivedAt, $"/api/v1/quarantine/{entry.Source}/{entry.File}/content");

    private static async Task<IResult> ListAsync(string? source, int? limit, string? cursor, QuarantineStore store, CancellationToken cancellation)
    {
        var faults = new List<(string, Failure)>();
        if (source is not null && SourceId.Check(source) is { } badId)
        {
            faults.Add(("source", badId));
        }

        if (limit is < 1 or > MostAtOnce)
        {
            faults.Add(("limit", new Failure(FailureKind.BadInput, "limit", $"{limit} is out of range.", $"Use 1 to {MostAtOnce}.")));
        }

        // A cursor is the last of the page before: SOURCE/FILE.
        QuarantineEntry? after = null;
        if (cursor is not null && (cursor.Split('/') is not [var of, var file] || !(await store.FindAsync(of, file, cancellation)).TryGet(out after, out _)))
        {
            faults.Add(("cursor", new Failure(FailureKind.BadInput, "cursor", "This is no cursor that we gave.", "Use 'next' of the page before, as it is.")));
        }

        if (faults.Count > 0)
        {
            return Problems.From(faults);
        }

        var size = limit ?? 200;
        var found = await store.ListAsync(source, after, size + 1, cancellation);
        var page = found.Take(size).Select(Shape).ToList();
        return Results.Json(new QuarantineListShape(page, found.Count > size ? $"{page[^1].Source}/{page[^1].File}" : null, await store.CountsAsync(cancellation)), ApiJson.Default.QuarantineListShape);
    }

    // Whatever it is, it is hostile: a download of unknown bytes, never a page on our origin (S4).
    private static async Task<IResult> ServeAsync(string source, string file, QuarantineStore store, Quarantine quarantine, HttpContext context)
    {
        if (!(await store.FindAsync(source, file, context.RequestAborted)).TryGet(out var entry, out var failure))
        {
            return Problems.From(failure);
        }

        if (quarantine.PathOf(entry.Source, entry.File) is not { } path || !File.Exists(path))
        {
            return Problems.From(new Failure(FailureKind.NotFound, "quarantine_file_missing", $"The file of '{entry.File}' is not on this node's disk.", "Ask the node that captured it, or look into the archive's folder quarantine/."));
        }

        FrameEndpoints.Media(context);
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "private, no-store";
        return Results.File(path, "application/octet-stream", $"{entry.Source}-{entry.File}.quarantine");
    }
}
