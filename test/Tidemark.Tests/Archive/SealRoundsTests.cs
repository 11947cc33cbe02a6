using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Media;

namespace Tidemark.Tests.Archive;

public sealed class SealRoundsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_day_that_is_over_is_sealed_then_copied_then_told_and_all_of_it_once()
    {
        using var tool = new TempFolder();
        await using var rig = await SealRig.MakeAsync(options: new SealOptions { Tell = true });
        await rig.StoreAsync(1, 2);
        await rig.StoreAsync(1, day: 1);
        Directory.CreateDirectory(rig.CopyRoot);
        // The copy must be there before it is told.
        var rounds = Rounds(rig, Script(tool, $"ls \"{rig.CopyRoot}/frames/harbour/$TIDEMARK_DAY/SHA256SUMS\" && echo \"$1 $2 $TIDEMARK_SOURCE $TIDEMARK_DAY $#\" >> \"$0.said\""), "a b");

        await rounds.RoundAsync(Cancellation);
        await rounds.RoundAsync(Cancellation);

        await rig.AssertSealedAsync(1);
        Assert.Equal([$"a b {rig.Place.Folder} harbour 2026-11-22 2"], await File.ReadAllLinesAsync(tool["tool.said"], Cancellation));
        Assert.NotNull((await rig.Days.FindAsync("harbour", SealRig.Day, Cancellation))!.ToldAt);
        Assert.Null(await rig.Days.FindAsync("harbour", SealRig.Day.AddDays(1), Cancellation));
        Assert.Null(rounds.State.CopyFailure);

        // A source that brings nothing any more is sealed by the clock; a late frame is told anew.
        rig.Time.Advance(TimeSpan.FromDays(1));
        await rig.StoreAsync(3);
        await rounds.RoundAsync(Cancellation);
        Assert.Equal(3, (await File.ReadAllLinesAsync(tool["tool.said"], Cancellation)).Length);
        Assert.Equal(2, (await rig.Days.FindAsync("harbour", SealRig.Day, Cancellation))!.Revision);
    }

    [Fact]
    public async Task A_command_that_fails_is_told_and_run_again_later_and_later()
    {
        using var tool = new TempFolder();
        await using var rig = await SealRig.MakeAsync(options: new SealOptions { Tell = true });
        await rig.StoreAsync(1);
        var rounds = Rounds(rig, Script(tool, "echo run >> \"$0.said\"; echo 'no tape' >&2; exit 3"), null, copy: false);

        await rounds.RoundAsync(Cancellation);
        await rounds.RoundAsync(Cancellation);

        var failed = Assert.Single(rounds.After!.Failed);
        Assert.Equal(("harbour", "after_seal"), (failed.Source, failed.Failure.Code));
        Assert.Contains("no tape", failed.Failure.Message, StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync(tool["tool.said"], Cancellation));
        Assert.Null((await rig.Days.FindAsync("harbour", SealRig.Day, Cancellation))!.ToldAt);

        for (var minute = 0; minute < 8; minute++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(1));
            await rounds.RoundAsync(Cancellation);
        }

        // At once, after one minute, after two more, and after four more.
        Assert.Equal(4, (await File.ReadAllLinesAsync(tool["tool.said"], Cancellation)).Length);
        Script(tool, "exit 0");
        rig.Time.Advance(TimeSpan.FromHours(6));
        await rounds.RoundAsync(Cancellation);
        Assert.NotNull((await rig.Days.FindAsync("harbour", SealRig.Day, Cancellation))!.ToldAt);
        Assert.Empty(rounds.After.Failed);
    }

    [Fact]
    public async Task A_copy_that_is_away_holds_up_neither_sealing_nor_reading_and_is_made_when_it_is_back()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        var rounds = Rounds(rig, null, null);

        await rounds.RoundAsync(Cancellation);
        Assert.Equal("copy_away", rounds.State.CopyFailure?.Code);
        await rig.AssertSealedAsync(1);

        Directory.CreateDirectory(rig.CopyRoot);
        await rounds.RoundAsync(Cancellation);
        Assert.Null(rounds.State.CopyFailure);
        Assert.Equal(0, (await SealRig.Sha256SumAsync(new DayFolder(rig.CopyRoot, "harbour", SealRig.Day).Folder)).Code);
    }

    [Fact]
    public async Task Reading_gives_way_while_capture_is_pressed_and_goes_on_when_it_is_not()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        var delays = new Tidemark.Capture.StartDelays(rig.Time);
        var rounds = Rounds(rig, null, null, copy: false, busy: () => delays.Pressed);
        delays.Began(TimeSpan.FromSeconds(2));

        await rounds.RoundAsync(Cancellation);
        await rig.AssertSealedAsync(1);
        Assert.Equal("", rounds.Scrub.Position?.Source);

        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await rounds.RoundAsync(Cancellation);
        Assert.Equal(("harbour", SealRig.Day), (rounds.Scrub.Position!.Source, rounds.Scrub.Position.Day));
    }

    [Fact]
    public async Task A_folder_of_files_without_any_row_is_found_and_sealed()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, row: false, source: "old");
        Directory.CreateDirectory(Path.Combine(rig.Folder.Frames, "Not A Source", "2026-11-22"));

        await Rounds(rig, null, null, copy: false).RoundAsync(Cancellation);

        Assert.Equal(1, (await rig.Days.FindAsync("old", SealRig.Day, Cancellation))!.Frames);
    }

    [Fact]
    public async Task A_day_on_which_a_source_was_down_is_sealed_with_its_slots_and_copied_checked_and_rebuilt_like_any_other()
    {
        var ended = """{"hours":[]}""";
        await using var rig = await SealRig.MakeAsync(options: new SealOptions { Slots = (_, _, _, _) => Task.FromResult(new DaySlots(true, ended)) });
        Directory.CreateDirectory(rig.CopyRoot);
        Task ChangedAsync() => rig.Database.WriteAsync(session => DayStore.SlotsChangedAsync(session, "harbour", SealRig.Day, Cancellation), Cancellation);
        await ChangedAsync();
        var rounds = Rounds(rig, null, null);

        await rounds.RoundAsync(Cancellation);

        await rig.AssertWholeAsync(1);
        var (code, said) = await SealRig.Sha256SumAsync(rig.Place.Folder);
        Assert.Equal((0, "manifest.1.json: OK"), (code, said.Trim()));
        Assert.Equal(0, (await SealRig.Sha256SumAsync(new DayFolder(rig.CopyRoot, "harbour", SealRig.Day).Folder)).Code);
        Assert.Empty(await rig.Days.OpenAsync(SealRig.Day.AddDays(1), Cancellation));
        Assert.Empty(await rig.Index.DaysAsync("harbour", Cancellation));

        // More of it comes late, and once more nothing new.
        ended = """{"hours":[1]}""";
        await ChangedAsync();
        await rounds.RoundAsync(Cancellation);
        await ChangedAsync();
        await rounds.RoundAsync(Cancellation);
        await rig.AssertSealedAsync(2);
        Assert.Empty(await rig.Days.OpenAsync(SealRig.Day.AddDays(1), Cancellation));

        var findings = new List<Finding>();
        var all = new Tidemark.Time.TimeRange(DateTimeOffset.UnixEpoch, SealRig.Day.AddYears(1));
        await new ArchiveCheck(rig.Folder, rig.Days, rig.Sealer, rig.Time).RunAsync(rounds.Copy, null, all, false, findings.Add, new ArchiveProgress(), Cancellation);
        Assert.Empty(findings);
        var verifier = rig.Verifier;
        Assert.Empty(await verifier.VerifyAsync("harbour", SealRig.Day, rounds.Copy, 1, true, null, Cancellation));

        await rig.Database.WriteAsync(session => session.ExecuteAsync("delete from day", Cancellation), Cancellation);
        var slots = new List<string>();
        await new Reindex(rig.Folder, rig.Index, rig.Days, verifier).RunAsync((_, _, json, _) => { slots.Add(json); return Task.CompletedTask; }, null, new ArchiveProgress(), Cancellation);
        Assert.Equal([ended], slots);
        await rig.AssertSealedAsync(2);
    }

    [Fact]
    public async Task A_duty_that_is_lost_in_the_middle_ends_the_round_and_not_the_rounds()
    {
        SealRig rig = null!;
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var round = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The first time it seals, another node has taken it over, and that is seen at the next renewal.
        rig = await SealRig.MakeAsync(options: new SealOptions
        {
            Slots = async (_, _, _, stop) =>
            {
                if (!lost.Task.IsCompleted)
                {
                    await rig.Database.WriteAsync(session => session.ExecuteAsync("update duty set home = 'another node', until = @until", stop, ("until", rig.Time.GetUtcNow() + Duty.Length)), stop);
                    lost.SetResult();
                    rig.Time.Advance(Duty.Length / 4);
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
                }

                return DaySlots.None;
            },
        });
        await using var disposed = rig;
        await rig.StoreAsync(1);
        await using var rounds = Rounds(rig, null, null, copy: false);
        rounds.Changed += round.SetResult;
        var began = rig.Time.GetUtcNow();
        rounds.Start();
        await rig.Time.DueAtAsync(began.AddMinutes(1));
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await lost.Task.WaitAsync(Cancellation);

        await rig.Time.DueAtAsync(began.AddMinutes(1) + (Duty.Length / 4) + SealRounds.Every);
        Assert.Null(rounds.State.Doing);
        await rig.Database.WriteAsync(session => session.ExecuteAsync("delete from duty", Cancellation), Cancellation);
        rig.Time.Advance(SealRounds.Every);

        await round.Task.WaitAsync(Cancellation);
        await rig.AssertSealedAsync(1);
    }

    [Fact]
    public async Task A_day_that_cannot_be_copied_whole_is_tried_again_later_and_stays_told()
    {
        await using var rig = await SealRig.MakeAsync();
        var (rounds, frame, whole) = await DamagedAsync(rig);

        // It is whole again, which nobody has noted yet: the day is passed by for ten minutes, and then copied.
        await File.WriteAllBytesAsync(frame, whole, Cancellation);
        rig.Time.Advance(SealRounds.Every);
        await rounds.RoundAsync(Cancellation);
        Assert.Equal("copy_incomplete", rounds.State.CopyFailure?.Code);
        Assert.Empty(await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation));
        rig.Time.Advance(SealRounds.Every);
        await rounds.RoundAsync(Cancellation);
        Assert.Null(rounds.State.CopyFailure);
        Assert.Single(await rig.Days.CopiesAsync("harbour", SealRig.Day, Cancellation));
    }

    [Fact]
    public async Task A_day_that_was_mended_is_copied_at_the_next_round()
    {
        await using var rig = await SealRig.MakeAsync();
        var (rounds, frame, whole) = await DamagedAsync(rig);

        await File.WriteAllBytesAsync(frame, whole, Cancellation);
        Assert.Empty(await rig.Verifier.VerifyAsync("harbour", SealRig.Day, null, 1, fromDisk: true, null, Cancellation));
        await rounds.RoundAsync(Cancellation);

        Assert.Null(rounds.State.CopyFailure);
    }

    // A day that is damaged since it was sealed, and a round in which it could not be copied.
    private static async Task<(SealRounds Rounds, string Frame, byte[] Whole)> DamagedAsync(SealRig rig)
    {
        await rig.StoreAsync(1);
        await rig.SealAsync();
        var frame = rig.Place[DayFolder.FrameName(SealRig.Day.AddMinutes(1))];
        var whole = await File.ReadAllBytesAsync(frame, Cancellation);
        await File.WriteAllBytesAsync(frame, [.. whole, 0], Cancellation);
        Directory.CreateDirectory(rig.CopyRoot);
        var rounds = Rounds(rig, null, null);
        await rounds.RoundAsync(Cancellation);
        return (rounds, frame, whole);
    }

    private static SealRounds Rounds(SealRig rig, string? command, string? argument, bool copy = true, Func<bool>? busy = null)
    {
        var verifier = rig.Verifier;
        return new SealRounds(
            rig.Folder, rig.Days, rig.Sealer, new Copier(rig.Folder, rig.Days, rig.Time, NullLogger<Copier>.Instance), copy ? new CopyPlace(rig.Folder, rig.CopyRoot) : null,
            command is null ? null : new AfterSeal([command, .. argument is null ? [] : (string[])[argument]], TimeSpan.FromMinutes(1), new MediaTools(rig.Folder.Scratch, rig.Time, new ToolPaths(null, null, null)), rig.Folder, rig.Days, rig.Time, NullLogger<AfterSeal>.Instance),
            new Scrub(rig.Days, verifier, TimeSpan.FromDays(30), rig.Time), new Duty(rig.Database, rig.Folder, rig.Time), busy ?? (() => false), rig.Time, NullLogger<SealRounds>.Instance);
    }

    private static string Script(TempFolder folder, string body)
    {
        // Another file, given the name whole: one that is being written cannot be run.
        File.WriteAllText(folder["new"], "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(folder["new"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(folder["new"], folder["tool"], overwrite: true);
        return folder["tool"];
    }
}
