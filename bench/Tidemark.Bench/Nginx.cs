using System.Net;
using System.Net.Sockets;

namespace Tidemark.Bench;

/// <summary>nginx with the same bytes as files, on all cores and without a log: about the fastest that they can be served.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private readonly ChildProcess process;
    private readonly IPEndPoint address;

    private Nginx(ChildProcess process, IPEndPoint address) => (this.process, this.address) = (process, address);

    /// <param name="bodies">By name.</param>
    public static async Task<Nginx> StartAsync(string program, string folder, IReadOnlyDictionary<string, byte[]> bodies, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(folder, "files"));
        foreach (var (name, body) in bodies)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "files", name), body, cancellation);
        }

        var address = FreePort();
        var config = Path.Combine(folder, "nginx.conf");
        // Root's workers would become another user, who may not read here.
        var user = Environment.UserName == "root" ? "user root;" : "";
        await File.WriteAllTextAsync(config, $$"""
            {{user}}
            daemon off;
            worker_processes auto;
            pid {{folder}}/pid;
            error_log {{folder}}/error.log;
            events { worker_connections 256; }
            http {
              access_log off;
              sendfile on;
              tcp_nopush on;
              keepalive_requests 1000000000;
              open_file_cache max=100;
              client_body_temp_path {{folder}}; proxy_temp_path {{folder}}; fastcgi_temp_path {{folder}}; uwsgi_temp_path {{folder}}; scgi_temp_path {{folder}};
              server { listen {{address}}; root {{folder}}/files; }
            }
            """, cancellation);
        var nginx = new Nginx(ChildProcess.Start(program, ["-p", folder, "-c", config, "-e", Path.Combine(folder, "error.log")]), address);
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var line = new HttpLine();
                await line.ConnectAsync(address, cancellation);
                return nginx;
            }
            catch (SocketException) when (tries < 250)
            {
                await Task.Delay(Step, TimeProvider.System, cancellation);
            }
            catch
            {
                await nginx.DisposeAsync();
                throw;
            }
        }
    }

    public Target Get(string name) => new(address, HttpLine.Get(address, $"/{name}", null));

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
