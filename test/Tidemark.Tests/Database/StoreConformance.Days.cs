using System.Security.Cryptography;
using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_day_that_is_packed_is_read_as_if_it_had_rows()
    {
        var frames = new List<Frame>();
        for (var hour = 0; hour < 96; hour++)
        {
            frames.Add(FrameAt(Midnight.AddHours(hour), bytes: 1000 + hour, name: $"{hour}.jpg") with { Note = hour % 2 == 0 ? "received" : null });
        }

        await Frames.AddAsync(frames, Cancellation);
        var all = new TimeRange(Midnight.AddDays(-1), Midnight.AddDays(9));
        var (before, days, totals) = (await ReadAll(all), await Frames.DaysAsync("harbour", Cancellation), await Frames.TotalsAsync("harbour", Cancellation));
        // The last day stays as it is, the second has a hole.
        foreach (var day in new[] { 0, 2 })
        {
            Assert.True(await SealAsync(day, 1, frames.Where(frame => TimeRange.Day(Midnight.AddDays(day)).Contains(frame.Time))));
        }

        Assert.Equal(before, await ReadAll(all));
        Assert.Equal(days, await Frames.DaysAsync("harbour", Cancellation));
        Assert.Equal(Plain(totals.Newest!), Plain((await Frames.TotalsAsync("harbour", Cancellation)).Newest!));
        Assert.Equal((96, totals.Bytes), ((await Frames.TotalsAsync("harbour", Cancellation)).Frames, await Frames.BytesAsync(Cancellation)));
        foreach (var frame in frames)
        {
            Assert.Equal(Plain(frame), Plain((await Frames.FindAsync("harbour", frame.Time, Cancellation))!));
        }

        Assert.Null(await Frames.FindAsync("harbour", frames[50].Time.AddMilliseconds(1), Cancellation));
        Assert.Equal(frames.Select(frame => frame.Time), (await Frames.InstantsAsync("harbour", all, Cancellation)).Order());
        Assert.Equal([(("harbour"), Midnight.AddDays(1)), ("harbour", Midnight.AddDays(3))], await Days.OpenAsync(Midnight.AddDays(9), Cancellation));

        // Every page of every size in both directions.
        foreach (var limit in new[] { 1, 5, 24, 25, 70 })
        {
            foreach (var newestFirst in new[] { false, true })
            {
                var read = new List<DateTimeOffset>();
                for (var range = new TimeRange(frames[3].Time, frames[90].Time); ;)
                {
                    var page = await Frames.ListAsync("harbour", range, limit, newestFirst, Cancellation);
                    read.AddRange(page.Select(frame => frame.Time));
                    if (page.Count < limit)
                    {
                        break;
                    }

                    range = newestFirst ? new TimeRange(range.Start, read[^1]) : new TimeRange(read[^1].AddMilliseconds(1), range.End);
                }

                var expected = frames[3..90].Select(frame => frame.Time);
                Assert.Equal(newestFirst ? expected.Reverse() : expected, read);
            }
        }
    }

    [Fact]
    public async Task What_a_sealed_day_has_is_not_added_again_and_what_it_lacks_is_late()
    {
        var packed = FrameAt(Midnight.AddHours(1));
        await Frames.AddAsync(packed, Cancellation);
        Assert.True(await SealAsync(0, 1, [packed]));

        Assert.False(await Frames.AddAsync(packed with { Bytes = 5 }, Cancellation));
        Assert.True(await Frames.AddAsync(FrameAt(Midnight.AddHours(2)), Cancellation));

        var rows = await Days.RowsAsync("harbour", Midnight, Cancellation);
        Assert.Equal((Midnight.AddHours(1), Midnight.AddHours(2)), (Assert.Single(rows.Packed).Time, Assert.Single(rows.Rows).Time));
        Assert.Equal((2, 200), ((await Frames.TotalsAsync("harbour", Cancellation)).Frames, await Frames.BytesAsync(Cancellation)));
        Assert.Equal(2, Assert.Single(await Frames.DaysAsync("harbour", Cancellation)).Frames);
    }

    [Fact]
    public async Task A_later_revision_takes_the_place_of_the_one_before_and_an_earlier_one_never()
    {
        var frames = new[] { FrameAt(Midnight.AddHours(1)), FrameAt(Midnight.AddHours(2)) };
        await Frames.AddAsync(frames[0], Cancellation);
        Assert.True(await SealAsync(0, 1, frames[..1]));
        Assert.False(await SealAsync(0, 1, frames[..1]));
        await Frames.AddAsync(frames[1], Cancellation);

        Assert.True(await SealAsync(0, 2, frames));
        Assert.False(await SealAsync(0, 1, frames[..1]));

        var day = (await Days.FindAsync("harbour", Midnight, Cancellation))!;
        Assert.Equal((2, 2, 200), (day.Revision, day.Frames, day.Bytes));
        Assert.Empty((await Days.RowsAsync("harbour", Midnight, Cancellation)).Rows);
        Assert.Equal(2, (await Frames.TotalsAsync("harbour", Cancellation)).Frames);
    }

    [Fact]
    public async Task A_file_that_had_no_row_counts_from_its_seal_on_and_a_row_without_a_file_stays_a_row()
    {
        var (adopted, lost) = (FrameAt(Midnight.AddHours(1), bytes: 7), FrameAt(Midnight.AddHours(2), bytes: 11));
        await Frames.AddAsync(lost, Cancellation);

        Assert.True(await SealAsync(0, 1, [adopted]));

        Assert.Equal((2, 18), ((await Frames.TotalsAsync("harbour", Cancellation)).Frames, await Frames.BytesAsync(Cancellation)));
        Assert.Equal(lost.Time, Assert.Single((await Days.RowsAsync("harbour", Midnight, Cancellation)).Rows).Time);
        Assert.Equal([adopted.Time, lost.Time], (await Frames.ListAsync("harbour", TimeRange.Day(Midnight), 9, newestFirst: false, Cancellation)).Select(frame => frame.Time));
    }

    [Fact]
    public async Task An_empty_day_can_be_sealed_and_has_no_frames()
    {
        Assert.True(await SealAsync(0, 1, []));

        Assert.Empty(await Frames.DaysAsync("harbour", Cancellation));
        Assert.Equal(FrameTotals.None, await Frames.TotalsAsync("harbour", Cancellation));
        Assert.Empty(await Frames.TotalsAsync(Cancellation));
    }

    [Fact]
    public async Task Adding_and_sealing_at_once_count_every_frame_once()
    {
        var frames = Enumerable.Range(0, 40).Select(minute => FrameAt(Midnight.AddMinutes(minute))).ToList();
        await Frames.AddAsync(frames[..20], Cancellation);

        await Task.WhenAll(
            Task.Run(() => SealAsync(0, 1, frames[..20]), Cancellation),
            Task.Run(() => SealAsync(0, 1, frames[..20]), Cancellation),
            Task.Run(() => Frames.AddAsync(frames, Cancellation), Cancellation),
            Task.Run(() => Frames.AddAsync(frames[10..], Cancellation), Cancellation));

        Assert.Equal((40, 4000), ((await Frames.TotalsAsync("harbour", Cancellation)).Frames, await Frames.BytesAsync(Cancellation)));
        Assert.Equal(40, Assert.Single(await Frames.DaysAsync("harbour", Cancellation)).Frames);
    }

    [Fact]
    public async Task Days_that_the_command_was_not_told_of_come_oldest_first_and_after_their_copy()
    {
        foreach (var day in new[] { 1, 0 })
        {
            await SealAsync(day, 1, [FrameAt(Midnight.AddDays(day))]);
        }

        Assert.Equal([Midnight, Midnight.AddDays(1)], (await Days.UntoldAsync(null, 9, Cancellation)).Select(day => day.Day));
        Assert.Empty(await Days.UntoldAsync("copy", 9, Cancellation));

        await Days.CopiedAsync("copy", (await Days.FindAsync("harbour", Midnight, Cancellation))!, Start, Cancellation);
        var told = Assert.Single(await Days.UntoldAsync("copy", 9, Cancellation));
        await Days.ToldAsync(told, Start, Cancellation);

        Assert.Equal((Midnight, Start), (told.Day, (await Days.FindAsync("harbour", Midnight, Cancellation))!.ToldAt));
        Assert.Equal([Midnight.AddDays(1)], (await Days.UntoldAsync(null, 9, Cancellation)).Select(day => day.Day));
    }

    [Fact]
    public async Task What_is_not_copied_yet_is_what_has_no_copy_of_its_revision()
    {
        foreach (var day in new[] { 0, 1 })
        {
            await SealAsync(day, 1, [FrameAt(Midnight.AddDays(day))]);
            await Days.CopiedAsync("copy", (await Days.FindAsync("harbour", Midnight.AddDays(day), Cancellation))!, Start, Cancellation);
        }

        Assert.Empty(await Days.UncopiedAsync("copy", null, 9, Cancellation));
        Assert.Equal(2, (await Days.UncopiedAsync("other", null, 9, Cancellation)).Count);
        await SealAsync(1, 2, [FrameAt(Midnight.AddDays(1)), FrameAt(Midnight.AddDays(1).AddHours(1))]);

        Assert.Equal(Midnight.AddDays(1), Assert.Single(await Days.UncopiedAsync("copy", null, 9, Cancellation)).Day);
    }

    [Fact]
    public async Task Damage_is_known_until_it_is_mended()
    {
        var found = new Damage("harbour", Midnight, "archive", "x.jpg", "differs", Start);
        await Days.DamagedAsync(found, Cancellation);
        await Days.DamagedAsync(found with { FoundAt = Start.AddHours(1), Code = "missing" }, Cancellation);
        await Days.DamagedAsync(found with { Place = "copy" }, Cancellation);

        Assert.Equal([found with { Code = "missing" }, found with { Place = "copy" }], await Days.DamageAsync(9, Cancellation));
        await Days.MendedAsync("harbour", Midnight, "archive", "x.jpg", Cancellation);

        Assert.Equal(found with { Place = "copy" }, Assert.Single(await Days.DamageAsync(9, Cancellation)));
    }

    [Fact]
    public async Task The_place_of_a_scrub_is_kept()
    {
        Assert.Null(await Days.ScrubAsync("archive", Cancellation));
        var at = new ScrubPosition("archive", "harbour", Midnight, Start, 3);
        await Days.ScrubbedAsync(at with { Round = 2 }, Cancellation);
        await Days.ScrubbedAsync(at, Cancellation);

        Assert.Equal(at, await Days.ScrubAsync("archive", Cancellation));
    }

    private Task<bool> SealAsync(int day, int revision, IEnumerable<Frame> frames)
    {
        var manifest = new Manifest("harbour", Midnight.AddDays(day), revision, Start, null, [.. frames], [], null);
        return Days.SealAsync(manifest, SHA256.HashData(manifest.ToJson()), null, Cancellation);
    }

    private async Task<List<(Frame, string)>> ReadAll(TimeRange range) => [.. (await Frames.ListAsync("harbour", range, int.MaxValue, newestFirst: false, Cancellation)).Select(Plain)];

    private static (Frame, string) Plain(Frame frame) => (frame with { Sha256 = default }, Convert.ToHexString(frame.Sha256.Span));
}
