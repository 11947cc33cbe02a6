using Tidemark.App.Api;
using Tidemark.App.Commands;

namespace Tidemark.Tests.Commands;

/// <summary>What commands say of jobs and nodes.</summary>
public sealed class JobWordsTests
{
    // Nothing that is said depends on the clock of who reads it.
    private static readonly DateTimeOffset Now = new(2031, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void How_long_ago_is_measured_by_the_clock_that_instants_are_given_by()
    {
        var node = new NodeMemberShape(Guid.Empty, "studio", ["work"], "1", Now.AddHours(-1), Now.AddSeconds(-2), "live", false, null, [new HeldTaskShape(Guid.Empty, "join", "x", Now.AddSeconds(-5), null)], null);
        Assert.Contains("2 s ago", Said(words => NodesCommand.Say(new NodeListShape([node], Now), words)), StringComparison.Ordinal);
        Assert.Contains("for 5 s", Said(words => NodesCommand.Say(new NodeListShape([node], Now), words)), StringComparison.Ordinal);

        var said = Said(words => JobCommand.Say(Job(1, [], false) with { State = "running", StartedAt = Now.AddSeconds(-7), NotBefore = Now.AddSeconds(-1) }, words));
        Assert.Contains("▶ running for 7.0 s", said, StringComparison.Ordinal);
        Assert.DoesNotContain("not before", said, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_drawn_is_said()
    {
        Assert.Contains("(the first 2 of 5 tasks)", Said(words => JobCommand.Say(Job(5, [new JobEdgeShape(1, 2)], true), words)), StringComparison.Ordinal);
        Assert.Contains("(not all that these tasks wait for is drawn: the first 1 lines)", Said(words => JobCommand.Say(Job(2, [new JobEdgeShape(1, 2)], true), words)), StringComparison.Ordinal);
        Assert.DoesNotContain("first", Said(words => JobCommand.Say(Job(2, [new JobEdgeShape(1, 2)], false), words)), StringComparison.Ordinal);
    }

    private static JobDetailShape Job(int total, IReadOnlyList<JobEdgeShape> edges, bool truncated) => new(
        Guid.Empty, "test", "a test's", "default", 2, "waiting", null, 1, Now.AddMinutes(-1), null, null, null, new JobCountsShape(total, total, 0, 0, 0, 0, 0, 0), null, null, null,
        [.. Enumerable.Range(1, 2).Select(number => new JobTaskShape(number, $"t{number}", "x", "waiting", 1, null, null, null, null, null, null, null, new NeedsShape(1, 0, 0, 0, [])))], edges, truncated, Now);

    private static string Said(Action<Output> say)
    {
        var results = new StringWriter();
        say(new Output(results, new StringWriter(), json: false));
        return results.ToString();
    }
}
