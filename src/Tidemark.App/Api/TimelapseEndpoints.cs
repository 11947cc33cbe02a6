using Tidemark.Archive;
using Tidemark.Sources;
using Tidemark.Timelapse;

namespace Tidemark.App.Api;

/// <summary>Timelapses: asked for, followed, called off.</summary>
public static class TimelapseEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/timelapses", async (TimelapseStore store, TimelapseShapes shapes, CancellationToken cancellation) =>
            {
                var list = new List<TimelapseShape>();
                foreach (var run in await store.ListAsync(limit: 100, cancellation))
                {
                    list.Add(await shapes.OfAsync(run, cancellation));
                }

                return Results.Json(new TimelapseListShape(list), ApiJson.Default.TimelapseListShape);
            })
            .Produces<TimelapseListShape>().WithSummary("The newest 100 timelapses, newest first");
        api.MapPost("/timelapses", AddAsync).Produces<TimelapseShape>(202).WithSummary("Asks for a timelapse; follow it by its id or on /live");
        api.MapGet("/timelapses/{id:guid}", async (Guid id, TimelapseStore store, TimelapseShapes shapes, CancellationToken cancellation) =>
                await shapes.AnswerAsync(await store.FindAsync(id, cancellation), cancellation))
            .Produces<TimelapseShape>().WithSummary("A timelapse");
        api.MapPost("/timelapses/{id:guid}/cancel", async (Guid id, TimelapseStore store, TimelapseShapes shapes, CancellationToken cancellation) =>
                await shapes.AnswerAsync(await store.CancelAsync(id, cancellation), cancellation))
            .Produces<TimelapseShape>().WithSummary("Calls a timelapse off; one that has ended stays as it is");
    }

    private static async Task<IResult> AddAsync(TimelapseRequestShape body, TimelapseReading reading, TimelapseStore store, TimelapseShapes shapes, DiskWatch disk, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var (request, refused) = await reading.ReadAsync(body, body.From, body.To, cancellation);
        if (request is null)
        {
            return refused!;
        }

        // Taken now it would wait for space, and its maker with it, who can do something about that.
        disk.Look();
        if (disk.Refusal(DiskLevel.Low) is { } full)
        {
            return Problems.From(full);
        }

        if (!(await store.AddAsync(request, cancellation)).TryGet(out var run, out var failure))
        {
            return Problems.From(failure);
        }

        context.Response.Headers.Location = $"/api/v1/timelapses/{run.Id}";
        return Results.Json(await shapes.OfAsync(run, cancellation), ApiJson.Default.TimelapseShape, statusCode: 202);
    }
}

/// <summary>Reads what is asked for of a timelapse, against the sources and assets that there are.</summary>
public sealed class TimelapseReading(SourceStore sources, FrameIndex frames, AssetStore assets)
{
    /// <summary>The request; null, with what to answer, where it cannot be one.</summary>
    public async Task<(TimelapseRequest? Request, IResult? Refused)> ReadAsync(TimelapseLookShape body, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var (request, faults) = TimelapseWords.Read(body, from, to);
        return faults.Count > 0 ? (null, Problems.From(faults)) : await SettleAsync(body, request, cancellation);
    }

    /// <summary>Completes what was read of a body by what its sources and assets are.</summary>
    public async Task<(TimelapseRequest? Request, IResult? Refused)> SettleAsync(TimelapseLookShape body, TimelapseRequest request, CancellationToken cancellation)
    {
        Source? first = null;
        foreach (var source in body.Sources)
        {
            // The frames of a source that is not captured any more are still there.
            if (!(await sources.FindAsync(source, cancellation)).TryGet(out var found, out var missing) && (await frames.TotalsAsync(source, cancellation)).Frames == 0)
            {
                return (null, Problems.From(missing));
            }

            first ??= source == body.Sources[0] ? found : null;
        }

        if (!TimelapseWords.At(request, first, body.Daylight).TryGet(out var settled, out var nowhere))
        {
            return (null, Problems.From([("daylight", nowhere)]));
        }

        return body.Sidebar is { } sidebar && (await assets.FindAsync(sidebar, cancellation)).Failed(out var noSidebar) ? (null, Problems.From(noSidebar)) : (settled, null);
    }
}

/// <summary>Puts together what the API says of a timelapse.</summary>
public sealed class TimelapseShapes(AssetStore assets)
{
    public async Task<IResult> AnswerAsync(Result<TimelapseRun> found, CancellationToken cancellation) =>
        found.TryGet(out var run, out var failure) ? Results.Json(await OfAsync(run, cancellation), ApiJson.Default.TimelapseShape) : Problems.From(failure);

    public async Task<TimelapseShape> OfAsync(TimelapseRun run, CancellationToken cancellation)
    {
        var (request, progress) = (run.Request, run.Progress);
        var asset = run.Asset is { } id && (await assets.FindAsync(id, cancellation)).TryGet(out var found, out _) ? AssetEndpoints.Shape(found) : null;
        return new TimelapseShape(run.Id, request.Sources, request.From, request.To, TimelapseWords.Of(request.Layout), request.Fps, request.Crop, request.Sidebar,
            run.State, run.CreatedAt, run.StartedAt, run.EndedAt,
            progress is null ? null : new ProgressShape(Text(progress.Stage), progress.Frames, progress.Total, progress.Fraction, progress.SecondsLeft),
            asset, run.Failure is null ? null : new FailureShape(run.Failure.Kind, run.Failure.Code, run.Failure.Message, run.Failure.Mend))
        {
            Asked = TimelapseWords.Look(request),
            LeftOut = run.LeftOut,
        };
    }

    private static string Text(TimelapseStage stage) => stage == TimelapseStage.Verifying ? "verifying" : "encoding";
}
