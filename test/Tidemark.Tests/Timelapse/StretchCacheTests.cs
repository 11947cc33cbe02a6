using Tidemark.Archive;
using Tidemark.Tests.Time;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

public sealed class StretchCacheTests : IDisposable
{
    private readonly TempFolder temp = new();
    private readonly ManualTime clock = new();
    private readonly DataFolder folder;

    public StretchCacheTests()
    {
        folder = new DataFolder(temp["data"]);
        Assert.Null(folder.Prepare());
    }

    public void Dispose() => temp.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_kept_is_found_by_its_key_and_by_no_other()
    {
        var cache = Cache(1000);
        var name = await KeepAsync(cache, "aa", "first");

        Assert.Equal(name, await cache.FindAsync("aa", Cancellation));
        Assert.Null(await cache.FindAsync("a", Cancellation));
        Assert.Equal("first", await File.ReadAllTextAsync(cache.PathOf(name), Cancellation));
        Assert.Equal(name, await KeepAsync(cache, "aa", "first"));
        Assert.Single(Directory.GetFiles(folder.Stretches));
    }

    [Fact]
    public async Task One_that_was_damaged_is_thrown_away()
    {
        var cache = Cache(1000);
        var name = await KeepAsync(cache, "aa", "first");
        await File.WriteAllTextAsync(cache.PathOf(name), "fIrst", Cancellation);

        Assert.False(await cache.IsWholeAsync(name, Cancellation));
        Assert.Null(await cache.FindAsync("aa", Cancellation));
        Assert.Empty(Directory.GetFiles(folder.Stretches));
    }

    [Fact]
    public async Task What_was_not_used_for_longest_goes_first()
    {
        var cache = Cache(25);
        var (a, b) = (await KeepAsync(cache, "aa", "0123456789"), await KeepAsync(cache, "bb", "0123456789"));
        clock.Advance(StretchCache.Sacred + TimeSpan.FromMinutes(1));
        Assert.True(await cache.IsWholeAsync(a, Cancellation));

        var c = await KeepAsync(cache, "cc", "0123456789");

        Assert.Equal(new[] { a, c }.Order(), Directory.GetFiles(folder.Stretches).Select(Path.GetFileName).Order());
        Assert.False(await cache.IsWholeAsync(b, Cancellation));
    }

    [Fact]
    public async Task What_was_used_just_now_stays_whatever_the_limit()
    {
        var cache = Cache(5);
        var names = new[] { await KeepAsync(cache, "aa", "0123456789"), await KeepAsync(cache, "bb", "0123456789") };
        Assert.Equal(names.Order(), Directory.GetFiles(folder.Stretches).Select(Path.GetFileName).Order());

        clock.Advance(StretchCache.Sacred + TimeSpan.FromMinutes(1));
        await cache.TrimAsync(0, Cancellation);
        Assert.Empty(Directory.GetFiles(folder.Stretches));
    }

    [Fact]
    public async Task A_joint_is_known_once_it_was_noted_and_in_its_order_only()
    {
        var cache = Cache(1000);
        var (a, b) = (await KeepAsync(cache, "aa", "first"), await KeepAsync(cache, "bb", "second"));
        bool[] Known(params string[] names) => [.. cache.Parts([.. names.Select(name => (name, 1))]).Select(part => part.JointKnown)];
        Assert.Equal([false, false], Known(a, b));

        cache.NoteJoints([a, b]);

        Assert.Equal([true, false], Known(a, b));
        Assert.Equal([false, true, false], Known(b, a, b));
        Assert.Equal([false, false], Known(a, a));
    }

    private StretchCache Cache(long most) => new(folder, most, clock);

    private async Task<string> KeepAsync(StretchCache cache, string key, string content)
    {
        var file = Path.Combine(folder.Incoming, "x.mp4");
        await File.WriteAllTextAsync(file, content, Cancellation);
        return await cache.KeepAsync(key, file, Cancellation);
    }
}
