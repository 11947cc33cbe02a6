using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>What the slot store says of a day.</summary>
/// <param name="Shipped">False: it may get more still, so the day is not sealed yet.</param>
/// <param name="Json">How they ended, for the manifest; null: nothing to say.</param>
public sealed record DaySlots(bool Shipped, string? Json)
{
    public static DaySlots None { get; } = new(true, null);
}

public sealed record SealOptions
{
    /// <summary>How long after its midnight a day is sealed; and how long a file without a row is left to whoever put it there.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>True where an operator's command is to take note of each revision.</summary>
    public bool Tell { get; init; }

    /// <summary>How the slots of a source's day ended, with those that the newest manifest has.</summary>
    public Func<string, DateTimeOffset, JsonElement?, CancellationToken, Task<DaySlots>> Slots { get; init; } = (_, _, _, _) => Task.FromResult(DaySlots.None);
}

/// <summary>What sealing a day came to.</summary>
/// <param name="Revision">The newest there is; 0 where the day has none.</param>
/// <param name="New">Whether this made it.</param>
/// <param name="Adopted">Frames whose files had no row.</param>
/// <param name="Missing">Frames whose rows have no file.</param>
/// <param name="Differing">Files that are not what came in.</param>
/// <param name="Unusable">Files that are named like frames, have no row and are no whole picture: left alone.</param>
/// <param name="Waiting">Why it is not sealed yet; null where nothing is left to do.</param>
public sealed record SealOutcome(int Revision, bool New, int Adopted, IReadOnlyList<string> Missing, IReadOnlyList<string> Differing, IReadOnlyList<string> Unusable, string? Waiting);

/// <summary>
/// Seals days that are over: manifest → SHA256SUMS.N → SHA256SUMS → row (design/archive.md, "A sealed day"). A crash leaves
/// a revision that is finished at the next look; two nodes at one day write the same, and the first to give a name wins.
/// </summary>
public sealed class Sealer(DataFolder folder, DayStore days, TimeProvider time, SealOptions options, ILogger<Sealer> logger)
{
    // A revision that somebody else makes at the same time is looked at anew so often.
    private const int Looks = 4;

    /// <summary>Days that begin before this instant may be sealed now.</summary>
    public DateTimeOffset Before => TimeRange.Day(time.GetUtcNow() - options.After).Start;

