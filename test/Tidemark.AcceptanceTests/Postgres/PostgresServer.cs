using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Tidemark.AcceptanceTests.Postgres;
using Tidemark.Database;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Tidemark.AcceptanceTests.Postgres;

/// <summary>
/// A real PostgreSQL in a folder of its own, started when the first test wants it and gone with the tests. Each test has a
/// database of its own.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    // The server ends and its folder goes when our end of the pipe closes: however these tests end.
    private const string Keeper = """
        trap '' HUP INT TERM
        folder=$1 bin=$2 port=$3
        if [ "$(id -u)" = 0 ]; then
          chown postgres "$folder"
          as="setpriv --reuid=postgres --regid=postgres --init-groups --"
        fi
        cd "$folder"
        $as "$bin/initdb" -D "$folder/db" -U tidemark -A trust -E UTF8 --locale=C >&2 || exit
        $as "$bin/postgres" -D "$folder/db" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder" -c fsync=on -c max_connections=200 </dev/null &
        server=$!
        read -r _
        kill -INT "$server"
        wait "$server"
        cd /
        rm -rf "$folder"
        """;

    private readonly Lazy<Task<Running>> running = new(StartAsync);
    private int databases;

    /// <summary>A new, empty database: <c>postgres://tidemark@127.0.0.1:PORT/testN</c>.</summary>
    public async Task<string> NewDatabaseAsync(CancellationToken cancellation)
    {
        var server = await running.Value;
        var name = $"test{Interlocked.Increment(ref databases)}";
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={server.Port};Username=tidemark;Database=postgres;Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var create = new NpgsqlCommand($"create database {name}", connection);
        await create.ExecuteNonQueryAsync(cancellation);
        return $"postgres://tidemark@127.0.0.1:{server.Port}/{name}";
    }

    /// <summary>The same, opened and migrated.</summary>
    public async Task<SqlDatabase> OpenFreshAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var address = DatabaseAddress.Parse(await NewDatabaseAsync(cancellation)).Value;
        return (await SqlDatabase.OpenAsync(address, TimeProvider.System, cancellation)).Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (!running.IsValueCreated || running.Value.IsFaulted)
        {
            return;
        }

        var server = await running.Value;
        server.Process.StandardInput.Close();
        await server.Process.WaitForExitAsync();
        server.Process.Dispose();
    }

    private static async Task<Running> StartAsync()
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(candidate => File.Exists(Path.Combine(candidate, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        Assert.True(bin is not null, "There is no PostgreSQL under /usr/lib/postgresql. Run: ./tidemark setup --test");
        var port = FreePort();
        var folder = Directory.CreateTempSubdirectory("tm-pg-").FullName;
        var process = Process.Start(new ProcessStartInfo("/usr/bin/setsid", ["/bin/sh", "-c", Keeper, "postgres-keeper", folder, bin, $"{port}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _ = process.StandardOutput.ReadToEndAsync();
        var said = new List<string>();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            said.Add(line);
            if (line.Contains("ready to accept connections", StringComparison.Ordinal))
            {
                _ = process.StandardError.ReadToEndAsync();
                return new Running(process, port);
            }
        }

        throw new InvalidOperationException($"PostgreSQL did not start:\n{string.Join('\n', said)}");
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed record Running(Process Process, int Port);
}
