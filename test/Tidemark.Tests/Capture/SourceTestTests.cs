using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Tidemark.Capture;
using Tidemark.Simulator.Faults;
using Tidemark.Sources;
using Tidemark.Tests.Sources;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Capture;

public sealed class SourceTestTests : IAsyncLifetime
{
    private const string Newest = "/sites/harbour/frames/20261122-081000.jpg";
    private static readonly string[] Steps = ["name", "connection", "answer", "image"];
    private readonly ManualTime time = new(CaptureRig.Start);
    private CaptureRig rig = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => rig = await CaptureRig.StartAsync(time);

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_good_source_passes_every_step_and_says_what_was_found()
    {
        var steps = await RunAsync(rig.Config("harbour"));

        Assert.Equal(Steps, steps.Select(step => step.Step));
        Assert.All(steps, step => Assert.True(step.Ok && step.Mend is null, step.Message));
        Assert.Contains("127.0.0.1", steps[0].Message, StringComparison.Ordinal);
        Assert.Contains("3 frames listed, newest 2026-11-22T08:10:00.000Z (harbour-20261122-081000)", steps[2].Message, StringComparison.Ordinal);
        Assert.Contains("64×48 JPEG", steps[3].Message, StringComparison.Ordinal);
        rig.AssertNothingIncoming();
        Assert.Empty(rig.FilesOf("harbour"));
    }

    [Fact]
    public async Task A_name_that_nobody_knows_fails_the_first_step() =>
        await FailsAsync(rig.Config("harbour") with { Url = "http://nope.invalid/index.json" }, "name", "'nope.invalid' cannot be resolved");

    [Fact]
    public async Task A_private_address_behind_a_name_is_refused_unless_the_operator_said_so()
    {
        var name = await PrivateNameAsync();
        Assert.SkipWhen(name is null, "/etc/hosts gives no private address a name beside localhost");
        var config = rig.Config("harbour") with { Url = $"http://{name}:{new Uri(rig.Sites.Address).Port}/sites/harbour/index.json" };

        await FailsAsync(config, "name", "a private address");
        Assert.True((await RunAsync(config with { PrivateNetwork = true }))[0].Ok);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_fails_the_connection()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        await FailsAsync(rig.Config("harbour") with { Url = $"http://127.0.0.1:{port}/index.json" }, "connection", $"does not listen on port {port}");
    }

    [Theory]
    [InlineData("500", "answered 500")]
    [InlineData("404", "answered 404")]
    [InlineData("<!doctype html><title>Welcome</title>", "a page (HTML or XML)")]
    [InlineData("{\"frames\":[{\"takenAt\":", "malformed JSON")]
    [InlineData("{\"pictures\":[]}", "no list at '/frames'")]
    [InlineData("{\"frames\":[]}", "is empty")]
    [InlineData("{\"frames\":[{\"url\":\"/a.jpg\"}]}", "no time at '/takenAt'")]
    [InlineData("{\"frames\":[{\"takenAt\":\"2026-11-22T08:00:00Z\"}]}", "no image address at '/url'")]
    public async Task An_answer_that_is_of_no_use_fails_the_third_step(string answer, string said)
    {
        await using var server = await LittleServer.StartAsync(http =>
        {
            http.Response.StatusCode = int.TryParse(answer, out var status) ? status : 200;
            return http.Response.WriteAsync(answer);
        });
        await FailsAsync(rig.Config("harbour") with { Url = server.Address + "/index.json" }, "answer", said);
    }

    [Theory]
    [InlineData("truncated", "cut short")]
    [InlineData("404", "answered 404")]
    [InlineData("cut", "broke")]
    [InlineData("elsewhere", "--allow-host")]
    public async Task A_picture_that_is_of_no_use_fails_the_last_step(string fault, string said)
    {
        await using var server = await LittleServer.StartAsync(http =>
        {
            http.Response.StatusCode = http.Request.Path == "/index.json" ? 200 : 404;
            return http.Response.WriteAsync($$"""{"frames":[{"takenAt":"2026-11-22T08:00:00Z","url":"{{(fault == "elsewhere" ? "http://images.example.org/a.jpg" : "/gone.jpg")}}"}]}""");
        });
        rig.Sites.Faults.Set("harbour", fault == "cut" ? new CutConnection() : new TruncatedImage());
        await FailsAsync(fault is "404" or "elsewhere" ? rig.Config("harbour") with { Url = server.Address + "/index.json" } : rig.Config("harbour"), "image", said);
    }