    /// <summary>Seals a day, or makes a new revision where something came late; does nothing where nothing did.</summary>
    public async Task<Result<SealOutcome>> SealAsync(string source, DateTimeOffset day, ArchiveProgress? progress, CancellationToken cancellation)
    {
        try
        {
            for (var look = 1; ; look++)
            {
                if (await LookAsync(new DayFolder(folder.Archive, source, day), progress, cancellation) is { } outcome)
                {
                    return outcome;
                }

                if (look == Looks)
                {
                    return new Failure(FailureKind.Conflict, "seal_contended", $"{source} on {Rfc3339.Day(day)} was sealed by another node at the same time, again and again.");
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, folder.Archive);
        }
    }

    // Null: somebody else has made a revision meanwhile.
    private async Task<Result<SealOutcome>?> LookAsync(DayFolder place, ArchiveProgress? progress, CancellationToken cancellation)
    {
        var (content, rows) = (place.List(), await days.RowsAsync(place.Source, place.Day, cancellation));
        if (rows.Day is { DeletedAt: not null })
        {
            await SlotsDoneAsync(place, rows, cancellation);
            return new SealOutcome(rows.Day.Revision, false, 0, [], [], [], null);
        }

        if (content.Revisions.Count > 0 && content.Revisions[^1] > (rows.Day?.Revision ?? 0))
        {
            // A crash came between a manifest and its row.
            if ((await FinishAsync(place, content.Revisions[^1], cancellation)).Failed(out var damaged))
            {
                return damaged;
            }

            rows = await days.RowsAsync(place.Source, place.Day, cancellation);
        }

        var revision = rows.Day?.Revision ?? 0;
        var newest = revision > 0 && (content.Crops.Count > 0 || rows.Rows.Count > 0 || rows.SlotChanges > 0 || content.Frames.Count != rows.Packed.Count) ? Read(place, revision) : null;
        var have = rows.Packed.Select(frame => frame.Time).ToHashSet();
        var crops = newest?.Crops.Select(crop => crop.File).ToHashSet(StringComparer.Ordinal) ?? [];
        var reading = new DayReading(place, rows.Rows);
        await reading.ReadAsync([.. content.Frames.Where(frame => !have.Contains(frame.Time))], [.. content.Crops.Where(crop => !crops.Contains(crop))], time.GetUtcNow() - options.After, time.GetUtcNow(), progress, cancellation);
        var outcome = new SealOutcome(revision, false, reading.Adopted, reading.Missing(content), reading.Differing, reading.Unusable, null);
        await TellAsync(place, outcome, cancellation);
        if (reading.TooYoung)
        {
            return outcome with { Waiting = "a file came in a moment ago" };
        }

        var none = reading.Frames.Count == 0 && reading.Crops.Count == 0;
        if (none && revision > 0 && rows.SlotChanges == 0)
        {
            return outcome;
        }

        var slots = await options.Slots(place.Source, place.Day, newest?.Slots, cancellation);
        if (none && revision == 0 && slots.Json is null)
        {
            return outcome;
        }

        if (!slots.Shipped)
        {
            return outcome with { Waiting = "its slots are on their way" };
        }

        JsonElement? ended = slots.Json is null ? null : JsonElement.Parse(slots.Json);
        if (none && revision > 0 && (newest is null || ended is null || newest.Slots is { } sealedSlots && JsonElement.DeepEquals(sealedSlots, ended.Value)))
        {
            // They say what the seal says already.
            await SlotsDoneAsync(place, rows, cancellation);
            return outcome;
        }

        var manifest = new Manifest(place.Source, place.Day, revision + 1, time.GetUtcNow(), rows.Day is null ? null : Convert.ToHexStringLower(rows.Day.Manifest.Span),
            [.. rows.Packed.Concat(reading.Frames).OrderBy(frame => frame.Time)],
            [.. (newest?.Crops ?? []).Concat(reading.Crops).OrderBy(crop => crop.File, StringComparer.Ordinal)],
            ended ?? newest?.Slots);
        if (!Publish(manifest.ToJson(), place[DayFolder.ManifestName(manifest.Revision)]))
        {
            return null;
        }

        if ((await FinishAsync(place, manifest.Revision, cancellation)).Failed(out var failure))
        {
            return failure;
        }

        await SlotsDoneAsync(place, rows, cancellation);
        return outcome with { Revision = manifest.Revision, New = true };
    }

    private Task SlotsDoneAsync(DayFolder place, DayRows rows, CancellationToken cancellation) =>
        rows.SlotChanges > 0 ? days.SlotsSealedAsync(place.Source, place.Day, rows.SlotChanges, cancellation) : Task.CompletedTask;

    /// <summary>Finishes a revision whose manifest has its name: its sums, then its row. May be done again, by anybody.</summary>
    internal async Task<Result<Manifest>> FinishAsync(DayFolder place, int revision, CancellationToken cancellation)
    {
        var json = await File.ReadAllBytesAsync(place[DayFolder.ManifestName(revision)], cancellation);
        if (!Manifest.Parse(json, place.Source, place.Day).TryGet(out var manifest, out var damaged))
        {
            return damaged with { Message = $"{place[DayFolder.ManifestName(revision)]}: {damaged.Message}" };
        }

        WriteSums(place, manifest, json);
        await days.SealAsync(manifest, SHA256.HashData(json), options.Tell ? null : manifest.SealedAt, cancellation);
        return manifest;
    }

    /// <summary>Writes <c>SHA256SUMS.N</c> where it is not there, and makes it the newest.</summary>
    internal void WriteSums(DayFolder place, Manifest manifest, byte[] json)
    {
        var sums = place[DayFolder.SumsName(manifest.Revision)];
        Publish(SumsOf(manifest, json), sums);
        var temporary = Incoming();
        if (DurableFile.Link(sums, temporary) is not null)
        {
            // A file system without hard links.
            DurableFile.Write(temporary, File.ReadAllBytes(sums));
        }

        try
        {
            DurableFile.Replace(temporary, place[DayFolder.Sums]);
        }
        finally
        {
            // rename(2) does nothing where both names are one file's already.
            File.Delete(temporary);
        }
    }

    /// <summary>What <c>SHA256SUMS.N</c> says, for <c>sha256sum -c</c>.</summary>
    internal static byte[] SumsOf(Manifest manifest, ReadOnlySpan<byte> json)
    {
        var sums = new StringBuilder((manifest.Frames.Count + manifest.Crops.Count + 1) * 96);
        foreach (var file in manifest.Files)
        {
            sums.Append(Convert.ToHexStringLower(file.Sha256.Span)).Append("  ").Append(file.Name).Append('\n');
        }

        sums.Append(Convert.ToHexStringLower(SHA256.HashData(json))).Append("  ").Append(DayFolder.ManifestName(manifest.Revision)).Append('\n');
        return Encoding.ASCII.GetBytes(sums.ToString());
    }

    private bool Publish(byte[] content, string final)
    {
        var temporary = Incoming();
        try
        {
            DurableFile.Write(temporary, content);
            return DurableFile.Publish(temporary, final);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private string Incoming() => Path.Combine(folder.Incoming, Guid.CreateVersion7(time.GetUtcNow()).ToString("N") + ".part");

    // Damage to it is for verification to find; here it costs the crops and slots of a revision that is only added to.
    private static Manifest? Read(DayFolder place, int revision)
    {
        var file = place[DayFolder.ManifestName(revision)];
        return File.Exists(file) ? Manifest.Parse(File.ReadAllBytes(file), place.Source, place.Day).TryGet(out var manifest, out _) ? manifest : null : null;
    }

    private async Task TellAsync(DayFolder place, SealOutcome outcome, CancellationToken cancellation)
    {
        foreach (var (names, code) in ((IReadOnlyList<string>, string)[])[(outcome.Missing, "missing"), (outcome.Differing, "differs")])
        {
            foreach (var name in names)
            {
                await days.DamagedAsync(new Damage(place.Source, place.Day, DayStore.Archive, name, code, time.GetUtcNow()), cancellation);
                Log.Damaged(logger, place[name], code);
            }
        }

        foreach (var name in outcome.Unusable)
        {
            Log.NotAPicture(logger, place[name]);
        }
    }
}
