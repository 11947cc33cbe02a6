using Tidemark.Simulator;

namespace Tidemark.AcceptanceTests.Running;

/// <summary>Simulated sites in this process, a real node beside them, and a folder for both: everything is gone with it.</summary>
internal sealed class Station : IAsyncDisposable
{
    private readonly TempFolder folder;

    private Station(TempFolder folder, SimulatedSites sites, Node node)
    {
        (this.folder, Sites, Node) = (folder, sites, node);
    }

    /// <summary>Small pictures that still have room for a time code.</summary>
    public static SimulatorOptions Small { get; } = new() { Width = 640, Height = 360, Every = TimeSpan.FromMinutes(10), History = TimeSpan.FromMinutes(100), LiveEvery = TimeSpan.Zero };

    public SimulatedSites Sites { get; }

    public Node Node { get; private set; }

    public string Data => Node.Data;

    /// <summary>A path in the test's own folder, outside the data folder.</summary>
    public string this[string name] => folder[name];

    /// <summary>The instants of the frames that every site has from the start, oldest first.</summary>
    public IReadOnlyList<DateTimeOffset> Instants => [.. Sites.Instants.NewestFirst(Sites.Instants.Start).Reverse()];

    /// <summary>From the first frame to just after the last.</summary>
    public IReadOnlyList<string> Range => ["--from", Text(Instants[0]), "--to", Text(Instants[^1].AddSeconds(1))];

    public static async Task<Station> StartAsync(SimulatorOptions? options = null, IReadOnlyList<string>? up = null, IReadOnlyDictionary<string, string?>? environment = null, string? data = null)
    {
        var folder = new TempFolder();
        var sites = await SimulatedSites.StartAsync(options ?? Small, cancellation: TestContext.Current.CancellationToken);
        try
        {
            return new Station(folder, sites, await Node.StartAsync(data ?? folder["data"], up, environment));
        }
        catch
        {
            await sites.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Adds sites as sources, as a person does. They are polled at once, and then at midnight.</summary>
    public async Task AddAsync(IEnumerable<string> sites, string every = "24h")
    {
        foreach (var site in sites)
        {
            (await Node.RunAsync(AddArguments(site, every))).Ended(0);
        }
    }

    public IReadOnlyList<string> AddArguments(string site, string every = "24h") =>
        ["source", "add", site, "--url", Sites.IndexUrl(site), "--list", "/frames", "--time", "/takenAt", "--name", "/name", "--image", "/url", "--every", every, "--private-network"];

    /// <summary>Adds sites and waits for all their frames.</summary>
    public async Task CaptureAsync(params IReadOnlyList<string> sites)
    {
        await AddAsync(sites);
        foreach (var site in sites)
        {
            await Node.WhenCapturedAsync(site, Sites.Instants.HistoryCount);
        }
    }

    /// <summary>Starts the node anew on the same data folder.</summary>
    public async Task RestartAsync(int port = 0, IReadOnlyList<string>? up = null)
    {
        var data = Data;
        await Node.DisposeAsync();
        Node = await Node.StartAsync(data, up, port: port);
    }

    public static string Text(DateTimeOffset instant) => Time.Rfc3339.Format(instant);

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        await Sites.DisposeAsync();
        folder.Dispose();
    }
}
