using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Bench;

/// <summary>A real node in a process of its own, with an archive that was filled without waiting for cameras.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private readonly ChildProcess process;

    private BenchNode(ChildProcess process, IPEndPoint address, string token) => (this.process, Address, Token) = (process, address, token);

    public IPEndPoint Address { get; }

    public string Token { get; }

    /// <summary>The address of the newest frame of the first source; all frames are this same picture's rows, and it alone has a file.</summary>
    public static string FrameUrl => $"/api/v1/sources/camera-000/frames/{Rfc3339.Stamp(Newest)}.jpg";

    private static DateTimeOffset Newest { get; } = new(2026, 6, 21, 12, 0, 0, TimeSpan.Zero);

    public static async Task<BenchNode> StartAsync(string folder, int sources, int frames, byte[] picture, CancellationToken cancellation)
    {
        var (process, ready) = await ChildProcess.StartAsync(Places.Program("Tidemark.App"), ["up", "--data", folder, "--listen", "127.0.0.1:0", "--json"], cancellation);
        try
        {
            var page = new Uri(ready.GetProperty("page").GetString()!);
            await FillAsync(folder, sources, frames, picture, cancellation);
            return new BenchNode(process, new IPEndPoint(IPAddress.Loopback, page.Port), await TokenAsync(folder, cancellation));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public Target Get(string path) => new(Address, HttpLine.Get(Address, path, Token));

    public ValueTask DisposeAsync() => process.DisposeAsync();

    // Behind the running node's back, so that it does not begin to poll cameras that are not there.
    private static async Task FillAsync(string folder, int sources, int frames, byte[] picture, CancellationToken cancellation)
    {
        var data = new DataFolder(folder);
        await using var database = (await SqlDatabase.OpenAsync(DatabaseAddress.Sqlite(data.Database), TimeProvider.System, cancellation)).Value;
        await database.WriteAsync(async session =>
        {
            for (var i = 0; i < sources; i++)
            {
                var id = $"camera-{i:000}";
                var config = new SourceConfig($"http://127.0.0.1:9/{id}/index.json", 600, new FrameIndexPointers("/frames", "/takenAt", "/url", "/name"), [], PrivateNetwork: true);
                await session.ExecuteAsync("insert into source (id, kind, config, paused, created_at) values (@id, @kind, @config, @paused, @at)", cancellation,
                    ("id", id), ("kind", SourceKind.FrameIndex), ("config", config.ToJson()), ("paused", false), ("at", Newest));
                await session.ExecuteAsync(
                    """
                    with recursive number (n) as (select 0 union all select n + 1 from number where n + 1 < @frames)
                    insert into frame (source, time, name, bytes, width, height, sha256, received_at)
                    select @id, @newest - n * 600000000, @id || '-' || n, @bytes, 1280, 720, @sha256, @newest from number
                    """,
                    cancellation, ("frames", frames), ("id", id), ("newest", Newest), ("bytes", picture.Length), ("sha256", SHA256.HashData(picture)));
            }
        }, cancellation);
        var path = data.FramePath("camera-000", Newest);
        DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, picture, cancellation);
    }

    private static async Task<string> TokenAsync(string folder, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(new DataFolder(folder).Socket), stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var answer = await http.PostAsJsonAsync(new Uri("http://localhost/api/v1/tokens"), new { name = "bench" }, cancellation);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("token").GetString()!;
    }
}
