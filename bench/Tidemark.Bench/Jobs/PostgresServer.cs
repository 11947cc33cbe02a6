using Npgsql;

namespace Tidemark.Bench.Jobs;

/// <summary>
/// PostgreSQL as a user has it: Debian's, with its defaults (fsync on), in a folder of its own; or one that the person
/// names. What is measured gets databases of its own, which are dropped afterwards.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly List<string> databases = [];
    private readonly string address;
    private readonly string connectionString;
    private readonly KeptServer? own;
    private readonly string? log;

    private PostgresServer(string address, string connectionString, KeptServer? own, string? log) => (this.address, this.connectionString, this.own, this.log) = (address, connectionString, own, log);

    /// <summary>What it said, where it is our own.</summary>
    public string? Log => log;

    /// <summary>Its processor time so far, where it is our own.</summary>
    public TimeSpan? Cpu => own?.Cpu();

    public static async Task<PostgresServer> StartAsync(Room room, CancellationToken cancellation)
    {
        if (room.Postgres is { } url)
        {
            var uri = new Uri(url);
            var user = uri.UserInfo.Split(':', 2);
            var builder = new NpgsqlConnectionStringBuilder
            {
                Host = uri.Host,
                Port = uri.Port < 0 ? 5432 : uri.Port,
                Database = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/')),
                Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
                Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            };
            return new PostgresServer(uri.GetLeftPart(UriPartial.Authority), builder.ConnectionString, null, null);
        }

        room.Say("starting PostgreSQL");
        var bin = Binaries() ?? throw new BenchmarkBroke("There is no PostgreSQL under /usr/lib/postgresql. Run: apt-get install postgresql, or name one with --postgres URL");
        var folder = await FolderAsync(room, cancellation);
        string[] asUser = Environment.UserName == "root" ? AsPostgres : [];
        await ChildProcess.RunAsync("/usr/bin/env", [.. asUser, $"{bin}/initdb", "-D", $"{folder}/db", "-U", "tidemark", "-A", "trust", "-E", "UTF8", "--locale=C"], cancellation);
        var port = KeptServer.FreePort();
        var server = KeptServer.Start(folder, "postgres",
            [.. asUser, $"{bin}/postgres", "-D", $"{folder}/db", "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={folder}"]);
        var postgres = new PostgresServer($"postgres://tidemark@127.0.0.1:{port}", $"Host=127.0.0.1;Port={port};Username=tidemark;Database=postgres", server, Path.Combine(folder, "postgres.log"));
        try
        {
            await server.SaysAsync("ready to accept connections", cancellation);
            return postgres;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new, empty database, as <see cref="Database.DatabaseAddress"/> wants it.</summary>
    public async Task<string> NewDatabaseAsync(string name, CancellationToken cancellation)
    {
        name = $"bench_{Environment.ProcessId}_{name}";
        await ExecuteAsync(null, $"create database {name} template template0 encoding 'UTF8' locale 'C'", cancellation);
        databases.Add(name);
        return $"{address}/{name}";
    }

    /// <param name="database">An address from <see cref="NewDatabaseAsync"/>; null for the server's own.</param>
    public string ConnectionString(string? database) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Database = database is null ? new NpgsqlConnectionStringBuilder(connectionString).Database : database[(database.LastIndexOf('/') + 1)..],
        Pooling = false,
        CommandTimeout = 0,
    }.ConnectionString;

    public async Task<NpgsqlConnection> ConnectAsync(string? database, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync(cancellation);
        return connection;
    }

    public async Task ExecuteAsync(string? database, string sql, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(database, cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<T> ValueAsync<T>(string? database, string sql, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(database, cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async ValueTask DisposeAsync()
    {
        if (own is not null)
        {
            await own.DisposeAsync();
            Directory.Delete(Path.GetDirectoryName(log)!, recursive: true);
            return;
        }

        foreach (var name in databases)
        {
            await ExecuteAsync(null, $"drop database {name} with (force)", CancellationToken.None);
        }
    }

    private static string[] AsPostgres => ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"];

    private static string? Binaries() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    // PostgreSQL refuses to run as root, and the user that it runs as then may have no way into the source tree.
    private static async Task<string> FolderAsync(Room room, CancellationToken cancellation)
    {
        var folder = room.PathOf("postgres");
        Directory.CreateDirectory(folder);
        if (Environment.UserName != "root")
        {
            return folder;
        }

        await ChildProcess.RunAsync("/usr/bin/env", ["chown", "postgres:", folder], cancellation);
        try
        {
            await ChildProcess.RunAsync("/usr/bin/env", [.. AsPostgres, "test", "-w", folder], cancellation);
            return folder;
        }
        catch (BenchmarkBroke)
        {
            Directory.Delete(folder);
        }

        folder = $"/var/tmp/tidemark-bench-{Environment.ProcessId}";
        Directory.CreateDirectory(folder);
        await ChildProcess.RunAsync("/usr/bin/env", ["chown", "postgres:", folder], cancellation);
        room.Notes.Add($"The user postgres cannot enter {room.Folder}: its database was in {folder}.");
        return folder;
    }
}
