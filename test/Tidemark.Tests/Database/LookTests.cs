using Tidemark.Database;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Database;

public sealed class LookTests : IDisposable
{
    private readonly TempFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_look_migrates_nothing_and_makes_no_file()
    {
        Assert.False((await SqlDatabase.LookAsync(DatabaseAddress.Sqlite(folder["none.db"]), Cancellation)).Value);
        await File.WriteAllBytesAsync(folder["empty.db"], [], Cancellation);
        Assert.True((await SqlDatabase.LookAsync(DatabaseAddress.Sqlite(folder["empty.db"]), Cancellation)).Value);

        Assert.Equal([folder["empty.db"]], Directory.GetFiles(folder.Path));
        Assert.Equal(0, new FileInfo(folder["empty.db"]).Length);
    }

    [Fact]
    public async Task A_look_finds_a_database_that_is_in_use_well()
    {
        var address = DatabaseAddress.Sqlite(folder["a.db"]);
        await using var database = (await SqlDatabase.OpenAsync(address, new ManualTime(), Cancellation)).Value;
        Assert.True((await SqlDatabase.LookAsync(address, Cancellation)).Value);
    }

    [Fact]
    public async Task A_look_finds_what_is_no_database()
    {
        await File.WriteAllTextAsync(folder["a.db"], string.Concat(Enumerable.Repeat("no database", 1000)), Cancellation);
        Assert.True((await SqlDatabase.LookAsync(DatabaseAddress.Sqlite(folder["a.db"]), Cancellation)).Failed(out var failure));
        Assert.Equal("database_damaged", failure.Code);
    }

    public void Dispose() => folder.Dispose();
}
