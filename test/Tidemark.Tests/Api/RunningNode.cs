using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Media;
using Tidemark.Simulator;
using Tidemark.Time;

namespace Tidemark.Tests.Api;

/// <summary>A node on a free port with a data folder of its own, simulated sites, and a client that is signed in.</summary>
public sealed class RunningNode : IAsyncLifetime
{
    private readonly TimeProvider time;
    private readonly ToolPaths tools;

    public RunningNode()
        : this(TimeProvider.System)
    {
    }

    internal RunningNode(TimeProvider time, ToolPaths? tools = null) => (this.time, this.tools) = (time, tools ?? new ToolPaths());

    public static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 13, 5, TimeSpan.Zero);
    private readonly TempFolder temp = new();

    public NodeServer Node { get; private set; } = null!;

    public SimulatedSites Sites { get; private set; } = null!;

    /// <summary>Shows a token with every request.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Shows none, and keeps no cookies.</summary>
    public HttpClient Stranger { get; private set; } = null!;

    public string Token { get; private set; } = "";

    public DataFolder Data { get; private set; } = null!;

    public Uri Page => new(Node.Page);

    /// <summary>Where timelapses may be put; not there until a test makes it.</summary>
    public string Videos => temp["videos"];

    public static NodeConfig Config(DataFolder data, int port = 0) => new()
    {
        Data = data,
        Listen = new IPEndPoint(IPAddress.Loopback, port),
        Hosts = ["tide.example.org"],
        BehindProxy = false,
        Tls = null,
        Database = DatabaseAddress.Sqlite(data.Database),
        Capture = new CaptureOptions(),
        Tools = new ToolPaths(),
        LogLevel = LogLevel.Critical,
        TimelapseFolders = [Path.Combine(Path.GetDirectoryName(data.Root)!, "videos")],
        // One timelapse at a time, on any machine; and nobody waits for one that a test holds.
        Work = new WorkConfig { Cpu = 1000, Memory = 4L << 30, Drain = TimeSpan.Zero },
    };

    public async ValueTask InitializeAsync()
    {
        Data = new DataFolder(temp["data"]);
        Sites = await SimulatedSites.StartAsync(new SimulatorOptions { Width = 64, Height = 48, Clock = Start, History = TimeSpan.FromMinutes(60), LiveEvery = TimeSpan.Zero });
        await StartAsync();
    }

    /// <summary>Stops the node and starts another on the same data folder.</summary>
    public async Task RestartAsync()
    {
        Http.Dispose();
        Stranger.Dispose();
        await Node.DisposeAsync();
        await StartAsync();
    }

    private async Task StartAsync()
    {
        Node = (await NodeServer.CreateAsync(Config(Data) with { Tools = tools }, time, CancellationToken.None)).Value;
        Assert.Null(await Node.StartAsync(CancellationToken.None));
        Token = (await Node.SignInAddressAsync(CancellationToken.None)).Split("#token=")[1];
        Stranger = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Page };
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Page };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public async Task<JsonElement> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK) => await AnswerAsync(await Http.GetAsync(path, TestContext.Current.CancellationToken), expected);

    public async Task<JsonElement> PostAsync(string path, string? json, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var body = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        return await AnswerAsync(await Http.PostAsync(path, body, TestContext.Current.CancellationToken), expected);
    }

    public async Task<JsonElement> PutAsync(string path, string json, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        return await AnswerAsync(await Http.PutAsync(path, body, TestContext.Current.CancellationToken), expected);
    }

    public async Task<JsonElement> DeleteAsync(string path, HttpStatusCode expected = HttpStatusCode.NoContent) => await AnswerAsync(await Http.DeleteAsync(path, TestContext.Current.CancellationToken), expected);

    /// <summary>The answer's JSON; a refusal must be problem details that say what to do.</summary>
    public static async Task<JsonElement> AnswerAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(expected == answer.StatusCode, $"{(int)answer.StatusCode} instead of {(int)expected}: {text}");
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            if ((int)expected < 400)
            {
                return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
            }

            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            var problem = JsonSerializer.Deserialize<JsonElement>(text);
            Assert.Equal((int)expected, problem.GetProperty("status").GetInt32());
            Assert.NotEmpty(problem.GetProperty("title").GetString()!);
            Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
            Assert.Equal($"urn:tidemark:problem:{problem.GetProperty("code").GetString()}", problem.GetProperty("type").GetString());
            return problem;
        }
    }

    public string SourceJson(string id, string site, int everySeconds = 86_400) =>
        $$"""{"id":"{{id}}","kind":"frames.index","url":"{{Sites.IndexUrl(site)}}","everySeconds":{{everySeconds}},"index":{"list":"/frames","time":"/takenAt","image":"/url","name":"/name"} }""";

    /// <summary>Adds a source and waits until its six frames are there.</summary>
    public async Task CaptureAsync(string id, string site = "harbour")
    {
        var poller = (Poller)Node.Parts.GetService(typeof(Poller))!;
        var polled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Told(string source, Tidemark.Sources.SourceStatus status)
        {
            if (source == id)
            {
                polled.TrySetResult();
            }
        }

        poller.Polled += Told;
        await PostAsync("/api/v1/sources", SourceJson(id, site), HttpStatusCode.Created);
        await polled.Task.WaitAsync(TestContext.Current.CancellationToken);
        poller.Polled -= Told;
        Assert.Null(await Part<JournalShipper>().ShipAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Waits until a timelapse has ended, and gives it.</summary>
    public Task<JsonElement> EndedAsync(Guid id) => TimelapseAsync(id, it => it.GetProperty("endedAt").ValueKind != JsonValueKind.Null);

    /// <summary>Waits until a timelapse is as wanted.</summary>
    public async Task<JsonElement> TimelapseAsync(Guid id, Func<JsonElement, bool> wanted)
    {
        using var changed = new SemaphoreSlim(0);
        void Told(Guid? which) => changed.Release();
        var signals = Part<JobSignals>();
        signals.JobChanged += Told;
        try
        {
            while (true)
            {
                var it = await GetAsync($"/api/v1/timelapses/{id}");
                if (wanted(it))
                {
                    return it;
                }

                await changed.WaitAsync(TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            signals.JobChanged -= Told;
        }
    }

    /// <summary>A part of the node.</summary>
    public T Part<T>() => (T)Node.Parts.GetService(typeof(T))!;

    public static string Stamp(int minute) => Rfc3339.Stamp(new DateTimeOffset(2026, 11, 22, 7, 20, 0, TimeSpan.Zero).AddMinutes(minute));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Stranger.Dispose();
        await Node.DisposeAsync();
        await Sites.DisposeAsync();
        temp.Dispose();
    }
}
