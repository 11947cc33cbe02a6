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
        await using var station = await Station.StartAsync(Station.Small with { History = TimeSpan.FromMinutes(30) }, up: ["--set", "capture.stall=1s"]);
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
