using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Browser;

/// <summary>The page of a job whose graph is made up at the wire: what can be asked for today has one task only.</summary>
public class JobsPageTests(Chromium chromium)
{
    private static readonly string[] Diamond = ["fetch", "decode-1", "decode-2", "encode-1", "encode-2", "join"];

    private static readonly (int From, int To)[] DiamondEdges = [(1, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 6)];

    [Fact]
    public async Task A_graph_is_walked_by_keys_along_its_lines()
    {
        await using var station = await Station.StartAsync(Station.Small);
        await using var view = await OpenAsync(station, Job("running", [.. Diamond.Select((name, i) => Work(i + 1, name, i < 3 ? "done" : i < 5 ? "running" : "waiting"))], DiamondEdges));

        await Box(view, "fetch").FocusAsync();
        foreach (var (key, task) in ((string, string)[])[("ArrowRight", "decode-1"), ("ArrowDown", "decode-2"), ("ArrowRight", "encode-2"), ("ArrowRight", "join"), ("ArrowRight", "join"), ("Home", "fetch"), ("End", "join")])
        {
            await view.Page.Keyboard.PressAsync(key);
            await Assertions.Expect(Box(view, task)).ToBeFocusedAsync();
            await Assertions.Expect(view.Page.GetByRole(AriaRole.Region, new() { Name = $"Task {task}", Exact = true })).ToBeVisibleAsync();
        }

        await Assertions.Expect(view.Page.GetByRole(AriaRole.Button, new() { Name = "encode-1, running" })).ToHaveAttributeAsync("data-state", "running");
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Button, new() { Name = "Retry", Exact = true })).ToBeDisabledAsync();
        view.WasGood();
    }

    [Fact]
    public async Task A_failed_task_is_what_is_looked_at_first_and_is_retried_from_there()
    {
        await using var station = await Station.StartAsync(Station.Small);
        await using var view = await OpenAsync(station, Job("failed", [.. Diamond.Select((name, i) => Work(i + 1, name, i < 4 ? "done" : i == 4 ? "failed" : "skipped"))], DiamondEdges));
        var detail = view.Page.GetByRole(AriaRole.Region, new() { Name = "Task encode-2" });
        await Assertions.Expect(detail).ToContainTextAsync("The tool crashed.");
        await Assertions.Expect(detail.GetByText("signal 11")).ToBeHiddenAsync();
        await detail.GetByText("For admins").ClickAsync();
        await Assertions.Expect(detail.GetByText("signal 11")).ToBeVisibleAsync();

        var request = await view.Page.RunAndWaitForRequestAsync(() => detail.GetByRole(AriaRole.Button, new() { Name = "Retry from here" }).ClickAsync(), "**/jobs/made-up/retry");
        Assert.Equal("""{"from":"encode-2"}""", request.PostData);
        view.WasGood();
    }

    [Fact]
    public async Task A_graph_too_big_to_look_at_is_told_by_layers_and_as_shortened()
    {
        await using var station = await Station.StartAsync(Station.Small);
        var tasks = Enumerable.Range(1, 1000).Select(n => Work(n, n == 1 ? "list" : $"encode-{n}", n < 990 ? "done" : "ready")).ToArray();
        await using var view = await OpenAsync(station, Job("running", tasks, [.. Enumerable.Range(2, 999).Select(n => (1, n))], truncated: true));
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Button, new() { Name = "Layer 2: 999 × media.encode, 11 ready, 988 done" })).ToBeVisibleAsync();
        await Assertions.Expect(view.Page.GetByText("the first 1,000 of 10,002 tasks")).ToBeVisibleAsync();
        await Assertions.Expect(view.Page.GetByText("9,990 of 10,002 tasks done")).ToBeVisibleAsync();
        view.WasGood();
    }

    [Theory, InlineData(ColorScheme.Light, 390), InlineData(ColorScheme.Dark, 390), InlineData(ColorScheme.Dark, 1280)]
    public async Task A_wide_graph_scrolls_in_its_own_box_and_not_the_page(ColorScheme scheme, int width)
    {
        await using var station = await Station.StartAsync(Station.Small);
        var chain = Enumerable.Range(1, 30).Select(n => Work(n, string.Create(CultureInfo.InvariantCulture, $"step-{n}"), n < 25 ? "done" : n == 25 ? "running" : "waiting")).ToArray();
        var screen = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 844 }, ColorScheme = scheme, HasTouch = width < 500, IsMobile = width < 500 };
        await using var view = await OpenAsync(station, Job("running", chain, [.. Enumerable.Range(1, 29).Select(n => (n, n + 1))]), screen);
        await Assertions.Expect(Box(view, "step-25")).ToBeInViewportAsync();
        await Assertions.Expect(Box(view, "step-1")).Not.ToBeInViewportAsync();
        await view.FitsAsync();
        view.WasGood();
    }

    private async Task<PageView> OpenAsync(Station station, object job, BrowserNewContextOptions? options = null)
    {
        var view = await PageView.SignInAsync(chromium, station.Node, options);
        await view.Page.RouteAsync("**/api/v1/jobs/made-up**", route => Answer(route, job));
        await view.Page.RouteAsync("**/api/v1/jobs/made-up/retry", route => Answer(route, job));
        await view.Page.RouteAsync("**/api/v1/jobs/made-up/track*", route => Answer(route, new { Events = Array.Empty<object>() }));
        await view.Page.GotoAsync($"{station.Node.Page}#/jobs/made-up");
        await Assertions.Expect(view.Page.GetByRole(AriaRole.Group, new() { NameRegex = new("^Graph of", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)) })).ToBeVisibleAsync();
        return view;
    }

    private static Task Answer(IRoute route, object body) => route.FulfillAsync(new() { ContentType = "application/json", Body = JsonSerializer.Serialize(body, JsonSerializerOptions.Web) });

    private static ILocator Box(PageView view, string name) => view.Page.Locator($"[data-task='{name}']");

    private static object Job(string state, object[] tasks, (int From, int To)[] edges, bool truncated = false) => new
    {
        Id = "made-up",
        Kind = "test",
        Title = "A made-up job",
        Tenant = "default",
        Priority = 2,
        State = state,
        Key = (string?)null,
        Round = 1,
        CreatedAt = "2026-11-20T12:00:00Z",
        StartedAt = "2026-11-20T12:00:01Z",
        EndedAt = state == "running" ? null : "2026-11-20T12:01:00Z",
        NotBefore = (string?)null,
        Counts = new { Total = truncated ? 10002 : tasks.Length, Waiting = 0, Ready = 12, Running = 0, Done = truncated ? 9990 : 0, Failed = 0, Cancelled = 0, Skipped = 0 },
        Progress = (object?)null,
        Failure = (object?)null,
        Trouble = (string?)null,
        Tasks = tasks,
        Edges = edges.Select(edge => new { edge.From, edge.To }).ToArray(),
        Truncated = truncated,
    };

    private static object Work(int number, string name, string state) => new
    {
        Number = number,
        Name = name,
        Handler = $"media.{name.Split('-')[0]}",
        State = state,
        Attempt = 1,
        Node = "here",
        ReadyAt = (string?)null,
        StartedAt = state is "ready" or "waiting" or "skipped" ? null : "2026-11-20T12:00:01Z",
        EndedAt = state is "done" or "failed" ? "2026-11-20T12:00:05Z" : null,
        Progress = (object?)null,
        Failure = state == "failed" ? new { Kind = "toolCrash", Code = "ffmpeg_crashed", Message = "The tool crashed.", Mend = "retry it", Detail = "signal 11" } : null,
        Trouble = (string?)null,
        Needs = new { Cpu = 1.0, MemoryBytes = 512_000_000L, DiskBytes = 0L, Gpu = 0, Tags = Array.Empty<string>() },
    };
}
