using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Tidemark.AcceptanceTests.Postgres;

/// <summary>A real PostgreSQL in a folder of its own, on a port of its own, which can be stopped and started again. It is gone with us, however we end.</summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    // The server ends and its folder goes when our end of the pipe closes. Immediate is what a power cut is to a server.
    private const string Keeper = """
        trap '' HUP INT TERM
        folder=$1 bin=$2 port=$3
        if [ "$(id -u)" = 0 ]; then
          chown postgres "$folder"
          as="setpriv --reuid=postgres --regid=postgres --init-groups --"
        fi
        cd "$folder"
        $as "$bin/initdb" -D "$folder/db" -U tidemark -A trust -E UTF8 --locale=C >&2 || exit
        start() {
          $as "$bin/postgres" -D "$folder/db" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder" -c fsync=on -c max_connections=200 </dev/null &
          server=$!
        }
        stop() {
          kill "-$1" "$server"
          wait "$server"
          echo "the server has ended" >&2
        }
        start
        while read -r what from to; do
          case $what in
            start) start ;;
            stop) stop "$from" ;;
            copy) $as cp -a "$folder/$from" "$folder/$to"; echo "the folder is copied" >&2 ;;
            swap) $as mv "$folder/$from" "$folder/$from.old"; $as mv "$folder/$to" "$folder/$from"; echo "the folders are swapped" >&2 ;;
          esac
        done
        kill -INT "$server"
        wait "$server"
        cd /
        rm -rf "$folder"
        """;

    private readonly Process process;
    private readonly Task reading;
    private readonly Queue<string> said = new();
    private readonly Lock gate = new();
    private (string Answer, TaskCompletionSource Heard) awaited;
    private int databases;

    private PostgresCluster(Process process, int port)
    {
        (this.process, Port) = (process, port);
        awaited = ("ready to accept connections", new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        reading = ReadAsync();
    }

    public int Port { get; }

    public static async Task<PostgresCluster> StartAsync()
    {
        var bin = Bin();
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
        var cluster = new PostgresCluster(process, port);
        await cluster.awaited.Heard.Task;
        return cluster;
    }

    /// <summary>A new, empty database: <c>postgres://tidemark@127.0.0.1:PORT/testN</c>.</summary>
    public async Task<string> NewDatabaseAsync(CancellationToken cancellation)
    {
        var name = $"test{Interlocked.Increment(ref databases)}";
        await ExecuteAsync($"create database {name}", cancellation);
        return $"postgres://tidemark@127.0.0.1:{Port}/{name}";
    }

    /// <summary>Runs SQL in the database <c>postgres</c>.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username=tidemark;Database=postgres;Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Runs one of PostgreSQL's own programs beside the server, with its arguments.</summary>
    public static ProcessStartInfo Tool(string name, params IReadOnlyList<string> arguments) => new(Path.Combine(Bin(), name), arguments);

    /// <summary>As a power cut does: nothing is finished, everything committed is there after the next start.</summary>
    public Task CrashAsync() => TellAsync("stop QUIT", "the server has ended");

    /// <summary>In order, so that the folder may be copied.</summary>
    public Task StopAsync() => TellAsync("stop INT", "the server has ended");

    public Task RestartAsync() => TellAsync("start", "ready to accept connections");

    /// <summary>Keeps a copy of the stopped server's files.</summary>
    public Task KeepCopyAsync() => TellAsync("copy db kept", "the folder is copied");

    /// <summary>Puts the kept copy in the place of the stopped server's files.</summary>
    public Task PutCopyBackAsync() => TellAsync("swap db kept", "the folders are swapped");

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task TellAsync(string what, string answer)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            awaited = (answer, heard);
        }

        await process.StandardInput.WriteLineAsync(what);
        await process.StandardInput.FlushAsync();
        await heard.Task;
    }

    // All the time: a server whose log nobody reads stands still when the pipe is full.
    private async Task ReadAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (gate)
            {
                said.Enqueue(line);
                if (said.Count > 100)
                {
                    said.Dequeue();
                }

                if (line.Contains(awaited.Answer, StringComparison.Ordinal))
                {
                    awaited.Heard.TrySetResult();
                }
            }
        }

        awaited.Heard.TrySetException(new InvalidOperationException($"PostgreSQL did not say '{awaited.Answer}':\n{string.Join('\n', said)}"));
    }

    private static string Bin()
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(candidate => File.Exists(Path.Combine(candidate, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        Assert.True(bin is not null, "There is no PostgreSQL under /usr/lib/postgresql. Run: ./tidemark setup --test");
        return bin;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
