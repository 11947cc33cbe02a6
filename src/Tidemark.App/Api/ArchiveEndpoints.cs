using Tidemark.Archive;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.App.Api;

/// <summary>Whether the archive is whole: seals, copies, damage, and the work on it.</summary>
public static class ArchiveEndpoints
{
    private const int MostDamage = 100, MostSeals = 400;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/archive", StateAsync).Produces<ArchiveShape>().WithSummary("How sealing, the second copy and the reading of everything stand; what is damaged");
        api.MapGet("/sources/{id}/seals", SealsAsync).Produces<SealListShape>().WithSummary("A source's sealed days, newest first, at most 400");
        api.MapPost("/archive/work", Begin).Produces<ArchiveWorkShape>(202).WithSummary("Begins to seal, copy, verify or check; one at a time");
        api.MapGet("/archive/work/{id:guid}", (Guid id, ArchiveWorks works, TimeProvider time) => Answer(works.Find(id), time)).Produces<ArchiveWorkShape>().WithSummary("How far that is, and what it found");
        api.MapDelete("/archive/work/{id:guid}", async (Guid id, ArchiveWorks works, TimeProvider time) => Answer(await works.CancelAsync(id), time)).Produces<ArchiveWorkShape>()
            .WithSummary("Calls it off; what is done stays");
    }

    private static IResult Begin(ArchiveWorkRequest request, ArchiveWorks works, TimeProvider time)
    {
        var faults = new List<(string, Failure)>();
        if (!ArchiveWorkRequest.Kinds.Contains(request.Kind))
        {
            faults.Add(("kind", new Failure(FailureKind.BadInput, "kind", $"'{request.Kind}' is no work on an archive.", $"Use one of {string.Join(", ", ArchiveWorkRequest.Kinds)}.")));
        }

        if (request.Source is not null && SourceId.Check(request.Source) is { } badId)
        {
            faults.Add(("source", badId));
        }

        if (request.To <= request.From)
        {
            faults.Add(("to", new Failure(FailureKind.BadInput, "range", "The range ends before it starts.")));
        }

        if (faults.Count > 0)
        {
            return Problems.From(faults);
        }

        return works.Start(request).TryGet(out var state, out var failure)
            ? Results.Json(ArchiveWorkShape.Of(state, time.GetUtcNow()), ApiJson.Default.ArchiveWorkShape, statusCode: StatusCodes.Status202Accepted)
            : Problems.From(failure);
    }

    private static async Task<IResult> StateAsync(SealRounds rounds, ArchiveWorks works, DayStore days, TimeProvider time, CancellationToken cancellation)
    {
        var scrub = await days.ScrubAsync(DayStore.Archive, cancellation);
        var (all, done) = scrub is null ? (0, 0) : await days.BytesUpToAsync(scrub.Source, scrub.Day, cancellation);
        var (sealedDays, copiedDays) = await days.CountAsync(rounds.Copy?.Id ?? "", cancellation);
        return Results.Json(
            new ArchiveShape(
                rounds.State.Doing, rounds.State.LastRoundAt, sealedDays, copiedDays, rounds.Copy?.Root, rounds.State.CopyFailure?.ToString(), scrub?.Round ?? 0, all == 0 ? 0 : (double)done / all, scrub?.BeganAt,
                [.. (await days.DamageAsync(MostDamage, cancellation)).Select(one => new DamageShape(one.Source, Rfc3339.Day(one.Day), one.Place, one.File, one.Code, one.FoundAt))],
                [.. (rounds.After?.Failed ?? []).Select(one => new UntoldShape(one.Source, Rfc3339.Day(one.Day), one.Failure.ToString(), one.Next))],
                [.. works.All.Select(state => ArchiveWorkShape.Of(state, time.GetUtcNow()) with { Findings = [] })]),
            ApiJson.Default.ArchiveShape);
    }

    private static async Task<IResult> SealsAsync(string id, DayStore days, SealRounds rounds, CancellationToken cancellation)
    {
        if (SourceId.Check(id) is { } badId)
        {
            return Problems.From(badId);
        }

        var seals = new List<SealShape>();
        foreach (var day in await days.ListAsync(id, new TimeRange(DateTimeOffset.UnixEpoch, new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero)), MostSeals, cancellation))
        {
            var copies = rounds.Copy is null ? [] : await days.CopiesAsync(id, day.Day, cancellation);
            var damaged = await days.DamageAsync(id, day.Day, cancellation);
            seals.Add(new SealShape(Rfc3339.Day(day.Day), day.Revision, day.Frames, day.Bytes, day.SealedAt,
                copies.Values.Where(copy => copy.Revision == day.Revision).Select(copy => (DateTimeOffset?)copy.VerifiedAt).Max(), day.ToldAt, day.DeletedAt, damaged.Count));
        }

        return Results.Json(new SealListShape(seals), ApiJson.Default.SealListShape);
    }

    private static IResult Answer(Result<ArchiveWorkState> result, TimeProvider time) =>
        result.TryGet(out var state, out var failure) ? Results.Json(ArchiveWorkShape.Of(state, time.GetUtcNow()), ApiJson.Default.ArchiveWorkShape) : Problems.From(failure);
}
