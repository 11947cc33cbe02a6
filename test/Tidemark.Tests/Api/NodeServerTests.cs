using System.Net;
using System.Net.Sockets;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Archive;

namespace Tidemark.Tests.Api;

public sealed class NodeServerTests : IDisposable
{
    private readonly TempFolder temp = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => temp.Dispose();

    [Fact]
    public async Task A_port_in_use_is_said_and_nothing_is_left_so_that_a_second_start_works()
    {
        var data = new DataFolder(temp["data"]);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using (var node = (await CreateAsync(RunningNode.Config(data, port))).Value)
        {
            var refused = (await node.StartAsync(Cancellation))!;
            Assert.Equal((FailureKind.Conflict, "port_in_use"), (refused.Kind, refused.Code));
            Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
            Assert.Contains("--listen", refused.Mend, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(data.Socket));
        taken.Stop();
        await StartsAndStopsAsync(RunningNode.Config(data, port));
    }

    [Fact]
    public async Task A_second_node_on_the_same_SQLite_file_is_refused_and_told_what_several_need()
    {
        var database = Tidemark.Database.DatabaseAddress.Sqlite(temp["shared.db"]);
        await using (var first = (await CreateAsync(RunningNode.Config(new DataFolder(temp["first"])) with { Database = database })).Value)
        {
            var refused = (await CreateAsync(RunningNode.Config(new DataFolder(temp["second"])) with { Database = database })).Failure!;
            Assert.Equal("database_taken", refused.Code);
            Assert.Contains("PostgreSQL", refused.Mend, StringComparison.Ordinal);
        }

        await StartsAndStopsAsync(RunningNode.Config(new DataFolder(temp["second"])) with { Database = database });
    }

    [Fact]
    public async Task A_second_node_on_the_same_folder_is_refused_and_does_the_first_no_harm()
    {
        var data = new DataFolder(temp["data"]);
        await using var first = (await CreateAsync(RunningNode.Config(data))).Value;
        Assert.Null(await first.StartAsync(Cancellation));
        await File.WriteAllTextAsync(Path.Combine(data.Incoming, "under-way.part"), "x", Cancellation);

        var second = (await CreateAsync(RunningNode.Config(data))).Failure!;

        Assert.Equal((FailureKind.Conflict, "node_running"), (second.Kind, second.Code));
        Assert.Contains(data.Root, second.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(data.Socket));
        Assert.True(File.Exists(Path.Combine(data.Incoming, "under-way.part")));
    }

    [Fact]
    public async Task After_a_node_has_stopped_its_folder_and_its_port_are_free()
    {
        var data = new DataFolder(temp["data"]);
        var port = await StartsAndStopsAsync(RunningNode.Config(data));
        Assert.False(File.Exists(data.Socket));
        await StartsAndStopsAsync(RunningNode.Config(data, port));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        await File.WriteAllTextAsync(temp["file"], "", Cancellation);
        var refused = (await CreateAsync(RunningNode.Config(new DataFolder(temp["file/data"])))).Failure!;

        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.Contains(temp["file/data"], refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.Mend);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_made_is_not_taken_for_another_node()
    {
        var data = new DataFolder(temp["data"]);
        Directory.CreateDirectory(data.Lock);
        Assert.Equal(FailureKind.Infrastructure, (await CreateAsync(RunningNode.Config(data))).Failure?.Kind);
    }

    [Fact]
    public async Task A_folder_without_the_right_to_write_is_refused_with_its_mend()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may write everywhere");
        var data = new DataFolder(temp["data"]);
        Directory.CreateDirectory(data.Root, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var refused = (await CreateAsync(RunningNode.Config(data))).Failure!;

        Assert.Equal((FailureKind.Infrastructure, "no_permission"), (refused.Kind, refused.Code));
        Assert.Contains(data.Root, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_none_gives_the_folder_back()
    {
        var data = new DataFolder(temp["data"]);
        Directory.CreateDirectory(data.Root);
        await File.WriteAllTextAsync(data.Database, string.Concat(Enumerable.Repeat("This is no database. ", 1000)), Cancellation);
        Assert.Equal("database_damaged", (await CreateAsync(RunningNode.Config(data))).Failure?.Code);

        File.Delete(data.Database);
        await StartsAndStopsAsync(RunningNode.Config(data));
    }

    private static Task<Result<NodeServer>> CreateAsync(NodeConfig config) => NodeServer.CreateAsync(config, TimeProvider.System, Cancellation);

    private static async Task<int> StartsAndStopsAsync(NodeConfig config)
    {
        await using var node = (await CreateAsync(config)).Value;
        Assert.Null(await node.StartAsync(Cancellation));
        using var http = new HttpClient();
        Assert.Equal("ok", await http.GetStringAsync(new Uri(new Uri(node.Page), "/api/v1/health"), Cancellation));
        return new Uri(node.Page).Port;
    }
}
