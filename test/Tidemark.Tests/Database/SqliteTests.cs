using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Tidemark.Database;

namespace Tidemark.Tests.Database;

public sealed class SqliteDatabaseTests : DatabaseConformance
{
    private readonly TempFolder folder = new();

    protected override Task<SqlDatabase> OpenFreshAsync() => Sqlite.OpenAsync(folder["tidemark.db"]);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }
}

public sealed class SqliteStoreTests : StoreConformance
{
    private readonly TempFolder folder = new();

    protected override Task<SqlDatabase> OpenFreshAsync(int last = int.MaxValue) => Sqlite.OpenAsync(folder[$"tidemark-{last}.db"], last: last);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task No_secret_of_a_token_is_in_any_file_of_the_database()
    {
        var token = await Tokens.CreateAsync(new App.Api.TokenRequest("camera-room"), Cancellation);
        var secret = System.Text.Encoding.ASCII.GetBytes(token.Token![3..]);

        foreach (var file in Directory.GetFiles(folder.Path))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, Cancellation);
            Assert.Equal(-1, content.ToArray().AsSpan().IndexOf(secret));
            Assert.Equal(-1, content.ToArray().AsSpan().IndexOf(Convert.FromHexString(token.Token![3..])));
        }
    }
}

public sealed class SqliteBadDayTests : IDisposable
{
    private readonly TempFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_is_no_database_is_said_to_be_damaged_and_stays_as_it_is()
    {
        var path = folder["tidemark.db"];
        await File.WriteAllTextAsync(path, new string('x', 5000), Cancellation);

        var opened = await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(path), TimeProvider.System, Cancellation);

        Assert.Equal((FailureKind.Infrastructure, "database_damaged"), (opened.Failure!.Kind, opened.Failure.Code));
        Assert.Contains(path, opened.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(path, Cancellation));
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_said()
    {
        var opened = await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(folder["missing/tidemark.db"]), TimeProvider.System, Cancellation);

        Assert.Equal((FailureKind.Infrastructure, "database_cannot_open"), (opened.Failure!.Kind, opened.Failure.Code));
        Assert.NotNull(opened.Failure.Mend);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_file_is_said()
    {
        Directory.CreateDirectory(folder["tidemark.db"]);

        var opened = await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(folder["tidemark.db"]), TimeProvider.System, Cancellation);

        Assert.Equal((FailureKind.Infrastructure, "database_cannot_open"), (opened.Failure!.Kind, opened.Failure.Code));
    }

    [Fact]
    public async Task A_folder_without_the_right_to_write_is_said()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root may write everywhere");
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            var opened = await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(folder["tidemark.db"]), TimeProvider.System, Cancellation);
            Assert.Equal(FailureKind.Infrastructure, opened.Failure!.Kind);
        }
        finally
        {
            File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_full_disk_is_a_failure_that_keeps_what_was_there_and_goes_away_with_it()
    {
        await using var database = await Sqlite.OpenAsync(folder["tidemark.db"]);
        Task Grow(long pages) => database.WriteAsync(async session =>
        {
            // The limit belongs to the connection: it is what SQLite says when the disk has no more pages.
            await session.QueryAsync($"pragma max_page_count = {pages}", row => row.Int(0), Cancellation);
            await session.ExecuteAsync("insert into source (id, kind, config, paused, created_at) values ('a', 'x', @config, 0, 0)", Cancellation, ("config", new string('x', 1_000_000)));
        }, Cancellation);

        var error = await Assert.ThrowsAnyAsync<DbException>(() => Grow(1));

        var failure = DatabaseFailures.Map(error);
        Assert.Equal((FailureKind.Resource, "disk_full"), (failure.Kind, failure.Code));
        await Grow(1_000_000);
    }

    [Fact]
    public async Task A_database_is_opened_again_with_what_was_written()
    {
        await using (var first = await Sqlite.OpenAsync(folder["tidemark.db"]))
        {
            await first.WriteAsync(session => session.ExecuteAsync("insert into source_status (source, at, outcome, failures) values ('a', 1, 'ok', 0)", Cancellation), Cancellation);
        }

        await using var second = await Sqlite.OpenAsync(folder["tidemark.db"]);
        Assert.Equal(["a"], await second.ReadAsync(session => session.QueryAsync("select source from source_status", row => row.Text(0), Cancellation), Cancellation));
    }

    public void Dispose() => folder.Dispose();
}

public sealed class DatabaseAddressTests
{
    [Fact]
    public async Task A_postgres_that_does_not_listen_is_unreachable_and_its_password_is_not_told()
    {
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = DatabaseAddress.Parse($"postgres://tide:hunter2@127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}/tidemark").Value;

        var opened = await SqlDatabase.OpenAsync(address, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal((FailureKind.Unreachable, "database_unreachable"), (opened.Failure!.Kind, opened.Failure.Code));
        Assert.DoesNotContain("hunter2", opened.Failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://tide:hunter2@db.example.org/tidemark", "postgres://tide@db.example.org:5432/tidemark")]
    [InlineData("postgresql://tide:hun%40ter2@db.example.org:6543/tide%20mark", "postgres://tide@db.example.org:6543/tide%20mark")]
    [InlineData("postgres://db.example.org/tidemark", "postgres://db.example.org:5432/tidemark")]
    [InlineData("sqlite:/srv/tidemark.db", "sqlite:/srv/tidemark.db")]
    public void An_address_is_shown_without_its_password(string text, string shown)
    {
        var address = DatabaseAddress.Parse(text).Value;

        Assert.Equal(shown, address.Display);
        Assert.DoesNotContain("hunter2", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sqlite:")]
    [InlineData("tidemark.db")]
    [InlineData("mysql://tide:hunter2@db/tidemark")]
    [InlineData("postgres://tide:hunter2@db")]
    [InlineData("postgres://tide:hunter2@db/a/b")]
    [InlineData("postgres://tide:hun@ter2@db")]
    public void What_is_no_address_is_refused_with_the_forms_there_are_and_without_the_password(string text)
    {
        var failure = DatabaseAddress.Parse(text).Failure!;

        Assert.Equal("database_address", failure.Code);
        Assert.Contains("postgres://user:password@host", failure.Mend, StringComparison.Ordinal);
        Assert.DoesNotContain("ter2", failure.Message, StringComparison.Ordinal);
    }
}

/// <summary>SQLite databases for tests.</summary>
public static class Sqlite
{
    public static async Task<SqlDatabase> OpenAsync(string path, TimeProvider? time = null, int last = int.MaxValue) =>
        (await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(path), time ?? TimeProvider.System, TestContext.Current.CancellationToken, last)).Value;
}
