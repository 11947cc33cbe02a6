using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Tidemark.Simulator.Faults;
using Tidemark.Simulator.Footage;

namespace Tidemark.Simulator;

/// <summary>Sites that speak HTTP on 127.0.0.1: an index and frames each, with a clock and faults on demand.</summary>
public sealed class SimulatedSites : IAsyncDisposable
{
    private const int PicturesKept = 96;

    private readonly WebApplication host;
    private readonly FootagePictures? footage;
    private readonly Dictionary<string, int> ids;
    private readonly FrameInstants[] spread;

    private SimulatedSites(SimulatorOptions options, SimulatedClock clock, FrameInstants instants, FootagePictures? footage, ServerCertificate? certificate, WebApplication host)
    {
        Options = options;
        Clock = clock;
        Instants = instants;
        this.footage = footage;
        ids = options.Sites.Index().DistinctBy(site => site.Item, StringComparer.Ordinal).ToDictionary(site => site.Item, site => site.Index, StringComparer.Ordinal);
        spread = options.SitesCount == 0 ? [] : [.. Enumerable.Range(0, (int)options.LiveEvery.TotalSeconds)
            .Select(second => new FrameInstants(instants.Start, options.Every, options.History, options.LiveEvery, TimeSpan.FromSeconds(second)))];
        this.host = host;
        Certificate = certificate;
        Requests = new RequestCounts(byFolder: options.SitesCount > 0);
        Faults = new SiteFaults(clock, Requests, host.Lifetime.ApplicationStopping);
        foreach (var site in options.HungSites())
        {
            Faults.Set(site, new Hung());
        }
    }

    public SimulatorOptions Options { get; }

    /// <summary>The simulator's clock; frames after the start appear as it passes them.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>When there are frames; of very many sites, of the first.</summary>
    public FrameInstants Instants { get; }

    /// <summary>When a site has frames. Very many do not have their new ones all in the same second: they are spread over the distance.</summary>
    public FrameInstants InstantsOf(string site) => spread.Length == 0 ? Instants : spread[ids[site] % spread.Length];

    /// <summary>What goes wrong, by site.</summary>
    public SiteFaults Faults { get; }

    public RequestCounts Requests { get; }

    /// <summary>What is shown where HTTPS is spoken; else null.</summary>
    public ServerCertificate? Certificate { get; }

    /// <summary><c>http://127.0.0.1:PORT</c>, or with <c>https</c>, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Where pictures of footage lie until the end; null for drawn scenes.</summary>
    public string? FootageFolder => footage?.Folder;

    /// <summary>Starts the sites and answers when they can be asked. Throws <see cref="ArgumentException"/> for options that cannot be, <see cref="IOException"/> for a port in use or footage that ffmpeg cannot read.</summary>
    public static async Task<SimulatedSites> StartAsync(SimulatorOptions? options = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        options ??= new SimulatorOptions();
        if (options.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        options = options.Named();
        var clock = new SimulatedClock(time ?? TimeProvider.System);
        if (options.Clock is { } now)
        {
            clock.Set(now);
        }

        var instants = new FrameInstants(options.Clock ?? clock.GetUtcNow(), options.Every, options.History, options.LiveEvery);
        var taken = options.Footage.Count == 0 ? null : await FootagePictures.ExtractAsync(options, instants, cancellation);
        IFrameSource pictures = options.SitesCount > 0
            ? new SharedPicture(options, instants.Start)
            : new CachedPictures((IFramePictures?)taken ?? new DrawnPictures(options), PicturesKept);
        var certificate = options.Https ? new ServerCertificate() : null;
        var sites = new SimulatedSites(options, clock, instants, taken, certificate, Build(options.Port, certificate));
        try
        {
            sites.host.Use(next => http => sites.Faults.AnswerAsync(http, next));
            sites.host.UseRouting();
            new SiteEndpoints(sites, pictures).Map(sites.host);
            ControlEndpoints.Map(sites.host, sites);
            await sites.host.StartAsync(cancellation);
            sites.Address = sites.host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return sites;
        }
        catch
        {
            await sites.DisposeAsync();
            throw;
        }
    }

    /// <summary>True where there is a site of this id.</summary>
    public bool Has(string site) => ids.ContainsKey(site);

    /// <summary>The address of a site's index.</summary>
    public string IndexUrl(string site) => $"{Address}/sites/{site}/index.json";

    /// <summary>The address of a list with the times of a zone, without an offset: the hour that comes twice is there twice.</summary>
    public string LocalIndexUrl(string site, string zone) => $"{Address}/sites/{site}/local.json?zone={Uri.EscapeDataString(zone)}";

    /// <summary>The address of the description of a site's newest frame.</summary>
    public string NewestUrl(string site) => $"{Address}/sites/{site}/newest.json";

    /// <summary>The address of a site's snapshot: always its newest frame.</summary>
    public string SnapshotUrl(string site) => $"{Address}/sites/{site}/snapshot.jpg";

    /// <summary>The address of a site's frame.</summary>
    public string FrameUrl(string site, DateTimeOffset instant) => Address + FramePath(site, instant);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
        footage?.Dispose();
        Certificate?.Dispose();
    }

    internal static string FramePath(string site, DateTimeOffset instant) => $"/sites/{site}/frames/{FrameInstants.Stamp(instant)}.jpg";

    private static WebApplication Build(int port, ServerCertificate? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => certificate?.Use(listen)));
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase);
        // Whoever started the sites ends them; hung answers end at once.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        return builder.Build();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
