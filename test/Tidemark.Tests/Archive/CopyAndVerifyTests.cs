using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;

namespace Tidemark.Tests.Archive;

public sealed class CopyAndVerifyTests
{
    private static readonly string First = DayFolder.FrameName(SealRig.Day.AddMinutes(1));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_is_the_same_folder_under_another_root_and_counts_once_it_was_read_back()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2);
        await rig.SealAsync();
        var place = Place(rig);

        Assert.Null(await CopyAsync(rig, place));

        var there = new DayFolder(place.Root, "harbour", SealRig.Day);
        Assert.Equal(Directory.EnumerateFiles(rig.Place.Folder).Select(Path.GetFileName).Order(), Directory.EnumerateFiles(there.Folder).Select(Path.GetFileName).Order());
        Assert.Equal(0, (await SealRig.Sha256SumAsync(there.Folder)).Code);
        Assert.Equal(1, (await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation))[place.Id!].Revision);
        Assert.Empty(await rig.Days.UncopiedAsync(place.Id!, null, 9, Cancellation));
        Assert.Empty(Directory.EnumerateFiles(place.Root, "*.part", SearchOption.AllDirectories));

        // A later revision is copied beside it.
        await rig.StoreAsync(3);
        await rig.SealAsync();
        Assert.Null(await CopyAsync(rig, place));
        Assert.Equal(0, (await SealRig.Sha256SumAsync(there.Folder)).Code);
        Assert.True(File.Exists(there["manifest.1.json"]));
    }

    [Fact]
    public async Task A_mount_that_is_away_is_told_and_its_mount_point_is_not_filled()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        await rig.SealAsync();
        Directory.CreateDirectory(rig.CopyRoot);
        Assert.Null(await CopyAsync(rig, new CopyPlace(rig.Folder, rig.CopyRoot)));

        Directory.Move(rig.CopyRoot, rig.CopyRoot + ".away");
        Assert.Equal("copy_away", new CopyPlace(rig.Folder, rig.CopyRoot).Open().Failure?.Code);
        Directory.CreateDirectory(rig.CopyRoot);
        await rig.StoreAsync(2);
        await rig.SealAsync();
        Assert.Equal("copy_away", (await CopyAsync(rig, new CopyPlace(rig.Folder, rig.CopyRoot)))?.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(rig.CopyRoot));

        Directory.Delete(rig.CopyRoot);
        Directory.Move(rig.CopyRoot + ".away", rig.CopyRoot);
        Assert.Null(await CopyAsync(rig, new CopyPlace(rig.Folder, rig.CopyRoot)));
        Directory.Delete(rig.CopyRoot, recursive: true);
        Directory.CreateDirectory(rig.CopyRoot);
        await rig.Days.DamagedAsync(new Damage("harbour", SealRig.Day, "another place", First, "differs", rig.Time.GetUtcNow()), Cancellation);
        await rig.Days.DamagedAsync(new Damage("harbour", SealRig.Day, DayStore.Archive, First, "differs", rig.Time.GetUtcNow()), Cancellation);

        // The old disk is dead. What it had counts no longer, so that no rule lets a day go for its sake.
        var anew = await new CopyPlace(rig.Folder, rig.CopyRoot).OpenAnewAsync(here => rig.Days.ForgetOtherCopiesAsync(here, Cancellation));

        Assert.Null(anew.Failure);
        Assert.Empty(await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation));
        Assert.Equal(DayStore.Archive, Assert.Single(await rig.Days.DamageAsync(9, Cancellation)).Place);
        Assert.Equal(anew.Value, new CopyPlace(rig.Folder, rig.CopyRoot).Open().Value);
        Assert.Null(await CopyAsync(rig, new CopyPlace(rig.Folder, rig.CopyRoot)));
        Assert.Equal(anew.Value, Assert.Single(await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation)).Key);
    }

    [Fact]
    public async Task A_new_place_that_cannot_be_taken_changes_nothing()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        await rig.SealAsync();
        var place = Place(rig);
        Assert.Null(await CopyAsync(rig, place));

        var refused = await new CopyPlace(rig.Folder, rig.CopyRoot + "-not-there").OpenAnewAsync(_ => throw new InvalidOperationException("Nothing is to be forgotten."));

        Assert.Equal("copy_away", refused.Failure?.Code);
        Assert.Equal(place.Id, place.Open().Value);
        Assert.Single(await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation));
    }

    [Fact]
    public async Task A_day_that_is_let_go_while_it_is_read_is_not_put_back()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        await rig.SealAsync();
        var place = Place(rig);
        Assert.Null(await CopyAsync(rig, place));
        // Rows are read before files; a pipe is open for writing once somebody reads it.
        File.Delete(rig.Place[First]);
        using (var made = Process.Start("mkfifo", [rig.Place[First]]))
        {
            await made.WaitForExitAsync(Cancellation);
        }

        var verifying = Task.Run(() => VerifyAsync(rig, place), Cancellation);
        using (await Task.Run(() => File.OpenHandle(rig.Place[First], FileMode.Open, FileAccess.Write, FileShare.ReadWrite), Cancellation))
        {
            await rig.Database.WriteAsync(session => session.ExecuteAsync("update day set deleted_at = @now, deleted_why = 'keepDays'", Cancellation, ("now", rig.Time.GetUtcNow())), Cancellation);
            File.Delete(rig.Place[First]);
        }

        var findings = await verifying;

        Assert.Empty(findings);
        Assert.False(File.Exists(rig.Place[First]));
    }

    [Fact]
    public async Task What_was_sealed_and_is_damaged_is_never_passed_off_as_a_copy()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2);
        await rig.SealAsync();
        await FlipAsync(rig.Place[First]);
        var place = Place(rig);

        Assert.Equal("copy_incomplete", (await CopyAsync(rig, place))?.Code);

        Assert.Empty(await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation));
        Assert.False(File.Exists(new DayFolder(place.Root, "harbour", SealRig.Day)[First]));
        Assert.Equal((First, "differs", DayStore.Archive), Assert.Single((await rig.Days.DamageAsync(9, Cancellation)).Select(damage => (damage.File, damage.Code, damage.Place))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bit_flips_in_one_place_are_found_and_mended_from_the_other_and_nothing_is_destroyed(bool inArchive)
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2, 3);
        await rig.SealAsync();
        var copy = Place(rig);
        await CopyAsync(rig, copy);
        var place = inArchive ? rig.Place : new DayFolder(copy.Root, "harbour", SealRig.Day);
        var whole = Directory.EnumerateFiles(place.Folder).ToDictionary(path => path, File.ReadAllBytes);
        await FlipAsync(place[First]);
        await FlipAsync(place["manifest.1.json"]);
        var (flipped, flippedManifest) = (await File.ReadAllBytesAsync(place[First], Cancellation), await File.ReadAllBytesAsync(place["manifest.1.json"], Cancellation));
        File.Delete(place[DayFolder.FrameName(SealRig.Day.AddMinutes(2))]);
        File.Delete(place["SHA256SUMS"]);

        var findings = await VerifyAsync(rig, copy);

        Assert.Equal(
            [("20261122T000100.000Z.jpg", "differs"), ("20261122T000200.000Z.jpg", "missing"), ("SHA256SUMS", "missing"), ("manifest.1.json", "differs")],
            findings.Select(finding => (finding.File, finding.Code)).OrderBy(finding => finding.File, StringComparer.Ordinal));
        Assert.All(findings, finding => Assert.Equal((true, inArchive ? DayStore.Archive : copy.Id), (finding.Mended, finding.Place)));
        Assert.All(whole, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
        Assert.Equal(0, (await SealRig.Sha256SumAsync(place.Folder)).Code);
        Assert.Equal(flipped, await File.ReadAllBytesAsync(Path.Combine(SealedFiles.DamagedFolder(place), First + ".1"), Cancellation));
        Assert.Equal(flippedManifest, await File.ReadAllBytesAsync(Path.Combine(SealedFiles.DamagedFolder(place), "manifest.1.json.1"), Cancellation));
        Assert.Empty(await rig.Days.DamageAsync(9, Cancellation));
        Assert.Empty(await VerifyAsync(rig, copy));
        Assert.Single(await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation));
    }

    [Fact]
    public async Task Damage_without_a_copy_is_told_until_it_is_mended_by_hand()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2);
        await rig.SealAsync();
        var good = await File.ReadAllBytesAsync(rig.Place[First], Cancellation);
        await FlipAsync(rig.Place[First]);

        Assert.False(Assert.Single(await VerifyAsync(rig, null)).Mended);
        Assert.Equal(First, Assert.Single(await rig.Days.DamageAsync(9, Cancellation)).File);

        await File.WriteAllBytesAsync(rig.Place[First], good, Cancellation);
        Assert.Empty(await VerifyAsync(rig, null));
        Assert.Empty(await rig.Days.DamageAsync(9, Cancellation));
    }

    [Fact]
    public async Task A_file_that_is_damaged_in_both_places_is_left_in_both_and_the_copy_counts_no_longer()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2);
        await rig.SealAsync();
        var copy = Place(rig);
        await CopyAsync(rig, copy);
        await FlipAsync(rig.Place[First]);
        await FlipAsync(new DayFolder(copy.Root, "harbour", SealRig.Day)[First]);

        Assert.Equal([false, false], (await VerifyAsync(rig, copy)).Select(finding => finding.Mended));

        Assert.Empty(await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation));
        Assert.Equal(2, (await rig.Days.DamageAsync(9, Cancellation)).Count);
    }

    [Fact]
    public async Task What_is_not_sealed_yet_is_held_against_its_rows()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2);
        await FlipAsync(rig.Place[First]);

        Assert.Equal((First, "differs"), Assert.Single((await VerifyAsync(rig, null)).Select(finding => (finding.File, finding.Code))));
    }

    [Fact]
    public async Task Killed_at_any_step_of_copying_the_next_run_makes_it_whole()
    {
        for (var k = 1; ; k++)
        {
            await using var rig = await SealRig.MakeAsync();
            await rig.StoreAsync(1, 2);
            await rig.SealAsync();
            var (step, died) = (0, false);
            await Task.Run(async () =>
            {
                DurableFile.Watch.Value = (_, _, _) =>
                {
                    if (++step >= k)
                    {
                        throw new OperationCanceledException();
                    }
                };
                try
                {
                    await CopyAsync(rig, Place(rig));
                }
                catch (OperationCanceledException)
                {
                    died = true;
                }
            }, Cancellation);
            Assert.True(!died || (await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation)).Count == 0);
            await rig.RestartAsync();

            Assert.Null(await CopyAsync(rig, Place(rig)));
            Assert.Equal(0, (await SealRig.Sha256SumAsync(new DayFolder(rig.CopyRoot, "harbour", SealRig.Day).Folder)).Code);
            if (!died)
            {
                Assert.True(k > 20);
                return;
            }
        }
    }

    [Fact]
    public async Task A_scrub_reads_everything_once_a_round_and_goes_on_where_it_was()
    {
        await using var rig = await SealRig.MakeAsync();
        for (var day = 0; day < 4; day++)
        {
            await rig.StoreAsync(1, day: day);
        }

        rig.Time.Advance(TimeSpan.FromDays(4));
        for (var day = 0; day < 4; day++)
        {
            await rig.SealAsync(day);
        }

        var read = new List<int>();
        for (var hour = 0; hour < 48; hour++)
        {
            // As after a restart, each time.
            var scrub = new Scrub(rig.Days, rig.Verifier, TimeSpan.FromDays(1), rig.Time);
            await scrub.RoundAsync(null, () => false, Cancellation);
            read.Add((scrub.Position!.Round * 100) + (scrub.Position.Source.Length == 0 ? 0 : (scrub.Position.Day - SealRig.Day).Days + 1));
            rig.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal([101, 102, 103, 104, 201, 202, 203, 204], read.Distinct());
        Assert.InRange(read.IndexOf(103), 11, 13);
        var busy = new Scrub(rig.Days, rig.Verifier, TimeSpan.FromDays(1), rig.Time);
        await FlipAsync(rig.Place[First]);
        Assert.Empty(await busy.RoundAsync(null, () => true, Cancellation));
        rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(First, Assert.Single(await busy.RoundAsync(null, () => false, Cancellation)).File);
    }

    private static CopyPlace Place(SealRig rig)
    {
        Directory.CreateDirectory(rig.CopyRoot);
        return new CopyPlace(rig.Folder, rig.CopyRoot);
    }

    private static async Task<Failure?> CopyAsync(SealRig rig, CopyPlace place) =>
        await new Copier(rig.Folder, rig.Days, rig.Time, NullLogger<Copier>.Instance).CopyAsync(place, (await rig.Days.FindAsync("harbour", SealRig.Day, Cancellation))!, null, Cancellation);

    private static Task<IReadOnlyList<Finding>> VerifyAsync(SealRig rig, CopyPlace? copy) =>
        rig.Verifier.VerifyAsync("harbour", SealRig.Day, copy, 2, fromDisk: true, null, Cancellation);

    private static async Task FlipAsync(string path)
    {
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
    }
}
