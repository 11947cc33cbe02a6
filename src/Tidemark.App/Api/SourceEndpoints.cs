using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary>Sources: list, add, test, pause, remove.</summary>
public static class SourceEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/sources", async (SourceShapes shapes, CancellationToken cancellation) => Results.Json(new SourceListShape(await shapes.AllAsync(cancellation)), ApiJson.Default.SourceListShape))
            .Produces<SourceListShape>().WithSummary("Lists the sources");
        api.MapPost("/sources", AddAsync).Produces<SourceShape>(201).WithSummary("Adds a source; it is polled at once");
        api.MapPost("/sources/test", TestAsync).Produces<SourceTestShape>().WithSummary("Tries a source step by step, without adding it");
        api.MapGet("/sources/{id}", (string id, SourceShapes shapes, CancellationToken cancellation) => shapes.AnswerAsync(id, cancellation))
            .Produces<SourceShape>().WithSummary("A source");
        api.MapPut("/sources/{id}", ChangeAsync).Produces<SourceShape>().WithSummary("Changes how a source is captured, from now on");
        api.MapDelete("/sources/{id}", async (string id, SourceStore sources, CancellationToken cancellation) => await sources.RemoveAsync(id, cancellation) is { } failure ? Problems.From(failure) : Results.NoContent())
            .Produces(204).WithSummary("Stops capturing a source; its frames stay in the archive");
        api.MapPost("/sources/{id}/pause", (string id, SourceStore sources, SourceShapes shapes, CancellationToken cancellation) => SetPausedAsync(id, true, sources, shapes, cancellation))
            .Produces<SourceShape>().WithSummary("Pauses a source");
        api.MapPost("/sources/{id}/resume", (string id, SourceStore sources, SourceShapes shapes, CancellationToken cancellation) => SetPausedAsync(id, false, sources, shapes, cancellation))
            .Produces<SourceShape>().WithSummary("Resumes a paused source; it is polled at once");
        api.MapPost("/sources/{id}/trust", TrustAsync).Produces<SourceShape>().WithSummary("Forgets which certificates the source's own devices showed: the next ones are remembered");
        api.MapPost("/sources/{id}/poll", PollAsync).Produces<SourceShape>().WithSummary("Polls a source now");
        api.MapPost("/sources/{id}/test", async (string id, SourceStore sources, SourceTest test, OutsideClients clients, CancellationToken cancellation) =>
                (await sources.FindAsync(id, cancellation)).TryGet(out var source, out var failure) ? Steps(await test.RunAsync(source.Config, clients.PinsOf(source), cancellation)) : Problems.From(failure))
            .Produces<SourceTestShape>().WithSummary("Tries a source step by step: name, connection, answer, image");
    }

    private static async Task<IResult> AddAsync(SourceRequest request, SourceStore sources, SourceShapes shapes, DataFolder data, CancellationToken cancellation)
    {
        var config = request.Config();
        var faults = Faults(config, data);
        if (SourceId.Check(request.Id) is { } badId)
        {
            faults.Insert(0, ("id", badId));
        }

        if (faults.Count > 0)
        {
            return Problems.From(faults);
        }

        return (await sources.AddAsync(request.Id, config, cancellation)).TryGet(out var source, out var failure)
            ? Results.Json(await shapes.OfAsync(source, cancellation), ApiJson.Default.SourceShape, statusCode: 201)
            : Problems.From(failure);
    }

    private static async Task<IResult> ChangeAsync(string id, SourceSettings settings, SourceStore sources, SourceShapes shapes, DataFolder data, CancellationToken cancellation)
    {
        List<(string Field, Failure Failure)> faults = [];
        var changed = await sources.ChangeAsync(id, source =>
        {
            var config = settings.Config(source.Config.Kind);
            faults = Faults(config, data);
            return faults.Count > 0 ? faults[0].Failure
                : settings.Revision is { } seen && seen != source.Revision ? new Failure(FailureKind.Conflict, "source_changed", $"'{id}' was changed meanwhile: it is at revision {source.Revision}, not at {seen}.", "Look at it again, then change it.")
                : source with { Config = config with { TrustedAt = source.Config.TrustedAt } };
        }, cancellation);
        return faults.Count > 0 ? Problems.From(faults)
            : changed.TryGet(out var source, out var failure) ? Results.Json(await shapes.OfAsync(source, cancellation), ApiJson.Default.SourceShape)
            : Problems.From(failure);
    }

    private static async Task<IResult> TestAsync(SourceTestRequest request, SourceTest test, DataFolder data, CancellationToken cancellation)
    {
        var config = request.Config();
        var faults = Faults(config, data);
        return faults.Count > 0 ? Problems.From(faults) : Steps(await test.RunAsync(config, null, cancellation));
    }

    private static List<(string Field, Failure Failure)> Faults(SourceConfig config, DataFolder data) =>
        config.CheckFolder([data.Root, data.Archive]) is { } fault ? [.. config.Check(), fault] : [.. config.Check()];

    private static IResult Steps(IReadOnlyList<SourceTestStep> steps) => Results.Json(new SourceTestShape(steps.All(step => step.Ok), steps), ApiJson.Default.SourceTestShape);

    private static async Task<IResult> SetPausedAsync(string id, bool paused, SourceStore sources, SourceShapes shapes, CancellationToken cancellation) =>
        (await sources.SetPausedAsync(id, paused, cancellation)).TryGet(out var source, out var failure)
            ? Results.Json(await shapes.OfAsync(source, cancellation), ApiJson.Default.SourceShape)
            : Problems.From(failure);

    private static async Task<IResult> TrustAsync(string id, SourceStore sources, SourceShapes shapes, TimeProvider time, CancellationToken cancellation) =>
        (await sources.ChangeAsync(id, source => source with { Config = source.Config with { TrustedAt = time.GetUtcNow() } }, cancellation)).TryGet(out var source, out var failure)
            ? Results.Json(await shapes.OfAsync(source, cancellation), ApiJson.Default.SourceShape)
            : Problems.From(failure);

    private static async Task<IResult> PollAsync(string id, SourceStore sources, Poller poller, SourceShapes shapes, CancellationToken cancellation)
    {
        if (!(await sources.FindAsync(id, cancellation)).TryGet(out var source, out var failure))
        {
            return Problems.From(failure);
        }

        return poller.PollNow(id)
            ? Results.Json(await shapes.OfAsync(source, cancellation), ApiJson.Default.SourceShape)
            : Problems.From(source.Paused
                ? new Failure(FailureKind.Conflict, "source_paused", $"'{id}' is paused.", $"Resume it first: tidemark source resume {id}")
                : new Failure(FailureKind.Conflict, "captured_elsewhere", "This node does not capture.", "Ask the node with the role 'capture'; it polls by the clock anyway."));
    }
}