    [Theory]
    [InlineData(FaultTarget.Index, "answer")]
    [InlineData(FaultTarget.Images, "image")]
    public async Task What_hangs_is_given_up_after_four_seconds(FaultTarget what, string step)
    {
        rig.Sites.Faults.Set("harbour", new Hung { On = what });
        var running = RunAsync(rig.Config("harbour"));
        await rig.Sites.Requests.ReachesAsync(what == FaultTarget.Index ? "/sites/harbour/index.json" : Newest, 1, Cancellation);
        time.Advance(TimeSpan.FromSeconds(4));

        Failed(await running, step, "sent nothing for 4 s");
    }

    [Fact]
    public async Task What_dribbles_is_given_up_after_nine_seconds_in_all()
    {
        using var more = new SemaphoreSlim(1);
        await using var server = await LittleServer.StartAsync(async http =>
        {
            while (true)
            {
                await more.WaitAsync(http.RequestAborted);
                await http.Response.WriteAsync(" ", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        });
        var running = RunAsync(rig.Config("harbour") with { Url = server.Address + "/index.json" });
        for (var seconds = 0; seconds < 9; seconds += 3)
        {
            await time.DueAtAsync(CaptureRig.Start.AddSeconds(seconds + 4));
            time.Advance(TimeSpan.FromSeconds(3));
            more.Release();
        }

        Failed(await running, "answer", "longer than 9 s in all");
    }

    [Fact]
    public async Task A_folder_without_a_picture_that_fits_is_told_with_the_option_that_says_which_do()
    {
        using var uploads = new TempFolder();
        await Picture.WriteAsync(uploads["other.jpg"]);
        var steps = await RunAsync(new SourceConfig("", 60, null, [], PrivateNetwork: false) { Kind = SourceKind.FrameFolder, Folder = uploads.Path, NamePattern = "cam1_%s.jpg" });

        Assert.Equal([("folder", true), ("answer", false)], steps.Select(one => (one.Step, one.Ok)));
        Assert.Contains(" --name-pattern", steps[^1].Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_asked_and_left_leaves_nothing()
    {
        rig.Sites.Faults.Set("harbour", new Hung { On = FaultTarget.Images });
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = rig.Test.RunAsync(rig.Config("harbour"), null, leaves.Token);
        await rig.Sites.Requests.ReachesAsync(Newest, 1, Cancellation);
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        rig.AssertNothingIncoming();
    }

    // A name that this machine knows by itself, and that leads to private addresses only.
    private static async Task<string?> PrivateNameAsync()
    {
        var names = (await File.ReadAllLinesAsync("/etc/hosts", Cancellation)).SelectMany(line => line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Skip(1));
        var rules = new AddressRules(new SourceConfig("http://example.org", 60, new FrameIndexPointers("", "", ""), [], PrivateNetwork: false));
        foreach (var name in names.Where(name => !new Uri($"http://{name}/").IsLoopback))
        {
            if ((await Dns.GetHostAddressesAsync(name, Cancellation)).All(ip => rules.CheckMachine(name, ip)?.Message.Contains("a private address", StringComparison.Ordinal) == true))
            {
                return name;
            }
        }

        return null;
    }

    private Task<IReadOnlyList<SourceTestStep>> RunAsync(SourceConfig config) => rig.Test.RunAsync(config, null, Cancellation);

    private async Task FailsAsync(SourceConfig config, string step, string said) => Failed(await RunAsync(config), step, said);

    private void Failed(IReadOnlyList<SourceTestStep> steps, string step, string said)
    {
        Assert.Equal(Steps.TakeWhile(one => one != step).Append(step), steps.Select(one => one.Step));
        Assert.All(steps.SkipLast(1), one => Assert.True(one.Ok, one.Message));
        Assert.False(steps[^1].Ok);
        Assert.Contains(said, steps[^1].Message + steps[^1].Mend, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(steps[^1].Mend), steps[^1].Message);
        rig.AssertNothingIncoming();
    }
}
