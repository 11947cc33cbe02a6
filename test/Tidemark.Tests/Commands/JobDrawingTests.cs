using Tidemark.App.Api;
using Tidemark.App.Commands;

namespace Tidemark.Tests.Commands;

public sealed class JobDrawingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 10, TimeSpan.Zero);

    [Fact]
    public void A_diamond_is_drawn_in_three_layers_with_signs_words_and_times()
    {
        var drawn = Draw([Task(1, "cut", "done"), Task(2, "left", "running"), Task(3, "right", "failed"), Task(4, "join", "skipped")], [(1, 2), (1, 3), (2, 4), (3, 4)]);

        Assert.Equal(15, drawn.Count);
        var text = string.Join('\n', drawn);
        foreach (var part in (string[])["│ ✓ cut            │", "│ done, took 4.0 s │", "▶ left", "running, for 10.0 s", "✗ right", "failed, took 4.0 s", "– join"])
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_line_that_passes_a_layer_goes_beside_its_boxes()
    {
        var drawn = Draw([Task(1, "a", "done"), Task(2, "b", "done"), Task(3, "c", "waiting")], [(1, 2), (2, 3), (1, 3)]);
        var middle = drawn.Single(line => line.Contains("✓ b", StringComparison.Ordinal));
        Assert.Equal(3, middle.Count(c => c == '│'));
    }

    [Fact]
    public void A_large_graph_is_told_layer_by_layer_with_counts()
    {
        var tasks = Enumerable.Range(1, 500).Select(number => Task(number, $"leaf{number}", number <= 200 ? "done" : "waiting")).Append(Task(501, "join", "waiting")).ToList();
        var drawn = Draw(tasks, [.. Enumerable.Range(1, 500).Select(number => (number, 501))]);

        Assert.Equal(["  1  ┃ ✓ 200 done  · 300 waiting   leaf1, leaf2 … leaf500", "     ▼", "  2  ┃ · 1 waiting   join"], drawn);
    }

    [Fact]
    public void What_is_too_wide_for_the_screen_is_told_in_layers_too()
    {
        var tasks = Enumerable.Range(1, 20).Select(number => Task(number, $"leaf{number}", "done")).ToList();
        Assert.All(Draw(tasks, [], width: 60), line => Assert.InRange(line.Length, 1, 60));
    }

    [Fact]
    public void A_task_that_is_tried_again_says_when_and_how_often()
    {
        var again = Task(1, "render", "ready") with { ReadyAt = Now.AddSeconds(20), Attempt = 3 };
        Assert.Contains("ready, tried again in 20 s, try 3", string.Join('\n', JobDrawing.Draw([again], [], 100, Now)), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Draw(IReadOnlyList<JobTaskShape> tasks, IReadOnlyList<(int From, int To)> edges, int width = 120) =>
        JobDrawing.Draw(tasks, [.. edges.Select(edge => new JobEdgeShape(edge.From, edge.To))], width, Now);

    private static JobTaskShape Task(int number, string name, string state) => new(
        number, name, "test", state, 1, "here", null, Now.AddSeconds(-10), state is "done" or "failed" ? Now.AddSeconds(-6) : null, null, null, null, new NeedsShape(1, 0, 0, 0, []));
}