/// <summary>Puts together what the API says of a source.</summary>
public sealed class SourceShapes(SourceStore sources, FrameIndex frames, Poller poller, ConditionStore conditions, QuarantineStore quarantine, TimeProvider time)
{
    private const int NextSlots = 3;

    // Three slots may pass without a frame; the fourth says that it is late.
    private const int SlotsUntilLate = 4;

    public async Task<IReadOnlyList<SourceShape>> AllAsync(CancellationToken cancellation)
    {
        var statuses = await sources.StatusesAsync(cancellation);
        var totals = await frames.TotalsAsync(cancellation);
        var matters = (await conditions.ListAsync(cancellation)).ToLookup(condition => condition.Source, StringComparer.Ordinal);
        var quarantined = await quarantine.CountsAsync(cancellation);
        var shapes = new List<SourceShape>();
        foreach (var source in await sources.ListAsync(cancellation))
        {
            shapes.Add(Of(source, statuses.GetValueOrDefault(source.Id), totals.GetValueOrDefault(source.Id, FrameTotals.None)) with { Conditions = Shapes(matters[source.Id]), Quarantined = quarantined.GetValueOrDefault(source.Id) });
        }

        return shapes;
    }

    public async Task<IResult> AnswerAsync(string id, CancellationToken cancellation) =>
        (await sources.FindAsync(id, cancellation)).TryGet(out var source, out var failure)
            ? Results.Json(await OfAsync(source, cancellation), ApiJson.Default.SourceShape)
            : Problems.From(failure);

    public async Task<SourceShape> OfAsync(Source source, CancellationToken cancellation) =>
        Of(source, await sources.StatusAsync(source.Id, cancellation), await frames.TotalsAsync(source.Id, cancellation)) with
        {
            Conditions = Shapes((await conditions.ListAsync(cancellation)).Where(condition => condition.Source == source.Id)),
            Quarantined = await quarantine.CountAsync(source.Id, cancellation),
        };

    private static List<ConditionShape> Shapes(IEnumerable<SourceCondition> conditions) => [.. conditions.Select(condition => new ConditionShape(condition.Code, condition.Since, condition.Message, ConditionCode.Mend(condition.Code)))];

    // What the poller knows is newer than what the database could note of it.
    private SourceShape Of(Source source, SourceStatus? noted, FrameTotals totals)
    {
        var (config, status) = (source.Config, poller.StatusOf(source.Id) ?? noted);
        return new SourceShape(source.Id, config.Kind, config.Url, config.EverySeconds, config.Index, config.AllowedHosts, config.PrivateNetwork,
            config.Zone, config.Window, config.Daylight, config.JitterSeconds, config.ExpectedFrames,
            config.Folder, config.NamePattern, config.KeepFiles, config.TimeFrom, config.Crops, config.KeepDays, config.KeepBytes, source.Revision, source.Paused, source.CreatedAt, totals.Frames, totals.Bytes, totals.Newest is null ? null : FrameEndpoints.Shape(totals.Newest), LateAt(source, totals.Newest),
            new SourceStatusShape(status?.Outcome, status?.At, status?.Message, poller.NextAt(source.Id), status?.Failures ?? 0), [.. Slots(source, time.GetUtcNow()).Take(NextSlots)]);
    }

    private static DateTimeOffset? LateAt(Source source, Frame? newest) =>
        newest is null ? null : Slots(source, newest.Time).Skip(SlotsUntilLate - 1).Select(slot => (DateTimeOffset?)slot).FirstOrDefault();

    private static IEnumerable<DateTimeOffset> Slots(Source source, DateTimeOffset after)
    {
        var schedule = source.Config.Schedule(source.Id);
        for (var slot = source.Paused ? null : schedule.Next(after); slot is { } next; slot = schedule.Next(next))
        {
            yield return next;
        }
    }
}
