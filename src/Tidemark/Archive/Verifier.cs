using Microsoft.Extensions.Logging;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>Something that is wrong with the archive, or was.</summary>
/// <param name="Place"><see cref="DayStore.Archive"/>, or the id of the copy.</param>
/// <param name="File">Its name in the day's folder; empty where it is about the day itself.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">For people.</param>
/// <param name="Mended">True: it is right again.</param>
public sealed record Finding(string Source, DateTimeOffset Day, string Place, string File, string Code, string Message, bool Mended);

/// <summary>
/// Reads sealed days whole, in the archive and in the copy, and holds each file against its sum. A file that is wrong in one
/// place is put back from the other; what was there goes to <c>damaged/</c>.
/// </summary>
public sealed class Verifier(DataFolder folder, DayStore days, Holds holds, TimeProvider time, ILogger<Verifier> logger)
{
    /// <summary>Reads one day.</summary>
    /// <param name="copy">Null: there is none, or it is away.</param>
    /// <param name="atOnce">How many files are read at a time.</param>
    public async Task<IReadOnlyList<Finding>> VerifyAsync(string source, DateTimeOffset day, CopyPlace? copy, int atOnce, bool fromDisk, ArchiveProgress? progress, CancellationToken cancellation)
    {
        var rows = await days.RowsAsync(source, day, cancellation);
        var here = new DayFolder(folder.Archive, source, day);
        var findings = new List<Finding>();
        // What is not sealed yet is held against its rows.
        var loose = rows.Rows.Select(row => new SealedFile(DayFolder.FrameName(row.Time), row.Bytes, row.Sha256)).ToList();
        if (rows.Day is not { } now)
        {
            var state = await SealedFiles.ReadAsync(here, loose, atOnce, fromDisk, progress, cancellation);
            await NoteAsync(state, here, DayStore.Archive, null, null, findings, cancellation);
            return findings;
        }

        var copied = copy is { Id: { } id } && (await days.CopiesAsync(source, day, cancellation)).TryGetValue(id, out var made) && made.Revision == now.Revision;
        var there = copied ? new DayFolder(copy!.Root, source, day) : null;
        DayFolder[] places = there is null ? [here] : [here, there];
        var inArchive = await SealedFiles.ReadAsync(here, [.. SealedFiles.Of(now, rows.Packed, places), .. loose], atOnce, fromDisk, progress, cancellation);
        // A rule may have let it go since its rows were read: what is gone then is not to be put back.
        await using var hold = inArchive.Wrong.Count > 0 && now.DeletedAt is null ? await holds.TakeAsync(source, TimeRange.Day(day), "verification", cancellation) : null;
        if (hold is { Gone.Count: > 0 })
        {
            return await VerifyAsync(source, day, copy, atOnce, fromDisk, progress, cancellation);
        }

        // Of a day that was let go, the copy has everything still.
        var inCopy = there is null ? null : await SealedFiles.ReadAsync(there, SealedFiles.Of(now with { DeletedAt = null }, rows.Packed, places), atOnce, fromDisk, progress, cancellation);
        await NoteAsync(inArchive, here, DayStore.Archive, inCopy is null ? null : (there!, inCopy), folder.Incoming, findings, cancellation);
        if (inCopy is not null)
        {
            await NoteAsync(inCopy, there!, copy!.Id!, (here, inArchive), copy.Incoming, findings, cancellation);
            if (findings.Exists(finding => finding.Place == copy.Id && !finding.Mended))
            {
                await days.UncopyAsync(copy.Id!, source, day, cancellation);
            }
            else
            {
                await days.CopiedAsync(copy.Id!, now, time.GetUtcNow(), cancellation);
            }
        }

        return findings;
    }

    /// <summary>Reads what a place holds of a sealed day; where all of it is right, it is a verified copy from now on. For rows that were lost, not the files.</summary>
    /// <returns>Whether it is.</returns>
    public async Task<bool> RecogniseAsync(SealedDay day, CopyPlace copy, ArchiveProgress? progress, CancellationToken cancellation)
    {
        var there = new DayFolder(copy.Root, day.Source, day.Day);
        if (!Directory.Exists(there.Folder))
        {
            return false;
        }

        var rows = await days.RowsAsync(day.Source, day.Day, cancellation);
        // Of a day that was let go, the copy has everything still.
        var files = SealedFiles.Of(day with { DeletedAt = null }, rows.Packed, new DayFolder(folder.Archive, day.Source, day.Day), there);
        var right = (await SealedFiles.ReadAsync(there, files, atOnce: 2, fromDisk: true, progress, cancellation)).Wrong.Count == 0;
        if (right)
        {
            await days.CopiedAsync(copy.Id!, day, time.GetUtcNow(), cancellation);
        }

        return right;
    }

    private async Task NoteAsync(PlaceState state, DayFolder place, string placeId, (DayFolder Place, PlaceState State)? other, string? incoming, List<Finding> findings, CancellationToken cancellation)
    {
        foreach (var known in await days.DamageAsync(place.Source, place.Day, cancellation))
        {
            if (known.Place == placeId && state.Right.Any(file => file.Name == known.File))
            {
                await days.MendedAsync(known.Source, known.Day, known.Place, known.File, cancellation);
            }
        }

        foreach (var (file, code) in state.Wrong)
        {
            await days.DamagedAsync(new Damage(place.Source, place.Day, placeId, file.Name, code, time.GetUtcNow()), cancellation);
            Log.Damaged(logger, place[file.Name], code);
            var mended = other is { } good && good.State.Right.Any(right => right.Name == file.Name) && Mend(file, good.Place, place, incoming!, cancellation);
            if (mended)
            {
                await days.MendedAsync(place.Source, place.Day, placeId, file.Name, cancellation);
                Log.Mended(logger, place[file.Name]);
            }

            findings.Add(new Finding(place.Source, place.Day, placeId, file.Name, code,
                $"{place[file.Name]} {Word(code)}{(mended ? "; it was put back from the other copy" : other is null ? ", and there is no verified copy to put it back from" : ", and the other copy could not help")}.", mended));
        }
    }

    private bool Mend(SealedFile file, DayFolder from, DayFolder to, string incoming, CancellationToken cancellation)
    {
        try
        {
            return SealedFiles.Put(file, from[file.Name], to, incoming, null, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.DayFailed(logger, "mending", to.Source, Rfc3339.Day(to.Day), DiskFailures.Map(error, to.Root).ToString());
            return false;
        }
    }

    internal static string Word(string code) => code switch
    {
        "missing" => "is not there",
        "differs" => "is not what was archived",
        _ => "cannot be read",
    };
}
