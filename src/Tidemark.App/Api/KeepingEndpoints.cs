using Microsoft.AspNetCore.Connections.Features;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary>Living within a disk: what is used, what is let go, what is held; and taking in what others have kept.</summary>
public static class KeepingEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/archive/usage", async (Usage usage, KeepingRules rules, CancellationToken cancellation) =>
                Results.Json(UsageShape.Of(await usage.MeasureAsync(await rules.NowAsync(cancellation), cancellation)), ApiJson.Default.UsageShape))
            .Produces<UsageShape>().WithSummary("What the archive uses, by source, and when its disk is full at this rate");
        api.MapPost("/archive/retention", RetainAsync).Produces<RetentionShape>()
            .WithSummary("Lets go what the rules want gone now, or says what would go; at most one run at a time");
        api.MapGet("/archive/holds", async (Holds holds, CancellationToken cancellation) => Results.Json(new HoldListShape([.. (await holds.ListAsync(cancellation))
                .Select(held => new HoldShape(held.Id, held.Source, held.Range.Start, held.Range.End, held.Until, held.Reason))]), ApiJson.Default.HoldListShape))
            .Produces<HoldListShape>().WithSummary("What is being read, and so not let go");
        api.MapPost("/archive/imports", Import).Produces<ImportShape>(202)
            .WithSummary("Imports a tree of frames that lies on the node's machine; through the Unix socket only");
        api.MapGet("/archive/imports/{id:guid}", (Guid id, Imports imports) => Answer(imports.Find(id))).Produces<ImportShape>().WithSummary("How far an import is, and its report");
        api.MapDelete("/archive/imports/{id:guid}", async (Guid id, Imports imports) => Answer(await imports.CancelAsync(id))).Produces<ImportShape>()
            .WithSummary("Calls an import off; what it has imported stays");
    }

    private static async Task<IResult> RetainAsync(RetentionRequest request, Retention retention, KeepingRules rules, CancellationToken cancellation)
    {
        var now = await rules.NowAsync(cancellation);
        if (request.DryRun)
        {
            return Results.Json(RetentionShape.Of(await retention.PlanAsync(now, cancellation), dryRun: true), ApiJson.Default.RetentionShape);
        }

        return (await retention.RunAsync(now, cancellation)).TryGet(out var done, out var failure)
            ? Results.Json(RetentionShape.Of(done, dryRun: false), ApiJson.Default.RetentionShape)
            : Problems.From(failure);
    }

    private static IResult Import(ImportRequestShape request, Imports imports, HttpContext context)
    {
        // A token must not be a way to find out what lies where on this machine; who may open the socket may read the archive anyway.
        if (context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(Guard.SocketMark) != true)
        {
            return Problems.From(StatusCodes.Status403Forbidden, "socket_only", "A folder of this machine is imported through the node's Unix socket only.", "Run 'tidemark archive import' on the node's machine, without --server.");
        }

        if (SourceId.Check(request.Source) is { } badId)
        {
            return Problems.From([("source", badId)]);
        }

        return imports.Start(new ImportRequest(request.Folder, request.Source, request.Pattern, request.Zone, request.Link, request.DryRun)).TryGet(out var state, out var failure)
            ? Results.Json(ImportShape.Of(state), ApiJson.Default.ImportShape, statusCode: StatusCodes.Status202Accepted)
            : Problems.From(failure);
    }

    private static IResult Answer(Result<ImportState> result) =>
        result.TryGet(out var state, out var failure) ? Results.Json(ImportShape.Of(state), ApiJson.Default.ImportShape) : Problems.From(failure);
}
