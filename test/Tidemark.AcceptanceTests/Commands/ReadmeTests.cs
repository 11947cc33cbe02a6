using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Commands;

public class ReadmeTests
{
    [Theory]
    [InlineData("README.md"), InlineData("CONTRIBUTING.md")]
    public async Task Every_command_in_a_shell_block_is_real(string document)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Built.Root, document), TestContext.Current.CancellationToken);
        var ours = 0;
        var inside = false;
        // A backslash at the end of a line goes on in the next one.
        foreach (var line in text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                inside = line.Trim() is "```sh" or "```bash" or "```console";
            }
            else if (inside && await ShellLine.AssertRealAsync(line))
            {
                ours++;
            }
        }

        Assert.True(ours > 0, $"{document} shows no command of tidemark in a ```sh block.");
    }
}
