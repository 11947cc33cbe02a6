using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Tests.Database;
using Tidemark.Time;

namespace Tidemark.Tests.Archive;

public sealed class CheckAndReindexTests
{
    private static readonly TimeRange All = new(DateTimeOffset.UnixEpoch, SealRig.Day.AddYears(1));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_archive_has_no_findings()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2);
        await rig.SealAsync();
        await rig.StoreAsync(3, day: 1);

        Assert.Empty(await CheckAsync(rig));
        Assert.Empty(await CheckAsync(rig, repair: true));
    }

    [Fact]
    public async Task Every_disagreement_is_named_and_what_can_be_mended_is_mended()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2, 3);
        await rig.SealAsync();
        File.Delete(rig.Place[DayFolder.FrameName(SealRig.Day.AddMinutes(1))]);
        await File.AppendAllTextAsync(rig.Place[DayFolder.FrameName(SealRig.Day.AddMinutes(2))], "x", Cancellation);
        await rig.StoreAsync(4, row: false);
        await File.WriteAllTextAsync(rig.Place["notes.txt"], "mine", Cancellation);
        File.Delete(rig.Place["SHA256SUMS"]);
        await File.WriteAllTextAsync(rig.Place["SHA256SUMS"], "", Cancellation);
        await rig.Database.WriteAsync(session => session.ExecuteAsync("update frame_totals set frames = 77", Cancellation), Cancellation);
        Directory.CreateDirectory(Path.Combine(rig.Folder.Frames, "Lost & Found"));
        string[] expected = ["file_without_row", "foreign", "foreign", "row_without_file", "sums_differ", "totals_differ", "wrong_size"];

        Assert.Equal(expected, Codes(await CheckAsync(rig)));
        Assert.Equal(expected, Codes(await CheckAsync(rig)));
        Assert.All(await CheckAsync(rig), finding => Assert.False(finding.Mended));

        var repaired = await CheckAsync(rig, repair: true);

        Assert.Equal(["file_without_row", "totals_differ"], Codes(repaired.Where(finding => finding.Mended)));
        Assert.Equal(["foreign", "foreign", "row_without_file", "wrong_size"], Codes(await CheckAsync(rig)));
        Assert.Equal("mine", await File.ReadAllTextAsync(rig.Place["notes.txt"], Cancellation));
        Assert.Equal(4, (await rig.Index.TotalsAsync("harbour", Cancellation)).Frames);
    }

    [Fact]
    public async Task A_crop_that_came_after_its_day_was_sealed_is_named_and_sealed_by_repair()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        await rig.SealAsync();
        await File.WriteAllBytesAsync(rig.Place[CropName.Of(DayFolder.FrameName(SealRig.Day.AddMinutes(1)), 2)], Picture.Jpeg(9), Cancellation);
        rig.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(["crop_not_sealed"], Codes(await CheckAsync(rig)));
        Assert.True(Assert.Single(await CheckAsync(rig, repair: true)).Mended);

        Assert.Empty(await CheckAsync(rig));
        await rig.AssertSealedAsync(2);
    }

    [Fact]
    public async Task Files_that_the_disk_does_not_give_cost_themselves_and_not_the_index()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        await rig.SealAsync();
        await rig.StoreAsync(2);
        await rig.SealAsync();
        // Too large to be read at once, for root too.
        foreach (var name in (string[])[DayFolder.ManifestName(2), DayFolder.FrameName(SealRig.Day.AddMinutes(2))])
        {
            await using var file = File.OpenWrite(rig.Place[name]);
            file.SetLength(3L << 30);
        }

        await using var empty = await Sqlite.OpenAsync(Path.Combine(rig.Folder.Root, "empty.db"));
        var store = new DayStore(empty);

        var outcome = await new Reindex(rig.Folder, new FrameIndex(empty), store, Verifier(rig, store)).RunAsync((_, _, _, _) => Task.CompletedTask, null, new ArchiveProgress(), Cancellation);

        Assert.Equal((1, 0, 1), (outcome.SealedDays, (int)outcome.Adopted, (int)outcome.Frames));
        Assert.Equal(rig.Place[DayFolder.FrameName(SealRig.Day.AddMinutes(2))], Assert.Single(outcome.Unusable));
        Assert.Equal(1, (await store.FindAsync("harbour", SealRig.Day, Cancellation))!.Revision);
    }

    [Fact]
    public async Task Damage_to_manifest_rows_and_an_unfinished_seal_is_named()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        await rig.SealAsync();
        await rig.Database.WriteAsync(session => session.ExecuteAsync("update day set packed = @packed", Cancellation, ("packed", PackedFrames.Pack(SealRig.Day, []))), Cancellation);
        Assert.Contains("packed_differs", Codes(await CheckAsync(rig)));

        await rig.Database.WriteAsync(session => session.ExecuteAsync("delete from day", Cancellation), Cancellation);
        Assert.Equal(["file_without_row", "seal_without_row", "totals_differ"], Codes(await CheckAsync(rig)));
        await CheckAsync(rig, repair: true);
        Assert.Empty(await CheckAsync(rig));
        await rig.AssertWholeAsync(1, 1);

        await File.AppendAllTextAsync(rig.Place["manifest.1.json"], " ", Cancellation);
        Assert.Equal(["manifest_differs"], Codes(await CheckAsync(rig)));
        File.Delete(rig.Place["manifest.1.json"]);
        Assert.Equal(["manifest_missing"], Codes(await CheckAsync(rig)));
    }

    [Fact]
    public async Task An_empty_database_gets_its_rows_slots_and_deletions_back()
    {
        var options = new SealOptions { Slots = (_, day, _, _) => Task.FromResult(new DaySlots(true, $$"""{"day":"{{Rfc3339.Day(day)}}"}""")) };
        await using var rig = await SealRig.MakeAsync(options: options);
        await rig.StoreAsync(1, 2);
        await rig.StoreAsync(1, day: 1);
        await rig.StoreAsync(5, day: 2);
        rig.Time.Advance(TimeSpan.FromDays(1));
        await rig.SealAsync();
        await rig.StoreAsync(3);
        await rig.SealAsync();
        await rig.SealAsync(day: 1);
        // Let go, as retention does it.
        await rig.Database.WriteAsync(session => session.ExecuteAsync("update day set deleted_at = @at, deleted_why = 'age' where day = @day", Cancellation, ("at", rig.Time.GetUtcNow()), ("day", SealRig.Day.AddDays(1))), Cancellation);
        var second = new DayFolder(rig.Folder.Archive, "harbour", SealRig.Day.AddDays(1));
        File.Delete(second[DayFolder.FrameName(SealRig.Day.AddDays(1).AddMinutes(1))]);
        await File.WriteAllTextAsync(second[DayFolder.Deleted], $$"""{"deletedAt":"{{Rfc3339.Format(rig.Time.GetUtcNow())}}","rule":"age"}""", Cancellation);
        await rig.Days.TotalsDifferAsync("harbour", mend: true, Cancellation);
        var (frames, days, totals, deleted) = (await Plain(rig.Index), await rig.Index.DaysAsync("harbour", Cancellation), await rig.Index.TotalsAsync("harbour", Cancellation), await rig.Days.FindAsync("harbour", SealRig.Day.AddDays(1), Cancellation));

        await using var empty = await Sqlite.OpenAsync(Path.Combine(rig.Folder.Root, "empty.db"));
        var (index, store) = (new FrameIndex(empty), new DayStore(empty));
        var slots = new List<string>();
        var outcome = await new Reindex(rig.Folder, index, store, Verifier(rig, store)).RunAsync((_, _, json, _) => { slots.Add(json); return Task.CompletedTask; }, null, new ArchiveProgress(), Cancellation);
        var again = await new Reindex(rig.Folder, index, store, Verifier(rig, store)).RunAsync((_, _, _, _) => Task.CompletedTask, null, new ArchiveProgress(), Cancellation);

        Assert.Equal((1, 2, 1, 5, 1, 0), (outcome.Sources, outcome.SealedDays, outcome.DeletedDays, outcome.Frames, outcome.Adopted, outcome.Kept));
        Assert.Equal((2, 0), (again.Kept, again.Adopted));
        Assert.Equal(frames, await Plain(index));
        Assert.Equal(days, await index.DaysAsync("harbour", Cancellation));
        Assert.Equal((totals.Frames, totals.Bytes), ((await index.TotalsAsync("harbour", Cancellation)).Frames, await index.BytesAsync(Cancellation)));
        Assert.Equal(["{\"day\":\"2026-11-22\"}", "{\"day\":\"2026-11-23\"}"], slots);
        Assert.Equal(deleted!.DeletedAt, (await store.FindAsync("harbour", SealRig.Day.AddDays(1), Cancellation))!.DeletedAt);
    }

    [Fact]
    public async Task A_file_of_a_day_that_was_let_go_is_named_and_one_that_came_late_is_not()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2);
        await rig.SealAsync();
        await rig.Database.WriteAsync(session => session.ExecuteAsync("update day set deleted_at = @at, deleted_why = 'age'", Cancellation, ("at", rig.Time.GetUtcNow())), Cancellation);
        File.Delete(rig.Place[DayFolder.FrameName(SealRig.Day.AddMinutes(2))]);
        await rig.StoreAsync(3);
        await rig.Days.TotalsDifferAsync("harbour", mend: true, Cancellation);

        var finding = Assert.Single(await CheckAsync(rig, repair: true));

        Assert.Equal(("file_let_go", DayFolder.FrameName(SealRig.Day.AddMinutes(1)), false), (finding.Code, finding.File, finding.Mended));
        Assert.True(File.Exists(rig.Place[finding.File]));
    }

    [Fact]
    public async Task Reindexing_that_was_cut_off_goes_on_and_ends_the_same()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2);
        await rig.StoreAsync(1, day: 1);
        await rig.SealAsync();
        await using var empty = await Sqlite.OpenAsync(Path.Combine(rig.Folder.Root, "empty.db"));
        var reindex = new Reindex(rig.Folder, new FrameIndex(empty), new DayStore(empty), Verifier(rig, new DayStore(empty)));
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var progress = new ArchiveProgress();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await cut.CancelAsync();
            await reindex.RunAsync((_, _, _, _) => Task.CompletedTask, null, progress, cut.Token);
        });

        await reindex.RunAsync((_, _, _, _) => Task.CompletedTask, null, progress, Cancellation);

        Assert.Equal(3, (await new FrameIndex(empty).TotalsAsync("harbour", Cancellation)).Frames);
    }

    [Fact]
    public async Task Copies_are_known_again_once_they_were_read_those_of_days_that_were_let_go_at_once()
    {
        await using var rig = await SealRig.MakeAsync();
        Directory.CreateDirectory(rig.CopyRoot);
        var place = new CopyPlace(rig.Folder, rig.CopyRoot);
        Assert.Null(place.Open().Failure);
        for (var day = 0; day < 3; day++)
        {
            await rig.StoreAsync(1, day: day);
        }

        rig.Time.Advance(TimeSpan.FromDays(3));
        for (var day = 0; day < 3; day++)
        {
            await rig.SealAsync(day);
            Assert.Null(await Copier(rig, rig.Days).CopyAsync(place, (await rig.Days.FindAsync("harbour", SealRig.Day.AddDays(day), Cancellation))!, null, Cancellation));
        }

        // Two were let go; the copy of one is not what it was.
        foreach (var day in (int[])[0, 1])
        {
            var gone = new DayFolder(rig.Folder.Archive, "harbour", SealRig.Day.AddDays(day));
            File.Delete(gone[DayFolder.FrameName(gone.Day.AddMinutes(1))]);
            await File.WriteAllTextAsync(gone[DayFolder.Deleted], $$"""{"deletedAt":"{{Rfc3339.Format(rig.Time.GetUtcNow())}}","rule":"age"}""", Cancellation);
        }

        await File.AppendAllTextAsync(new DayFolder(rig.CopyRoot, "harbour", SealRig.Day.AddDays(1))[DayFolder.FrameName(SealRig.Day.AddDays(1).AddMinutes(1))], "x", Cancellation);
        await using var empty = await Sqlite.OpenAsync(Path.Combine(rig.Folder.Root, "empty.db"));
        var store = new DayStore(empty);
        var reindex = new Reindex(rig.Folder, new FrameIndex(empty), store, Verifier(rig, store));

        var outcome = await reindex.RunAsync((_, _, _, _) => Task.CompletedTask, place, new ArchiveProgress(), Cancellation);

        Assert.Equal((2, 1), (outcome.DeletedDays, outcome.Copies));
        Assert.Equal(1, (await store.CopiesAsync("harbour", SealRig.Day, Cancellation))[place.Id!].Revision);
        Assert.Empty(await store.CopiesAsync("harbour", SealRig.Day.AddDays(1), Cancellation));
        // Of the day that is there the copying reads the copy, and writes nothing anew.
        Assert.Empty(await store.CopiesAsync("harbour", SealRig.Day.AddDays(2), Cancellation));
        var kept = new DayFolder(rig.CopyRoot, "harbour", SealRig.Day.AddDays(2));
        var written = File.GetLastWriteTimeUtc(kept[DayFolder.ManifestName(1)]);
        Assert.Null(await Copier(rig, store).CopyAsync(place, Assert.Single(await store.UncopiedAsync(place.Id!, null, 9, Cancellation)), null, Cancellation));
        Assert.Single(await store.CopiesAsync("harbour", kept.Day, Cancellation));
        Assert.Equal(written, File.GetLastWriteTimeUtc(kept[DayFolder.ManifestName(1)]));
    }

    private static Verifier Verifier(SealRig rig, DayStore days) => new(rig.Folder, days, rig.Holds, rig.Time, NullLogger<Verifier>.Instance);

    private static Copier Copier(SealRig rig, DayStore days) => new(rig.Folder, days, rig.Time, NullLogger<Copier>.Instance);

    private static async Task<List<(DateTimeOffset, string)>> Plain(FrameIndex index) =>
        [.. (await index.ListAsync("harbour", All, 99, newestFirst: false, Cancellation)).Select(frame => (frame.Time, Convert.ToHexString(frame.Sha256.Span)))];

    private static IEnumerable<string> Codes(IEnumerable<Finding> findings) => findings.Select(finding => finding.Code).Order(StringComparer.Ordinal);

    private static async Task<List<Finding>> CheckAsync(SealRig rig, bool repair = false)
    {
        var findings = new List<Finding>();
        await new ArchiveCheck(rig.Folder, rig.Days, rig.Sealer, rig.Time).RunAsync(null, null, All, repair, findings.Add, new ArchiveProgress(), Cancellation);
        return findings;
    }
}
