using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Commands;

public class HelpTests
{
    [Theory]
    [InlineData("up"), InlineData("page"), InlineData("source"), InlineData("frames"), InlineData("slots"), InlineData("archive"), InlineData("timelapse"), InlineData("job"), InlineData("node"), InlineData("token"), InlineData("config"), InlineData("doctor")]
    public async Task Help_of_a_command_shows_examples_of_it(string command)
    {
        var help = (await TidemarkCommand.RunAsync(["help", command])).Ended(0);
        var examples = help.Output.Split('\n').SkipWhile(line => line != "Examples:").Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Contains($"tidemark {command}", example, StringComparison.Ordinal));
        Assert.Contains("130 interrupted", help.Output, StringComparison.Ordinal);
        Assert.Equal("", help.Errors);
    }

    [Fact]
    public async Task Help_lists_every_command_and_nothing_at_all_is_help()
    {
        var help = (await TidemarkCommand.RunAsync(["help"])).Ended(0).Output;
        Assert.All((string[])["up", "page", "source", "frames", "slots", "timelapse", "job", "node", "token", "config", "doctor", "help"], command => Assert.Matches($@"(?m)^  {command}\b", help));
        Assert.Equal(help, (await TidemarkCommand.RunAsync([])).Ended(0).Output);
    }

    [Fact]
    public async Task Every_example_of_the_help_names_real_commands_and_options()
    {
        foreach (var command in (string[])["", "up", "page", "source", "frames", "slots", "timelapse", "job", "node", "token", "config", "doctor"])
        {
            var help = (await TidemarkCommand.RunAsync(command.Length == 0 ? ["help"] : ["help", command])).Ended(0).Output;
            foreach (var example in help.Split('\n').SkipWhile(line => line != "Examples:").Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)))
            {
                await ShellLine.AssertRealAsync(example);
            }
        }
    }

    [Theory]
    [InlineData("fly"), InlineData("source", "fly"), InlineData("timelapse"), InlineData("source", "add", "x"), InlineData("up", "--fly"), InlineData("frames")]
    public async Task What_is_typed_wrong_is_said_in_a_sentence_with_where_to_look(params string[] arguments)
    {
        var ran = (await TidemarkCommand.RunAsync(arguments)).Ended(2);
        Assert.StartsWith("tidemark: ", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("tidemark help", ran.Errors, StringComparison.Ordinal);
        Assert.Equal("", ran.Output);
    }

    [Theory]
    [InlineData("tidemark help job show", "'nope' is no id", "job", "show", "nope")]
    [InlineData("tidemark help token revoke", "tidemark token list", "token", "revoke", "1")]
    [InlineData("tidemark help job list", "--limit 'many' is no whole number", "job", "list", "--limit", "many")]
    [InlineData("tidemark help timelapse", "--fps '99999999999' is no whole number", "timelapse", "pier", "--from", "24h", "-o", "a.mp4", "--fps", "99999999999")]
    public async Task What_cannot_be_read_is_quoted_without_words_of_programmers(string help, string said, params string[] arguments)
    {
        var ran = (await TidemarkCommand.RunAsync(arguments)).Ended(2);
        Assert.Contains(said, ran.Errors, StringComparison.Ordinal);
        Assert.EndsWith($"See: {help}", ran.Errors.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_an_unknown_command_says_that_there_is_none()
    {
        Assert.Contains("no command 'fly'", (await TidemarkCommand.RunAsync(["help", "fly"])).Ended(3).Errors, StringComparison.Ordinal);
    }
}
