using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Commands;

public class ConfigCommandTests
{
    private const string FiveMistakes = """
        listen: everywhere
        capture:
          stall: 3 parsecs
          mostFrame: 1B
        media:
          ffmpeg: /no/such/ffmpeg
        databse: sqlite:/srv/a.db
        """;

    [Fact]
    public async Task Five_mistakes_are_said_at_once_each_with_its_line_what_was_found_and_what_is_legal()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["tidemark.yaml"], FiveMistakes, TestContext.Current.CancellationToken);

        var ran = (await TidemarkCommand.RunAsync(["config", "check", "--config", folder["tidemark.yaml"], "--data", folder["data"]])).Ended(2);

        Assert.Contains("5 faults", ran.Errors, StringComparison.Ordinal);
        (int Line, string[] Words)[] expected =
        [
            (1, ["listen", "everywhere", "ADDRESS:PORT"]), (3, ["capture.stall", "3 parsecs", "1s to 10m"]), (4, ["capture.mostFrame", "1B", "64KiB to 1GiB"]),
            (6, ["media.ffmpeg", "/no/such/ffmpeg"]), (7, ["databse", "database"]),
        ];
        foreach (var (line, words) in expected)
        {
            var said = Assert.Single(ran.Errors.Split('\n'), said => said.Contains($"tidemark.yaml:{line}:", StringComparison.Ordinal));
            Assert.All(words, word => Assert.Contains(word, said, StringComparison.Ordinal));
        }

        Assert.Equal(5, (await TidemarkCommand.RunAsync(["config", "check", "--json", "--config", folder["tidemark.yaml"]])).Ended(2).Json.GetProperty("faults").GetArrayLength());
        var up = (await TidemarkCommand.RunAsync(["up", "--config", folder["tidemark.yaml"], "--data", folder["data"]])).Ended(2);
        Assert.Contains("5 faults", up.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["data"]));
    }

    [Fact]
    public async Task Flags_win_over_the_environment_the_environment_over_the_file_and_all_over_defaults()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["tidemark.yaml"], "capture:\n  stall: 30s\nlog:\n  level: warning\nhosts: [a.example.org, b.example.org]\n", TestContext.Current.CancellationToken);
        var environment = new Dictionary<string, string?> { ["TIDEMARK_CONFIG"] = null, ["TIDEMARK_LOG_LEVEL"] = "error", ["TIDEMARK_LISTEN"] = "127.0.0.1:9999" };

        var ran = (await TidemarkCommand.RunAsync(["config", "show", "--json", "--set", "listen=127.0.0.1:1234"], environment, folder.Path)).Ended(0).Json;

        var values = ran.GetProperty("values").EnumerateArray().ToDictionary(value => value.GetProperty("key").GetString()!, value => (value.GetProperty("value").GetString(), value.GetProperty("from").GetString()));
        Assert.Equal(("127.0.0.1:1234", "--listen"), values["listen"]);
        Assert.Equal(("error", "TIDEMARK_LOG_LEVEL"), values["log.level"]);
        Assert.Equal(("30s", "tidemark.yaml:2"), values["capture.stall"]);
        Assert.Equal(("a.example.org,b.example.org", "tidemark.yaml:5"), values["hosts"]);
        Assert.Equal(("64MiB", "default"), values["capture.mostFrame"]);
    }

    [Fact]
    public async Task A_password_is_never_shown()
    {
        var ran = (await TidemarkCommand.RunAsync(["config", "show", "--set", "database=postgres://tidemark:geheim@db.example.org/tidemark"])).Ended(0);
        Assert.Contains("db.example.org", ran.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_none_is_found_by_the_check()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["a.pem"], "no certificate", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder["tidemark.yaml"], $"tls.certificate: {folder["a.pem"]}\ntls.key: {folder["a.pem"]}\n", TestContext.Current.CancellationToken);
        Assert.Contains("tidemark.yaml:1: ", (await TidemarkCommand.RunAsync(["config", "check", "--config", folder["tidemark.yaml"]])).Ended(2).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_variables_count_as_not_set()
    {
        using var folder = new TempFolder();
        var empty = new Dictionary<string, string?> { ["TIDEMARK_CONFIG"] = "", ["TIDEMARK_LISTEN"] = "", ["TIDEMARK_DATA"] = "" };
        Assert.Contains("good", (await TidemarkCommand.RunAsync(["config", "check", "--config", ""], empty, folder.Path)).Ended(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_good_configuration_is_called_good()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["tidemark.yaml"], "listen: 127.0.0.1:9000\n", TestContext.Current.CancellationToken);
        Assert.Contains("good", (await TidemarkCommand.RunAsync(["config", "check", "--config", folder["tidemark.yaml"]])).Ended(0).Output, StringComparison.Ordinal);
    }
}
