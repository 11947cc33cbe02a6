using System.Security.Cryptography;
using Tidemark.Archive;
using Tidemark.Time;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_frame_comes_back_as_it_was_added_and_the_first_of_an_instant_stays()
    {
        var frame = FrameAt(Start, name: "Möwe", bytes: 5_000_000_000);
        Assert.True(await Frames.AddAsync(frame, Cancellation));
        Assert.False(await Frames.AddAsync(frame with { Bytes = 1, Name = null }, Cancellation));

        var found = await Frames.FindAsync("harbour", Start, Cancellation);
        Assert.Equal(frame with { Sha256 = default }, found! with { Sha256 = default });
        Assert.Equal(frame.Sha256.ToArray(), found.Sha256.ToArray());
        Assert.Null(await Frames.FindAsync("pier", Start, Cancellation));
        Assert.Null(await Frames.FindAsync("harbour", Start.AddMilliseconds(1), Cancellation));
    }

    [Fact]
    public async Task A_range_has_its_start_and_not_its_end_in_either_order_and_no_more_than_the_limit()
    {
        foreach (var minute in new[] { 3, 0, 2, 1, 4 })
        {
            await Frames.AddAsync(FrameAt(Start.AddMinutes(minute)), Cancellation);
        }

        await Frames.AddAsync(FrameAt(Start.AddMinutes(1), source: "pier"), Cancellation);
        async Task<string> Minutes(int from, int to, int limit, bool newestFirst) =>
            string.Concat((await Frames.ListAsync("harbour", new TimeRange(Start.AddMinutes(from), Start.AddMinutes(to)), limit, newestFirst, Cancellation)).Select(frame => frame.Time.Minute));

        Assert.Equal("12", await Minutes(1, 3, 10, false));
        Assert.Equal("21", await Minutes(1, 3, 10, true));
        Assert.Equal("01", await Minutes(0, 9, 2, false));
        Assert.Equal("43", await Minutes(0, 9, 2, true));
        Assert.Equal("", await Minutes(2, 2, 10, false));
        Assert.Equal("", await Minutes(5, 9, 10, false));
        Assert.Equal([Start.AddMinutes(1), Start.AddMinutes(2)], (await Frames.InstantsAsync("harbour", new TimeRange(Start.AddMinutes(1), Start.AddMinutes(3)), Cancellation)).Order());
    }

    [Fact]
    public async Task Days_are_UTC_days_newest_first_with_what_is_in_them()
    {
        var midnight = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        foreach (var at in new[] { midnight.AddMilliseconds(-1), midnight, midnight.AddHours(23), midnight.AddHours(-24) })
        {
            await Frames.AddAsync(FrameAt(at, bytes: 100), Cancellation);
        }

        Assert.Equal(
            [
                new FrameDay(new DateOnly(2026, 11, 23), 2, 200, midnight, midnight.AddHours(23)),
                new FrameDay(new DateOnly(2026, 11, 22), 2, 200, midnight.AddHours(-24), midnight.AddMilliseconds(-1)),
            ],
            await Frames.DaysAsync("harbour", Cancellation));
        Assert.Empty(await Frames.DaysAsync("pier", Cancellation));
    }

    [Fact]
    public async Task Totals_count_frames_and_bytes_and_know_the_newest()
    {
        Assert.Equal(new FrameTotals(0, 0, null), await Frames.TotalsAsync("harbour", Cancellation));
        Assert.Equal(0, await Frames.BytesAsync(Cancellation));
        await Frames.AddAsync(FrameAt(Start.AddHours(1), bytes: 3_000_000_000), Cancellation);
        await Frames.AddAsync(FrameAt(Start, bytes: 3_000_000_000), Cancellation);
        await Frames.AddAsync(FrameAt(Start, source: "pier", bytes: 1), Cancellation);

        var totals = await Frames.TotalsAsync("harbour", Cancellation);

        Assert.Equal((2, 6_000_000_000, Start.AddHours(1)), (totals.Frames, totals.Bytes, totals.Newest!.Time));
        Assert.Equal(6_000_000_001, await Frames.BytesAsync(Cancellation));
    }

    [Fact]
    public async Task Totals_are_what_a_count_of_the_rows_gives_also_where_many_add_together()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 12; i++)
            {
                // Every instant is asked for twice, by two writers, with other sizes: one of the two counts.
                await Frames.AddAsync(FrameAt(Start.AddMinutes((writer / 2 * 100) + i), source: $"camera-{i % 3}", bytes: 1000 + writer), Cancellation);
            }
        }, Cancellation)));

        var all = await Frames.TotalsAsync(Cancellation);
        Assert.Equal(["camera-0", "camera-1", "camera-2"], all.Keys.Order());
        foreach (var (source, totals) in all)
        {
            var rows = await Frames.ListAsync(source, new TimeRange(DateTimeOffset.UnixEpoch, Start.AddYears(1)), int.MaxValue, newestFirst: true, Cancellation);
            Assert.Equal((16, rows.Count, rows.Sum(row => row.Bytes), rows[0].Time), (totals.Frames, totals.Frames, totals.Bytes, totals.Newest!.Time));
        }

        Assert.Equal(all.Values.Sum(totals => totals.Bytes), await Frames.BytesAsync(Cancellation));
    }

    [Fact]
    public async Task An_asset_that_is_removed_has_neither_row_nor_file_and_may_be_removed_again()
    {
        var asset = new Asset(Guid.CreateVersion7(Start), "clip.mp4", "video/mp4", 0, default, 1280, 720, 240, 10_000, Start);
        await File.WriteAllBytesAsync(Assets.PathOf(asset), [1], Cancellation);
        await Assets.AddAsync(asset, Cancellation);

        await Assets.RemoveAsync(asset, Cancellation);
        await Assets.RemoveAsync(asset, Cancellation);

        Assert.False(File.Exists(Assets.PathOf(asset)));
        Assert.Equal("asset_not_found", (await Assets.FindAsync(asset.Id, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task An_asset_has_the_size_and_the_sum_of_its_file_and_adding_it_again_is_harmless()
    {
        var content = new byte[] { 1, 2, 3 };
        var asset = new Asset(Guid.CreateVersion7(Start), "clip.mp4", "video/mp4", 0, default, 1280, 720, 240, 10_000, Start);
        await File.WriteAllBytesAsync(Assets.PathOf(asset), content, Cancellation);

        var added = await Assets.AddAsync(asset, Cancellation);
        await Assets.AddAsync(asset with { Name = "other" }, Cancellation);
        var found = (await Assets.FindAsync(asset.Id, Cancellation)).Value;

        Assert.Equal((3, Convert.ToHexString(SHA256.HashData(content))), (added.Bytes, Convert.ToHexString(added.Sha256.Span)));
        Assert.Equal(added with { Sha256 = default }, found with { Sha256 = default });
        Assert.Equal(added.Sha256.ToArray(), found.Sha256.ToArray());
    }

    [Fact]
    public async Task An_asset_that_tells_nothing_of_itself_has_nulls_and_one_that_is_not_there_is_not_found()
    {
        var asset = new Asset(Guid.CreateVersion7(Start), "side", "application/octet-stream", 0, default, null, null, null, null, Start);
        await File.WriteAllBytesAsync(Assets.PathOf(asset), [], Cancellation);
        await Assets.AddAsync(asset, Cancellation);

        var found = (await Assets.FindAsync(asset.Id, Cancellation)).Value;

        Assert.Equal((null, null, null, null), (found.Width, found.Height, found.Frames, found.DurationMs));
        Assert.Equal("asset_not_found", (await Assets.FindAsync(Guid.Empty, Cancellation)).Failure?.Code);
    }

    private static Frame FrameAt(DateTimeOffset at, string source = "harbour", string? name = null, long bytes = 100) =>
        new(source, at, name, bytes, 1280, 720, SHA256.HashData([(byte)at.Minute]), Start.AddHours(2));
}
