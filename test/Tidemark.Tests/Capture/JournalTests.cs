using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

public sealed class JournalTests : IDisposable
{
    private readonly TempFolder temp = new();
    private readonly ManualTime time = new(CaptureRig.Start);
    private readonly DataFolder data;

    public JournalTests() => data = new DataFolder(temp["data"]);

    private static CaptureOptions Small { get; } = new() { JournalSegmentBytes = 1000 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_come_back_in_order_over_many_files_and_after_a_restart()
    {
        await using (var journal = Open(Small))
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Null(await journal.AppendAsync(Slot(i)));
            }

            Assert.Equal(Enumerable.Range(0, 20), ReadAll(journal));
        }

        await using var again = Open(Small);
        Assert.Null(await again.AppendAsync(Slot(20)));

        Assert.Equal(Enumerable.Range(0, 21), ReadAll(again));
        Assert.InRange(Files().Length, 3, 20);
    }

    [Fact]
    public async Task Everything_of_a_frame_comes_back()
    {
        await using var journal = Open();
        var frame = new FrameRecord("harbour", CaptureRig.Start, "Möwe\n", 5_000_000_000, 1280, 720, new string('a', 64), CaptureRig.Start.AddTicks(12_340), "received", "x.part");
        await journal.AppendAsync(new JournalRecord(Frame: frame));

        Assert.Equal(frame, Assert.Single(journal.Read(default).Records).Frame);
        Assert.Equal(frame, FrameRecord.Of(frame.ToFrame(), "x.part"));
    }

    [Fact]
    public async Task A_journal_cut_off_at_any_byte_gives_every_record_that_is_whole_and_goes_on()
    {
        var whole = await WriteAsync(5);
        var ends = whole.Select((value, at) => (value, at)).Where(one => one.value == (byte)'\n').Select(one => one.at + 1).ToList();
        for (var length = 0; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(Files().Single(), whole[..length], Cancellation);
            await using var journal = Open();
            Assert.Null(await journal.AppendAsync(Slot(99)));

            Assert.Equal([.. Enumerable.Range(0, ends.Count(end => end <= length)), 99], ReadAll(journal));
            Assert.False(Directory.Exists(Path.Combine(data.Journal, "damaged")));
        }
    }

    [Fact]
    public async Task A_record_damaged_at_any_byte_is_set_aside_and_those_around_it_are_read()
    {
        var whole = await WriteAsync(5);
        var lines = whole.Index().Where(one => one.Item == (byte)'\n').Select(one => one.Index).ToList();
        for (var at = 0; at < lines[3]; at++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[at] ^= 0x01;
            await File.WriteAllBytesAsync(Files().Single(), bytes, Cancellation);
            await using var journal = Open();

            // A line end that is damaged takes both its lines with it.
            var hit = lines.FindIndex(end => at <= end);
            int[] lost = at == lines[hit] ? [hit, hit + 1] : [hit];
            Assert.Equal(Enumerable.Range(0, 5).Except(lost), ReadAll(journal));
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(data.Journal, "damaged")));
        }
    }

    [Fact]
    public async Task A_last_file_that_is_damaged_to_its_end_is_kept_aside_and_not_just_cut()
    {
        var whole = await WriteAsync(3);
        var end = Array.IndexOf(whole, (byte)'\n') + 1;
        whole.AsSpan(end, 4).Fill((byte)'x');
        whole.AsSpan(whole.Length - 20, 4).Fill((byte)'x');
        await File.WriteAllBytesAsync(Files().Single(), whole, Cancellation);

        await using var journal = Open();

        Assert.Equal([0], ReadAll(journal));
        Assert.Equal(whole[end..], await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(Path.Combine(data.Journal, "damaged"))), Cancellation));
    }

    [Fact]
    public async Task Many_who_wait_share_their_syncs()
    {
        await using var journal = Open();

        var failures = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => journal.AppendAsync(Slot(i))));

        Assert.All(failures, Assert.Null);
        Assert.InRange(journal.Syncs, 1, 500);
        Assert.Equal(Enumerable.Range(0, 2000), ReadAll(journal).Order());
    }

    [Fact]
    public async Task An_outcome_is_written_at_once_and_synced_within_a_second()
    {
        await using var journal = Open();
        Assert.Null(await journal.AppendSoonAsync(Slot(1)));
        Assert.NotEqual(0, new FileInfo(Files().Single()).Length);
        Assert.Empty(journal.Read(default).Records);
        var synced = new TaskCompletionSource();
        journal.Synced += synced.SetResult;

        await time.DueAtAsync(time.GetUtcNow().AddSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));

        await synced.Task.WaitAsync(Cancellation);
        Assert.Equal([1], ReadAll(journal));
    }

    [Fact]
    public async Task Who_has_read_further_than_this_journal_reaches_begins_anew()
    {
        await using var journal = Open();
        await journal.AppendAsync(Slot(1));

        Assert.Equal(journal.End, journal.Resume(journal.End));
        Assert.Equal(default, journal.Resume(journal.End with { Segment = journal.End.Segment + 1 }));
        Assert.Equal([1], ReadAll(journal));
    }

    [Fact]
    public async Task Shipped_files_are_removed_when_they_are_old_or_too_many_and_others_never()
    {
        await using var journal = Open(Small with { MostJournalBytes = 2500 });
        for (var i = 0; i < 30; i++)
        {
            await journal.AppendAsync(Slot(i));
        }

        var before = Files();
        foreach (var file in before)
        {
            File.SetLastWriteTimeUtc(file, time.GetUtcNow().UtcDateTime.AddDays(-1));
        }

        journal.RemoveShipped(default);
        Assert.Equal(before, Files());

        journal.RemoveShipped(journal.End);
        Assert.InRange(Files().Length, 2, before.Length - 1);
        Assert.Equal(before[^1], Files()[^1]);

        File.SetLastWriteTimeUtc(Files()[0], time.GetUtcNow().UtcDateTime.AddDays(-9));
        var left = Files();
        journal.RemoveShipped(journal.End);
        Assert.Equal(left[1..], Files());
    }

    [Fact]
    public async Task After_its_end_nothing_is_taken()
    {
        var journal = Open();
        await journal.DisposeAsync();

        Assert.Equal("stopping", (await journal.AppendAsync(Slot(1)))?.Code);
    }

    public void Dispose() => temp.Dispose();

    private static JournalRecord Slot(int number) =>
        new(Slot: new SlotRecord("harbour", 1, CaptureRig.Start, null, 60, "ok", null, CaptureRig.Start, CaptureRig.Start, number));

    private static List<int> ReadAll(Journal journal)
    {
        var numbers = new List<int>();
        var place = default(JournalPosition);
        while (journal.Read(place) is var batch && batch.Next > place)
        {
            numbers.AddRange(batch.Records.Select(record => record.Slot!.Frames));
            place = batch.Next;
        }

        return numbers;
    }

    private async Task<byte[]> WriteAsync(int records)
    {
        await using (var journal = Open())
        {
            for (var i = 0; i < records; i++)
            {
                Assert.Null(await journal.AppendAsync(Slot(i)));
            }
        }

        return await File.ReadAllBytesAsync(Files().Single(), Cancellation);
    }

    private string[] Files() => [.. Directory.GetFiles(data.Journal, "*.log").Order(StringComparer.Ordinal)];

    private Journal Open(CaptureOptions? options = null) => new(data, options ?? new CaptureOptions(), time, NullLogger<Journal>.Instance);
}
