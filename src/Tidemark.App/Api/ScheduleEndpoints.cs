using Tidemark.Sources;
using Tidemark.Timelapse;

namespace Tidemark.App.Api;

/// <summary>Timelapses that are made again and again: listed, set, made now.</summary>
public static class ScheduleEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/timelapse-schedules", async (ScheduleShapes shapes, CancellationToken cancellation) => Results.Json(await shapes.AllAsync(cancellation), ApiJson.Default.ScheduleListShape))
            .Produces<ScheduleListShape>().WithSummary("Recurring timelapses, by name");
        api.MapGet("/timelapse-schedules/{name}", async (string name, TimelapseSchedules schedules, ScheduleShapes shapes, CancellationToken cancellation) =>
                (await schedules.FindAsync(name, cancellation)).TryGet(out var schedule, out var failure) ? await shapes.AnswerAsync(schedule, 200, cancellation) : Problems.From(failure))
            .Produces<ScheduleShape>().WithSummary("A recurring timelapse");
        api.MapPut("/timelapse-schedules/{name}", PutAsync).Produces<ScheduleShape>(201).Produces<ScheduleShape>()
            .WithSummary("Makes a recurring timelapse (201), or changes the one of that name (200), from its next turn on");
        api.MapDelete("/timelapse-schedules/{name}", async (string name, TimelapseSchedules schedules, CancellationToken cancellation) =>
                await schedules.RemoveAsync(name, cancellation) is { } failure ? Problems.From(failure) : Results.NoContent())
            .Produces(204).WithSummary("Makes no more of it; what was made stays");
        api.MapPost("/timelapse-schedules/{name}/run", async (string name, TimelapseSchedules schedules, TimelapseShapes shapes, CancellationToken cancellation) =>
                (await schedules.RunAsync(name, cancellation)).TryGet(out var run, out var failure) ? Results.Json(await shapes.OfAsync(run, cancellation), ApiJson.Default.TimelapseShape, statusCode: 202) : Problems.From(failure))
            .Produces<TimelapseShape>(202).WithSummary("Makes the latest now, whether or not it was made before");
    }

    private static async Task<IResult> PutAsync(string name, ScheduleRequest body, TimelapseReading reading, SourceStore sources, OutputFolders folders, TimelapseSchedules schedules, ScheduleShapes shapes, TimeProvider time, CancellationToken cancellation)
    {
        // The range is each turn's own; any will do to see whether the rest can be made.
        var faults = new List<(string Field, Failure Failure)>();
        var every = TimelapseWords.Word<ScheduleEvery>("every", body.Every, faults);
        var (now, zone) = (time.GetUtcNow(), body.Zone);
        zone ??= body.Timelapse.Sources is [var first, ..] && (await sources.FindAsync(first, cancellation)).TryGet(out var source, out _) ? source.Config.Zone : null;
        var (request, unusable) = TimelapseWords.Read(body.Timelapse, now, now.AddDays(1));
        var schedule = new TimelapseSchedule(name, every, body.Days, zone ?? "UTC", body.Folder, body.Paused, request, now);
        faults.AddRange(schedule.Check());
        faults.AddRange(unusable.Select(fault => ($"timelapse.{fault.Field}", fault.Failure)));
        if (body.Folder is { } folder && folders.Refusal(folder) is { } refusal)
        {
            faults.Add(("folder", refusal));
        }

        if (faults.Count > 0)
        {
            return Problems.From(faults);
        }

        var (settled, refused) = await reading.SettleAsync(body.Timelapse, request, cancellation);
        if (settled is null)
        {
            return refused!;
        }

        var (kept, made) = await schedules.PutAsync(schedule with { Request = settled }, cancellation);
        return await shapes.AnswerAsync(kept, made ? 201 : 200, cancellation);
    }
}

/// <summary>Puts together what the API says of recurring timelapses.</summary>
public sealed class ScheduleShapes(TimelapseSchedules schedules, TimelapseStore timelapses, TimelapseShapes shapes, TimeProvider time)
{
    public async Task<ScheduleListShape> AllAsync(CancellationToken cancellation)
    {
        var last = await timelapses.LastOfSchedulesAsync(cancellation);
        var all = new List<ScheduleShape>();
        foreach (var schedule in await schedules.ListAsync(cancellation))
        {
            all.Add(await OfAsync(schedule, last.GetValueOrDefault(schedule.Name), cancellation));
        }

        return new ScheduleListShape(all);
    }

    public async Task<IResult> AnswerAsync(TimelapseSchedule schedule, int status, CancellationToken cancellation) => Results.Json(
        await OfAsync(schedule, (await timelapses.LastOfSchedulesAsync(cancellation)).GetValueOrDefault(schedule.Name), cancellation), ApiJson.Default.ScheduleShape, statusCode: status);

    private async Task<ScheduleShape> OfAsync(TimelapseSchedule schedule, TimelapseRun? last, CancellationToken cancellation) => new(
        schedule.Name, TimelapseWords.Of(schedule.Every), schedule.Days, schedule.Zone, schedule.Folder, schedule.Paused, TimelapseWords.Look(schedule.Request), schedule.CreatedAt,
        schedule.Paused ? null : schedule.Due(time.GetUtcNow()).End, last is null ? null : await shapes.OfAsync(last, cancellation));
}
