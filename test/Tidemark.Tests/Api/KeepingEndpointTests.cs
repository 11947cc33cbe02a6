using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tidemark.App.Api;
using Tidemark.Archive;

namespace Tidemark.Tests.Api;

public sealed partial class KeepingEndpointTests : IAsyncLifetime
{
    private readonly RunningNode node = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => node.InitializeAsync();

    public ValueTask DisposeAsync() => node.DisposeAsync();

    [Fact]
    public async Task Usage_tells_of_each_source_and_of_the_disk()
    {
        await node.CaptureAsync("harbour");
        var usage = await node.GetAsync("/api/v1/archive/usage");

        var source = Assert.Single(usage.GetProperty("sources").EnumerateArray());
        Assert.Equal(("harbour", 6), (source.GetProperty("source").GetString(), source.GetProperty("frames").GetInt32()));
        Assert.Equal(usage.GetProperty("frameBytes").GetInt64(), source.GetProperty("bytes").GetInt64());
        Assert.True(usage.GetProperty("freeBytes").GetInt64() > 0 && usage.GetProperty("totalBytes").GetInt64() > usage.GetProperty("freeBytes").GetInt64());
        Assert.Equal(31, usage.GetProperty("days").GetArrayLength());
    }

    [Fact]
    public async Task Retention_without_rules_lets_nothing_go_and_holds_are_listed()
    {
        await node.CaptureAsync("harbour");
        var run = await node.PostAsync("/api/v1/archive/retention", """{"dryRun":true}""");
        Assert.Equal((true, 0, 0), (run.GetProperty("dryRun").GetBoolean(), run.GetProperty("gone").GetArrayLength(), run.GetProperty("kept").GetArrayLength()));
        Assert.Equal(0, (await node.PostAsync("/api/v1/archive/retention", "{}")).GetProperty("frames").GetInt32());

        await using var hold = await node.Part<Holds>().TakeAsync("harbour", Tidemark.Time.TimeRange.Day(RunningNode.Start), "a test", Cancellation);
        var held = Assert.Single((await node.GetAsync("/api/v1/archive/holds")).GetProperty("holds").EnumerateArray());
        Assert.Equal(("harbour", "a test"), (held.GetProperty("source").GetString(), held.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task A_folder_of_this_machine_is_imported_through_the_socket_only()
    {
        using var tree = new TempFolder();
        await Picture.WriteAsync(tree["20261120T081500Z.jpg"], 1);
        var body = $$"""{"folder":"{{tree.Path}}","source":"old"}""";
        Assert.Equal("socket_only", (await node.PostAsync("/api/v1/archive/imports", body, HttpStatusCode.Forbidden)).GetProperty("code").GetString());

        using var socket = OnSocket();
        var import = await RunningNode.AnswerAsync(await socket.PostAsync("/api/v1/archive/imports", new StringContent(body, Encoding.UTF8, "application/json"), Cancellation), HttpStatusCode.Accepted);
        var path = $"/api/v1/archive/imports/{import.GetProperty("id").GetString()}";
        await Media.Until.TrueAsync(async () => (import = await node.GetAsync(path)).GetProperty("state").GetString() != "running", TimeSpan.FromSeconds(60));

        Assert.Equal(("done", 1), (import.GetProperty("state").GetString(), import.GetProperty("report").GetProperty("imported").GetInt32()));
        Assert.Equal(1, (await node.GetAsync("/api/v1/sources/old/frames")).GetProperty("frames").GetArrayLength());
        Assert.Equal("import_not_found", (await node.GetAsync($"/api/v1/archive/imports/{Guid.Empty}", HttpStatusCode.NotFound)).GetProperty("code").GetString());
        Assert.Equal("done", (await node.DeleteAsync(path, HttpStatusCode.OK)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_node_warns_of_an_archive_under_a_temporary_folder_and_says_how_full_its_disk_is()
    {
        var it = await node.GetAsync("/api/v1/node");
        Assert.Equal("archive_temporary", Assert.Single(it.GetProperty("warnings").EnumerateArray()).GetProperty("code").GetString());
        Assert.Contains(it.GetProperty("level").GetProperty("level").GetString(), (string[])["fine", "low", "full", "journalOnly"]);
    }

    [Fact]
    public async Task Metrics_want_a_token_and_are_what_Prometheus_reads()
    {
        await node.CaptureAsync("harbour");
        using var refused = await node.Stranger.GetAsync("/metrics", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        using var answer = await node.Http.GetAsync("/metrics", Cancellation);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var samples = Read(await answer.Content.ReadAsStringAsync(Cancellation));

        Assert.Equal(6, samples["tidemark_frames_total"]);
        Assert.Equal(6, samples["tidemark_archive_frames{source=\"harbour\"}"]);
        Assert.Equal(1, samples["tidemark_polls_total{outcome=\"ok\"}"]);
        Assert.Equal(0, samples["tidemark_polls_total{outcome=\"failed\"}"]);
        Assert.Equal(1, samples["tidemark_database_up"]);
        Assert.Equal(0, samples["tidemark_jobs_unfinished"]);
        Assert.Equal(0, samples["tidemark_jobs_ended_total{outcome=\"done\"}"]);
        Assert.Equal(0, samples["tidemark_jobs_ended_total{outcome=\"failed\"}"]);
        Assert.True(samples["tidemark_poll_start_delay_seconds_bucket{le=\"+Inf\"}"] == samples["tidemark_poll_start_delay_seconds_count"]);
        Assert.True(samples["tidemark_journal_backlog_records"] >= 0 && samples["tidemark_journal_backlog_age_seconds"] >= 0);
        Assert.True(samples["tidemark_disk_free_bytes{place=\"archive\"}"] > 0);
        Assert.True(samples["tidemark_source_last_success_time_seconds{source=\"harbour\"}"] > 1.7e9);
    }

    [Fact]
    public void What_is_written_is_escaped_and_comes_back_exactly()
    {
        var text = new MetricsText();
        text.Gauge("a_bytes", "One\\two\nthree \"four\"", [([("name", "a\\b\"c\nd"), ("x", "")], 0.1 + 0.2), ([("name", "é"), ("x", "1")], double.NaN)]);
        text.Counter("b_total", "B.", long.MaxValue);
        text.Histogram("c_seconds", "C.", [0.05, 1], [3, 0, 2], 7.5);

        Assert.Equal(
            "# HELP a_bytes One\\\\two\\nthree \"four\"\n# TYPE a_bytes gauge\na_bytes{name=\"a\\\\b\\\"c\\nd\",x=\"\"} 0.30000000000000004\na_bytes{name=\"é\",x=\"1\"} NaN\n"
            + "# HELP b_total B.\n# TYPE b_total counter\nb_total 9.223372036854776E+18\n"
            + "# HELP c_seconds C.\n# TYPE c_seconds histogram\nc_seconds_bucket{le=\"0.05\"} 3\nc_seconds_bucket{le=\"1\"} 3\nc_seconds_bucket{le=\"+Inf\"} 5\nc_seconds_sum 7.5\nc_seconds_count 5\n",
            text.ToString());
        Read(text.ToString());
        Assert.Throws<InvalidOperationException>(() => text.Counter("b_total", "Again.", 1));
    }

    // The text format 0.0.4, strictly: help, type, then the samples of that family and of no other; no series twice.
    private static Dictionary<string, double> Read(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var families = new HashSet<string>(StringComparer.Ordinal);
        string family = "", type = "", help = "";
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (Help().Match(line) is { Success: true } helped)
            {
                help = helped.Groups["name"].Value;
                Assert.True(families.Add(help), $"{help} comes twice");
                continue;
            }

            if (Type().Match(line) is { Success: true } typed)
            {
                (family, type) = (typed.Groups["name"].Value, typed.Groups["type"].Value);
                Assert.Equal(help, family);
                Assert.Equal(type == "counter", family.EndsWith("_total", StringComparison.Ordinal));
                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, $"This is no sample: {line}");
            var name = sample.Groups["name"].Value;
            Assert.True(name == family || (type == "histogram" && (string[])["_bucket", "_sum", "_count"] is var ends && ends.Any(end => name == family + end)), $"{name} is not of {family}");
            var value = sample.Groups["value"].Value;
            samples.Add(name + sample.Groups["labels"].Value, value is "NaN" ? double.NaN : value is "+Inf" ? double.PositiveInfinity : double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        return samples;
    }

    private HttpClient OnSocket() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(node.Data.Socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://localhost/") };

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) ([^\\]|\\\\|\\n)+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Help();

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram|summary)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Type();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\"|\\n)*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\"|\\n)*")*\})? (?<value>NaN|[+-]Inf|-?[0-9][0-9.]*(E[+-][0-9]+)?)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();
}
