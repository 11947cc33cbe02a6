using Tidemark.Capture;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task What_is_in_quarantine_comes_back_newest_first_in_pages_and_is_noted_once()
    {
        var store = new QuarantineStore(database);
        QuarantineEntry[] entries = [.. Enumerable.Range(0, 5).Select(i => new QuarantineEntry(i % 2 == 0 ? "harbour" : "pier", $"20261122T08000{i}.000Z-0123456{i}.jpg", i == 0 ? null : Start, i == 1 ? null : "http://cam/a.jpg",
            "jpeg_truncated", "It is cut short.", i, new byte[32], Start.AddSeconds(i / 2)))];
        await store.AddAsync(entries, Cancellation);
        await store.AddAsync(entries, Cancellation);

        var first = await store.ListAsync(null, null, 3, Cancellation);
        var rest = await store.ListAsync(null, first[^1], 3, Cancellation);

        Assert.Equal(entries[4].File, first[0].File);
        Assert.Equal(entries.Select(entry => entry.File).Order(StringComparer.Ordinal), first.Concat(rest).Select(entry => entry.File).Order(StringComparer.Ordinal));
        Assert.Equal(["harbour", "harbour", "harbour"], (await store.ListAsync("harbour", null, 10, Cancellation)).Select(entry => entry.Source));
        Assert.Equal((3L, 2L, 3L), ((await store.CountsAsync(Cancellation))["harbour"], (await store.CountsAsync(Cancellation))["pier"], await store.CountAsync("harbour", Cancellation)));
        Assert.Null((await store.FindAsync("harbour", entries[0].File, Cancellation)).Value.Time);
        Assert.Null((await store.FindAsync("pier", entries[1].File, Cancellation)).Value.Url);
        Assert.Equal("not_in_quarantine", (await store.FindAsync("pier", entries[0].File, Cancellation)).Failure?.Code);
    }

    [Fact]
    public async Task What_is_the_matter_with_a_source_keeps_since_when_and_goes()
    {
        var store = new ConditionStore(database);
        await store.SetAsync(new SourceCondition("harbour", "frozen", Start, "It is."), Cancellation);
        await store.SetAsync(new SourceCondition("harbour", "frozen", Start.AddHours(1), "It is still."), Cancellation);
        await store.SetAsync(new SourceCondition("pier", "wrong_clock", Start, "It is off."), Cancellation);
        Assert.Equal([new SourceCondition("harbour", "frozen", Start, "It is still."), new SourceCondition("pier", "wrong_clock", Start, "It is off.")], await store.ListAsync(Cancellation));

        await store.ClearAsync("harbour", "frozen", Cancellation);
        await store.ClearAsync("pier", Cancellation);
        Assert.Empty(await store.ListAsync(Cancellation));
    }
}
