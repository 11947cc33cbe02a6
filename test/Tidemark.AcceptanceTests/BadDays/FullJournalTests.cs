using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Archive;
using Tidemark.Capture;

namespace Tidemark.AcceptanceTests.BadDays;

public class FullJournalTests
{
    [Fact]
    public async Task On_a_full_disk_who_waits_is_told_nothing_acknowledged_is_lost_and_it_goes_on_by_itself()
    {
        using var disk = Mount.Small("4m");
        var data = new DataFolder(Path.Combine(disk.Path, "data"));
        var taken = new List<int>();
        await using (var journal = Open(data))
        {
            var ballast = "";
            for (var i = 0; i < 3000; i++)
            {
                ballast = i == 1000 ? disk.Fill() : ballast;
                if (i == 2000)
                {
                    File.Delete(ballast);
                }

                var failure = await journal.AppendAsync(Record(i));
                if (failure is null)
                {
                    taken.Add(i);
                }
                else
                {
                    Assert.Equal("disk_full", failure.Code);
                }
            }

            Assert.Equal(taken, Read(journal));
        }

        Assert.InRange(taken.Count, 2000, 2900);
        Assert.Equal(Enumerable.Range(2000, 1000), taken.TakeLast(1000));
        await using var again = Open(data);
        Assert.Equal(taken, Read(again));
        Assert.False(Directory.Exists(Path.Combine(data.Journal, "damaged")));
    }

    private static Journal Open(DataFolder data) => new(data, new CaptureOptions { JournalSegmentBytes = 100_000 }, TimeProvider.System, NullLogger<Journal>.Instance);

    private static JournalRecord Record(int number) =>
        new(Slot: new SlotRecord("harbour", 1, DateTimeOffset.UnixEpoch, null, 60, "ok", null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, number));

    private static List<int> Read(Journal journal)
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
}
