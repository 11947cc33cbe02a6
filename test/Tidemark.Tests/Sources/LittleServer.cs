using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tidemark.Tests.Sources;

/// <summary>A real server on loopback that answers what a test says.</summary>
public sealed class LittleServer : IAsyncDisposable
{
    private readonly WebApplication host;

    private LittleServer(WebApplication host) => this.host = host;

    public int Port { get; private set; }

    /// <summary><c>http://127.0.0.1:PORT</c></summary>
    public string Address => $"http://127.0.0.1:{Port}";

    /// <param name="clock">What its Date header shows; null: the true time.</param>
    public static async Task<LittleServer> StartAsync(RequestDelegate answer, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        var server = new LittleServer(builder.Build());
        server.host.Run(http =>
        {
            if (clock is not null)
            {
                http.Response.Headers.Date = clock.GetUtcNow().ToString("r");
            }

            return answer(http);
        });
        await server.host.StartAsync(TestContext.Current.CancellationToken);
        server.Port = new Uri(server.host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return server;
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();
}
