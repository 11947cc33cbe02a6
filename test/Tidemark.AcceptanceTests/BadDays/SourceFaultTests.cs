using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Faults;

namespace Tidemark.AcceptanceTests.BadDays;

/// <summary>Each way in which a site goes wrong, as a person sees it.</summary>
public class SourceFaultTests
{
    public static TheoryData<string, string, string> Faults => new()
    {
        { "hung", "failed", "sent nothing for 1 s" },
        { "slow", "failed", "sent nothing for 1 s" },
        { "status500", "failed", "answered 500" },
        { "malformedJson", "invalid", "JSON" },
        { "truncatedImage", "invalid", "JPEG" },
        { "cutConnection", "failed", "broke" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_of_a_site_is_told_by_its_source_and_gone_when_the_site_is_well(string kind, string outcome, string reason)
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(30) }, up: ["--set", $"capture.stall={(kind is "hung" or "slow" ? "1s" : "1m")}"]);
        station.Sites.Faults.Set("pier", Make(kind));
        await station.AddAsync(["pier"]);
        // Another one does not suffer from it.
        await station.CaptureAsync("harbour");

        await station.Node.WhenAsync("sources/pier", source => source.GetProperty("status").GetProperty("outcome").GetString() == outcome, $"the outcome is {outcome}");

        var shown = (await station.Node.RunAsync("source", "show", "pier")).Ended(0).Output;
        Assert.Contains(outcome, shown, StringComparison.Ordinal);
        Assert.Contains(reason, shown, StringComparison.Ordinal);
        // What was cut off is gone on with; of nothing else a part is kept.
        Assert.Equal(kind == "cutConnection", TempFolder.FilesIn(Path.Combine(station.Data, "incoming")).Any());
        Assert.Empty(TempFolder.FilesIn(Path.Combine(station.Data, "frames", "pier")));
        Assert.NotEmpty((await station.Node.RunAsync("source", "test", "pier")).Ended(1).Output);

        station.Sites.Faults.Clear("pier");
        (await station.Node.RunAsync("source", "poll", "pier")).Ended(0);
        await station.Node.WhenCapturedAsync("pier", 3);
        await station.Node.WhenAsync("sources/pier", source => source.GetProperty("status").GetProperty("outcome").GetString() == "ok", "the source is well");
        Assert.DoesNotContain(reason, (await station.Node.RunAsync("source", "show", "pier")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Empty(TempFolder.FilesIn(Path.Combine(station.Data, "incoming")));
    }

    // Every kind of fault that the simulator knows, with the outcome and what a person reads.
    private static readonly Dictionary<string, (string Outcome, string Says)> Kinds = new()
    {
        ["slow"] = ("ok", ""),
        ["hung"] = ("failed", "sent nothing for 5 s"),
        ["status500"] = ("failed", "answered 500"),
        ["status"] = ("failed", "answered 404"),
        ["malformedJson"] = ("invalid", "malformed JSON"),
        ["hugeJson"] = ("invalid", "larger than 8 MiB"),
        ["lyingJson"] = ("ok", "its clock was never set"),
        ["wrongZone"] = ("ok", "pictures from the future"),
        ["wrongClock"] = ("ok", "Its clock is about 1.5 min ahead"),
        ["truncatedImage"] = ("invalid", "cut short"),
        ["cutConnection"] = ("failed", "broke"),
        ["resetConnection"] = ("failed", "broke"),
        ["htmlImage"] = ("invalid", "an HTML page"),
        ["emptyImage"] = ("invalid", "not one byte"),
        ["absurdImage"] = ("invalid", "65500x65500"),
        ["repeatedImage"] = ("ok", ""),
        ["changedImage"] = ("ok", ""),
        ["padded"] = ("ok", ""),
        ["redirectPrivate"] = ("failed", "169.254.169.254"),
        ["redirectLoop"] = ("failed", "redirects more than"),
        ["ignoresRange"] = ("ok", ""),
        ["wrongRange"] = ("ok", ""),
    };

    [Fact]
    public async Task All_that_can_go_wrong_at_once_is_told_each_by_its_source_and_gone_when_the_sites_are_well()
    {
        var faults = typeof(Fault).GetCustomAttributes<JsonDerivedTypeAttribute>().ToDictionary(kind => (string)kind.TypeDiscriminator!, kind => (Fault)Activator.CreateInstance(kind.DerivedType)!);
        Assert.Equal(faults.Keys.Order(StringComparer.Ordinal), Kinds.Keys.Order(StringComparer.Ordinal));
        await using var station = await Station.StartAsync(Station.Small with { Sites = [.. faults.Keys.Select(Site)], History = TimeSpan.FromMinutes(20) }, up: ["--set", "capture.stall=5s"]);
        foreach (var (kind, fault) in faults)
        {
            station.Sites.Faults.Set(Site(kind), fault);
            await station.Node.PostAsync("sources", new { id = Site(kind), kind = "frames.index", url = station.Sites.IndexUrl(Site(kind)), index = new { list = "/frames", time = "/takenAt", image = "/url" }, everySeconds = 86_400, privateNetwork = true });
        }

        var sources = await station.Node.WhenAsync("sources", AllHave(status => status.GetProperty("outcome").ValueKind == JsonValueKind.String), "all were polled");
        foreach (var (kind, expected) in Kinds)
        {
            var status = sources.GetProperty("sources").EnumerateArray().Single(source => source.GetProperty("id").GetString() == Site(kind)).GetProperty("status");
            Assert.Equal((kind, expected.Outcome), (kind, status.GetProperty("outcome").GetString()));
            Assert.Contains(expected.Says, status.GetProperty("message").GetString() ?? "", StringComparison.Ordinal);
        }

        foreach (var kind in faults.Keys)
        {
            station.Sites.Faults.Clear(Site(kind));
            await station.Node.PostAsync($"sources/{Site(kind)}/poll");
        }

        await station.Node.WhenAsync("sources", AllHave(status => status.GetProperty("outcome").GetString() is "ok" or "unchanged"), "all are well");
        await station.Node.WhenAsync("sources", list => list.GetProperty("sources").EnumerateArray().All(source => source.GetProperty("frames").GetInt32() >= 2 && source.GetProperty("conditions").GetArrayLength() == 0), "all have their frames, and nothing is the matter");
        Assert.Empty(TempFolder.FilesIn(Path.Combine(station.Data, "incoming")));

        static string Site(string kind) => kind.ToLowerInvariant();
        static Func<JsonElement, bool> AllHave(Func<JsonElement, bool> wanted) => list => list.GetProperty("sources").EnumerateArray().All(source => wanted(source.GetProperty("status")));
    }

    [Fact]
    public async Task A_site_that_is_gone_is_told_with_its_port()
    {
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(10) });
        (await station.Node.RunAsync("source", "add", "gone", "--url", "http://127.0.0.1:1/index.json", "--list", "/frames", "--time", "/t", "--image", "/i", "--private-network")).Ended(0);
        await station.Node.WhenAsync("sources/gone", source => source.GetProperty("status").GetProperty("outcome").GetString() == "failed", "the poll failed");
        Assert.Contains("does not listen on port 1", (await station.Node.RunAsync("source", "show", "gone")).Ended(0).Output, StringComparison.Ordinal);
    }

    private static Fault Make(string kind) => kind switch
    {
        "hung" => new Hung(),
        "slow" => new Slow { DelayMilliseconds = 30_000 },
        "status500" => new Status500(),
        "malformedJson" => new MalformedJson(),
        "truncatedImage" => new TruncatedImage(),
        "cutConnection" => new CutConnection(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such fault."),
    };
}
