namespace Tidemark.App.Api;

/// <summary>Slots of a source and how they ended.</summary>
public static class SlotEndpoints
{
    private const int MostRuns = 50_000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/sources/{id}/slots", ListAsync).Produces<SlotListShape>()
            .WithSummary("Every slot of a range [from, to) that is over and how it ended, in stretches; without a range, of the last 24 hours");
        api.MapGet("/sources/{id}/slots/days", DaysAsync).Produces<SlotDayListShape>()
            .WithSummary("How the slots of a range [from, to) ended, counted by UTC day");
    }

    private static async Task<IResult> ListAsync(string id, string? from, string? to, SlotReader reader, CancellationToken cancellation)
    {
        var (report, problem) = await reader.ReadAsync(id, from, to, cancellation);
        if (report is null)
        {
            return problem!;
        }

        return report.Runs.Count > MostRuns
            ? Problems.From(new Failure(FailureKind.BadInput, "too_many_runs", $"There are {report.Runs.Count:#,0} stretches of slots in that range; {MostRuns:#,0} are listed at most.", "Ask for a shorter range, or for its days."))
            : Results.Json(SlotShapes.List(report), ApiJson.Default.SlotListShape);
    }

    private static async Task<IResult> DaysAsync(string id, string? from, string? to, SlotReader reader, CancellationToken cancellation)
    {
        var (report, problem) = await reader.ReadAsync(id, from, to, cancellation);
        return report is null ? problem! : Results.Json(SlotShapes.Days(report), ApiJson.Default.SlotDayListShape);
    }
}
