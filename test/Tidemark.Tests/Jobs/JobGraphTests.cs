using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

public sealed class JobGraphTests
{
    [Fact]
    public void Parents_and_children_are_counted_by_number()
    {
        var graph = Check(Task("a"), Task("b", "a"), Task("c", "a"), Task("d", "b", "c", "b")).Value;

        Assert.Equal([(1, 2), (1, 3), (2, 4), (3, 4)], graph.Edges.Order());
        Assert.Equal([0, 1, 1, 2], graph.Parents);
        Assert.Equal([2, 1, 1, 0], graph.Fan);
    }

    [Fact]
    public void The_order_in_which_tasks_are_written_does_not_matter() => Assert.Equal([1, 0], Check(Task("late", "early"), Task("early")).Value.Parents);

    [Theory]
    [InlineData("job_circle", "a<b", "b<a")]
    [InlineData("job_circle", "a<a")]
    [InlineData("job_circle", "z", "a<z,c", "b<a", "c<b")]
    [InlineData("task_after", "a<nobody")]
    [InlineData("task_name", "a", "a")]
    [InlineData("task_name", "Not A Slug")]
    public void What_is_no_graph_is_refused_whole(string code, params string[] tasks)
    {
        var parsed = tasks.Select(text => text.Split('<')).Select(parts => Task(parts[0], parts.Length > 1 ? parts[1].Split(',') : []));

        Assert.Equal(code, Check([.. parsed]).Failure?.Code);
    }

    [Fact]
    public void A_job_without_tasks_is_refused() => Assert.Equal("job_tasks", Check().Failure?.Code);

    [Fact]
    public void Forms_are_checked()
    {
        var one = new JobRequest("test", "one", [Task("a")]);
        foreach (var wrong in (JobRequest[])[one with { Kind = "No Slug" }, one with { Tenant = "" }, one with { Priority = 0 }, one with { Priority = 5 }])
        {
            Assert.Equal("job_form", JobGraph.Check(wrong).Failure?.Code);
        }

        foreach (var wrong in (TaskSpec[])[Task("a") with { Attempts = 0 }, Task("a") with { Stall = TimeSpan.Zero }, Task("a") with { Needs = new Needs { Cpu = -1 } }, Task("a") with { Needs = new Needs { Tags = ["a b"] } }])
        {
            Assert.Equal("task_form", Check(wrong).Failure?.Code);
        }
    }

    private static TaskSpec Task(string name, params string[] after) => new(name, "test.step", "") { After = after };

    private static Result<JobGraph> Check(params TaskSpec[] tasks) => JobGraph.Check(new JobRequest("test", "a graph", tasks));
}
