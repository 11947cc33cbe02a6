using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.App.Api;

/// <summary>What is to be done to the archive as a whole.</summary>
/// <param name="Kind"><c>seal</c>, <c>copy</c>, <c>verify</c> or <c>check</c>.</param>
/// <param name="Source">Only this one; null: all.</param>
/// <param name="From">Days that begin at or after this; null: from the first on.</param>
/// <param name="To">Days that begin before this; null: to the last.</param>
/// <param name="Repair">check: mends what can be mended.</param>
/// <param name="Anew">copy: whatever was the second copy before, from now on it is what lies there now.</param>
public sealed record ArchiveWorkRequest(string Kind, string? Source = null, DateTimeOffset? From = null, DateTimeOffset? To = null, bool Repair = false, bool Anew = false)
{
    public static IReadOnlyList<string> Kinds { get; } = ["seal", "copy", "verify", "check"];

    public TimeRange Range => new(From ?? DateTimeOffset.UnixEpoch, To is { } to && to > (From ?? DateTimeOffset.UnixEpoch) ? to : new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero));
}

/// <summary>How far such a piece of work has come, and what it found.</summary>
public sealed class ArchiveRun(ArchiveWorkRequest request)
{
    // More than anybody reads; the number says how many there were.
    private const int MostKept = 10_000;

    private readonly List<Finding> findings = [];

    public ArchiveWorkRequest Request => request;

    public ArchiveProgress Progress { get; } = new();

    /// <summary>Days that were sealed, copied or read.</summary>
    public int Days { get; set; }

    /// <summary>How many disagreements there were; the first ten thousand are kept.</summary>
    public int Found { get; private set; }

    public int Mended { get; private set; }

    public IReadOnlyList<Finding> Findings
    {
        get
        {
            lock (findings)
            {
                return [.. findings];
            }
        }
    }

    public void Add(Finding finding)
    {
        lock (findings)
        {
            Found++;
            Mended += finding.Mended ? 1 : 0;
            if (findings.Count < MostKept)
            {
                findings.Add(finding);
            }
        }
    }
}

/// <summary>Does it: the same in a running node and, where none runs, in the command.</summary>
public sealed class ArchiveWork(DayStore days, Sealer sealer, Copier copier, Verifier verifier, ArchiveCheck check, SecondCopy copy)
{
    private const int PageSize = 200;

    public Task<Failure?> RunAsync(ArchiveRun run, CancellationToken cancellation) => run.Request.Kind switch
    {
        "seal" => SealAsync(run, cancellation),
        "copy" => CopyAsync(run, cancellation),
        "verify" => VerifyAsync(run, cancellation),
        _ => CheckAsync(run, cancellation),
    };

    private async Task<Failure?> SealAsync(ArchiveRun run, CancellationToken cancellation)
    {
        Failure? last = null;
        var open = (await days.OpenAsync(sealer.Before, cancellation)).FindAll(day => Wanted(run, day.Source, day.Day));
        run.Progress.Expect(open.Count, 0);
        foreach (var (source, day) in open)
        {
            run.Progress.Stage = $"{source} {Rfc3339.Day(day)}";
            if ((await sealer.SealAsync(source, day, null, cancellation)).TryGet(out var outcome, out var failure))
            {
                run.Days += outcome.New ? 1 : 0;
                foreach (var (names, code) in ((IReadOnlyList<string>, string)[])[(outcome.Missing, "missing"), (outcome.Differing, "differs"), (outcome.Unusable, "unusable")])
                {
                    foreach (var name in names)
                    {
                        run.Add(new Finding(source, day, DayStore.Archive, name, code, $"{source} {Rfc3339.Day(day)} {name} is {code}.", false));
                    }
                }
            }
            else
            {
                last = failure;
            }

            run.Progress.Done();
        }

        return last;
    }

    private async Task<Failure?> CopyAsync(ArchiveRun run, CancellationToken cancellation)
    {
        if (copy.Place is not { } place)
        {
            return new Failure(FailureKind.BadInput, "no_copy", "No second copy is configured.", "Set 'archive.copy' to a folder on another disk.");
        }

        var opened = run.Request.Anew ? await place.OpenAnewAsync(here => days.ForgetOtherCopiesAsync(here, cancellation)) : place.Open();
        if (!opened.TryGet(out var id, out var away))
        {
            return away;
        }

        Failure? last = null;
        (string, DateTimeOffset)? at = null;
        while (await days.UncopiedAsync(id, at, PageSize, cancellation) is { Count: > 0 } page)
        {
            run.Progress.Expect(page.Sum(day => day.Frames), page.Sum(day => day.Bytes));
            foreach (var day in page.Where(day => Wanted(run, day.Source, day.Day)))
            {
                run.Progress.Stage = $"{day.Source} {Rfc3339.Day(day.Day)}";
                if (await copier.CopyAsync(place, day, run.Progress, cancellation) is not { } failure)
                {
                    run.Days++;
                }
                else if (failure.Kind == FailureKind.Verification)
                {
                    last = failure;
                    run.Add(new Finding(day.Source, day.Day, DayStore.Archive, "", failure.Code, failure.Message, false));
                }
                else
                {
                    return failure;
                }
            }

            at = (page[^1].Source, page[^1].Day);
        }

        return last;
    }

    private async Task<Failure?> VerifyAsync(ArchiveRun run, CancellationToken cancellation)
    {
        var place = copy.Place;
        var away = place?.Open().Failure;
        var (files, bytes) = await days.SizeAsync(run.Request.Source, run.Request.Range, cancellation);
        var places = place is null || away is not null ? 1 : 2;
        run.Progress.Expect(files * places, bytes * places);
        foreach (var source in run.Request.Source is { } one ? [one] : await days.SourcesAsync(cancellation))
        {
            foreach (var day in (await days.DaysAsync(source, cancellation)).Concat(await days.OpenDaysAsync(source, cancellation)).Distinct().Where(run.Request.Range.Contains).Order())
            {
                run.Progress.Stage = $"{source} {Rfc3339.Day(day)}";
                foreach (var finding in await verifier.VerifyAsync(source, day, away is null ? place : null, Environment.ProcessorCount, fromDisk: false, run.Progress, cancellation))
                {
                    run.Add(finding);
                }

                run.Days++;
            }
        }

        return away;
    }

    private async Task<Failure?> CheckAsync(ArchiveRun run, CancellationToken cancellation)
    {
        var away = copy.Place?.Open().Failure;
        await check.RunAsync(away is null ? copy.Place : null, run.Request.Source, run.Request.Range, run.Request.Repair, run.Add, run.Progress, cancellation);
        return away;
    }

    private static bool Wanted(ArchiveRun run, string source, DateTimeOffset day) => (run.Request.Source is null || run.Request.Source == source) && run.Request.Range.Contains(day);
}
