using System.Text.RegularExpressions;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Commands;

/// <summary>A line of a document's shell example, and whether the program knows what it says.</summary>
internal static partial class ShellLine
{
    private static readonly string[] LaunchersOwn = ["demo", "test", "bench", "publish", "setup"];

    /// <summary>Asserts that the command and its options exist where the line runs tidemark; other lines are not ours.</summary>
    /// <returns>True where it runs tidemark.</returns>
    public static async Task<bool> AssertRealAsync(string line)
    {
        var match = Invocation().Match(line.Split(" #", 2)[0]);
        if (!match.Success)
        {
            return false;
        }

        var words = Word().Matches(match.Groups["rest"].Value).Select(word => word.Value.Trim('"', '\'')).ToList();
        var path = words.TakeWhile(word => CommandWord().IsMatch(word)).Take(words.FirstOrDefault() is "source" or "token" or "config" or "job" or "node" or "schedule" or "share" ? 2 : 1).ToList();
        var help = path.FirstOrDefault() is { } first && LaunchersOwn.Contains(first)
            ? (await RunningProgramHelp(first))
            : (await TidemarkCommand.RunAsync(["help", .. path[..Math.Min(path.Count, path.FirstOrDefault() == "help" ? 1 : 2)]])).Ended(0).Output;
        foreach (var option in words.Where(word => word.StartsWith('-')).Select(word => word.Split('=', 2)[0]))
        {
            Assert.True(Regex.IsMatch(help, $@"(?<![\w-]){Regex.Escape(option)}(?![\w-])", RegexOptions.None, TimeSpan.FromSeconds(1)), $"There is no option {option} of 'tidemark {string.Join(' ', path)}', in: {line}");
        }

        return true;
    }

    private static async Task<string> RunningProgramHelp(string command)
    {
        if (command == "demo")
        {
            await using var demo = RunningProgram.Start([Built.Simulator, "demo", "--help"]);
            return (await demo.EndAsync()).Ended(0).Output;
        }

        // The launcher's own words for itself: running it would build.
        var launcher = await File.ReadAllTextAsync(Path.Combine(Built.Root, "tidemark"), TestContext.Current.CancellationToken);
        return string.Join('\n', launcher.Split('\n').Where(line => line.TrimStart().StartsWith(command, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"(?:^|[\s(])(?:\./)?tidemark(?:\s+(?<rest>[^)|;&>]*))?(?:$|[)|;&>])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Invocation();

    [GeneratedRegex("""("[^"]*"|'[^']*'|\S)+""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex("^[a-z]+$", RegexOptions.None, 1000)]
    private static partial Regex CommandWord();
}
