using Tidemark.App.Commands;

namespace Tidemark.Tests.Commands;

public sealed class OutputTests
{
    private const string Hostile = "pier\u001b]0;owned\u0007\u001b[2J\u009b31m\r\u202ereip";

    [Fact]
    public void What_came_from_outside_cannot_command_the_terminal()
    {
        var (results, notes) = (new StringWriter(), new StringWriter());
        var output = new Output(results, notes, json: false);

        output.Line($"two\nlines of {Hostile}");
        output.Note(Hostile);
        output.Table(["name"], [[Hostile]]);
        output.Fail(new Failure(FailureKind.BadInput, "x", Hostile, Hostile));

        foreach (var said in (string[])[results.ToString(), notes.ToString()])
        {
            Assert.DoesNotContain(said, c => c is not '\n' && (char.IsControl(c) || c == '\u202e'));
            Assert.Contains("pier\ufffd]0;owned", said, StringComparison.Ordinal);
        }

        Assert.StartsWith("two\nlines of pier", results.ToString(), StringComparison.Ordinal);
    }
}
