using System.Text;
using System.Text.RegularExpressions;
using Tidemark.Simulator;

namespace Tidemark.Bench;

/// <summary>The page, the API's lists and a picture, beside nginx with the same bytes as files.</summary>
internal sealed partial class PageBenchmark : IBenchmark
{
    private const int FramesASource = 1000, FewSources = 4, ManySources = 200;
    private const string Visit = "first visit";
    private readonly List<IAsyncDisposable> servers = [];

    public string Name => "page";

    public string About => "The page, lists of the API and a frame: first visit, requests a second and latencies, beside nginx with the same bytes as files";

    public int Rounds => 7;

    public bool WarmsUp => true;

    public async Task<Sides> PrepareAsync(Room room, CancellationToken cancellation)
    {
        room.Say("starting nodes with 4 and 200 sources");
        var picture = await PictureAsync(cancellation);
        var few = await StartAsync(room, FewSources, picture, cancellation);
        var many = await StartAsync(room, ManySources, picture, cancellation);
        var assets = await AssetsAsync(few, cancellation);
        var lists = new (string Name, BenchNode Node, string Path)[]
        {
            ("the largest asset", few, assets[0]),
            ("list of 4 sources", few, "/api/v1/sources"),
            ("list of 200 sources", many, "/api/v1/sources"),
            ("list of 1000 frames", few, "/api/v1/sources/camera-000/frames?limit=1000"),
            ("a frame's picture", few, BenchNode.FrameUrl),
        };
        var nginx = await NginxAsync(room, few, assets, lists, cancellation);
        var duration = TimeSpan.FromSeconds(room.Quick ? 0.3 : 1);
        var cases = new List<Case> { new($"{Visit}, tidemark", stop => VisitsAsync(few.Get("/"), [.. assets.Select(few.Get)], stop)) };
        var ratios = new List<Ratio>();
        if (nginx is not null)
        {
            cases.Add(new Case($"{Visit}, nginx", stop => VisitsAsync(nginx.Get("index"), [.. assets.Select((_, i) => nginx.Get($"asset{i}"))], stop)));
            ratios.Add(new Ratio("everything", $"{Visit}, tidemark", $"{Visit}, nginx"));
        }

        for (var i = 0; i < lists.Length; i++)
        {
            var (name, node, path) = lists[i];
            var file = $"list{i}";
            cases.Add(new Case($"{name}, tidemark", stop => Loader.RunAsync(node.Get(path), duration, stop)));
            if (nginx is not null)
            {
                cases.Add(new Case($"{name}, nginx", stop => Loader.RunAsync(nginx.Get(file), duration, stop)));
                ratios.Add(new Ratio("requests", $"{name}, tidemark", $"{name}, nginx"));
            }
        }

        return new Sides(cases, ratios);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    private async Task<BenchNode> StartAsync(Room room, int sources, byte[] picture, CancellationToken cancellation)
    {
        var node = await BenchNode.StartAsync(room.PathOf($"node{sources}"), sources, FramesASource, picture, cancellation);
        servers.Add(node);
        return node;
    }

    private async Task<Nginx?> NginxAsync(Room room, BenchNode page, List<string> assets, (string Name, BenchNode Node, string Path)[] lists, CancellationToken cancellation)
    {
        if (Places.Installed("nginx") is not { } program)
        {
            room.Notes.Add("nginx is not installed: its side was left out. To have it: apt-get install nginx-light");
            return null;
        }

        var bodies = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["index"] = await BodyAsync(page.Get("/"), cancellation) };
        for (var i = 0; i < assets.Count; i++)
        {
            bodies[$"asset{i}"] = await BodyAsync(page.Get(assets[i]), cancellation);
        }

        for (var i = 0; i < lists.Length; i++)
        {
            bodies[$"list{i}"] = await BodyAsync(lists[i].Node.Get(lists[i].Path), cancellation);
        }

        var nginx = await Nginx.StartAsync(program, room.PathOf("nginx"), bodies, cancellation);
        servers.Add(nginx);
        return nginx;
    }

    // One visit is too short to be measured alone.
    private static async Task<IReadOnlyList<Measure>> VisitsAsync(Target document, Target[] assets, CancellationToken cancellation)
    {
        var visits = new List<IReadOnlyList<Measure>>();
        for (var i = 0; i < 25; i++)
        {
            visits.Add(await Loader.VisitAsync(document, assets, cancellation));
        }

        return [.. visits[0].Select((measure, at) => measure with { Value = Spread.Of([.. visits.Select(visit => visit[at].Value)]).Median })];
    }

    /// <summary>What the document names, largest first.</summary>
    private static async Task<List<string>> AssetsAsync(BenchNode node, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Address}") };
        var document = Encoding.UTF8.GetString(await http.GetByteArrayAsync(new Uri("/", UriKind.Relative), cancellation));
        var sizes = new List<(string Path, int Bytes)>();
        foreach (Match match in Named().Matches(document))
        {
            sizes.Add((match.Groups["path"].Value, (await http.GetByteArrayAsync(new Uri(match.Groups["path"].Value, UriKind.Relative), cancellation)).Length));
        }

        return [.. sizes.OrderByDescending(asset => asset.Bytes).Select(asset => asset.Path)];
    }

    private static async Task<byte[]> BodyAsync(Target target, CancellationToken cancellation)
    {
        using var line = new HttpLine();
        await line.ConnectAsync(target.Server, cancellation);
        return (await line.AskAsync(target.Request, cancellation)).Body.ToArray();
    }

    private static async Task<byte[]> PictureAsync(CancellationToken cancellation)
    {
        await using var sites = await SimulatedSites.StartAsync(new SimulatorOptions { Sites = ["harbour"], LiveEvery = TimeSpan.Zero }, TimeProvider.System, cancellation);
        using var http = new HttpClient();
        return await http.GetByteArrayAsync(new Uri(sites.FrameUrl("harbour", sites.Instants.NewestFirst(sites.Clock.GetUtcNow()).First())), cancellation);
    }

    [GeneratedRegex("(?:src|href)=\"(?<path>/[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
