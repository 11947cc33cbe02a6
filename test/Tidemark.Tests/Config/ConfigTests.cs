using System.Diagnostics;
using Tidemark.App.Config;
using Tidemark.Tests.Rules;

namespace Tidemark.Tests.Config;

public sealed class ConfigTests : IDisposable
{
    private static readonly Dictionary<string, string> None = [];
    private readonly TempFolder folder = new();

    [Fact]
    public void Five_mistakes_at_once_are_all_said_with_their_place_the_value_found_and_what_is_legal()
    {
        var reading = Read("""
            data: /srv/tidemark
            listen: everywhere
            capture:
              stall: 3 fortnights
              mostFrame: 5KiB
            log.level: loud
            behindProxy: perhaps
            listn: 1
            """);

        Assert.Null(reading.Config);
        Assert.Equal(
            [
                $"{reading.File}:8: there is no option 'listn'. Did you mean 'listen'?",
                $"{reading.File}:2: 'listen' is 'everywhere'; expected ADDRESS:PORT, port 0 to 65535.",
                $"{reading.File}:7: 'behindProxy' is 'perhaps'; expected true or false.",
                $"{reading.File}:4: 'capture.stall' is '3 fortnights'; expected a duration, 1s to 10m.",
                $"{reading.File}:5: 'capture.mostFrame' is '5KiB'; expected a size, 64KiB to 1GiB.",
                $"{reading.File}:6: 'log.level' is 'loud'; expected debug, info, warning or error.",
            ],
            reading.Faults.Select(fault => fault.ToString()));
    }

    [Fact]
    public void What_a_node_does_and_offers_is_read()
    {
        var config = Read("""
            roles: [work, dispatch]
            node.name: studio-1
            archive: /mnt/tidemark
            work:
              cpu: 3.5
              memory: 12GiB
              disk: 200GiB
              tags: place:lisbon, camera
              most: 3
              drain: 5m
            jobs.keepHistory: 30d
            """).Config!;

        Assert.Equal((NodeRoles.Work | NodeRoles.Dispatch, "studio-1", "/mnt/tidemark/frames", TimeSpan.FromDays(30)), (config.Roles, config.Name, config.Data.Frames, config.KeepHistory));
        Assert.Equal((3500, 12L << 30, 200L << 30, 3, TimeSpan.FromMinutes(5)), (config.Work.Cpu, config.Work.Memory, config.Work.Disk, config.Work.Most, config.Work.Drain));
        Assert.Equal(["place:lisbon", "camera"], config.Work.Tags);
        var plain = Read("").Config!;
        Assert.Equal((NodeRoles.All, Environment.MachineName, Environment.ProcessorCount * 1000), (plain.Roles, plain.Name, plain.Work.Cpu));
        Assert.InRange(plain.Work.Memory, 64L << 20, Machine.Memory);
    }

    [Theory]
    [InlineData("roles: api,cook", "api, capture, dispatch, work")]
    [InlineData("roles: ','", "at least one")]
    [InlineData("work.cpu: many", "0.1 to 4096")]
    [InlineData("work.memory: 1B", "64MiB")]
    [InlineData("work.most: 0", "1 to 100000")]
    [InlineData("work.tags: 'a b'", "without spaces")]
    [InlineData("work.drain: 2d", "0s to 24h")]
    [InlineData("jobs.keepHistory: 1s", "1h to 36500d")]
    public void What_a_node_cannot_offer_is_said(string yaml, string said) => Assert.Contains(said, Assert.Single(Read(yaml).Faults).Message, StringComparison.Ordinal);

    [Fact]
    public void An_option_that_is_like_none_points_to_the_page() =>
        Assert.Contains("docs/configuration.md", Assert.Single(Read("completelyDifferent: 1").Faults).Message, StringComparison.Ordinal);

    [Fact]
    public void An_option_given_twice_is_said_with_both_places_in_either_notation()
    {
        Assert.Contains("'listen' is given twice; the first is at", Assert.Single(Read("listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n").Faults).Message, StringComparison.Ordinal);
        var fault = Assert.Single(Read("log.level: debug\nlog:\n  level: info\n").Faults);
        Assert.EndsWith(":3", fault.Origin.Text, StringComparison.Ordinal);
        Assert.EndsWith("tidemark.yaml:1.", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("listen: [unclosed")]
    [InlineData("- a\n- b\n")]
    [InlineData("just text")]
    [InlineData("data:\n\t- x")]
    [InlineData("listen: &a x\nhosts: *a\n")]
    [InlineData("? [a, b]\n: c\n")]
    [InlineData("data: {a: {b: {c: d}}}")]
    public void What_is_no_configuration_is_said_with_its_line_and_never_thrown(string yaml) =>
        Assert.All(Read(yaml).Faults, fault => Assert.Matches(@"tidemark\.yaml:\d+$", fault.Origin.Text));

    [Fact]
    public void A_file_that_is_named_and_missing_is_a_fault() =>
        Assert.Contains("cannot be read", Assert.Single(ConfigReader.Read(folder["missing.yaml"], None, _ => null).Faults).Message, StringComparison.Ordinal);

    [Fact]
    public void An_empty_file_is_the_defaults()
    {
        Assert.Empty(Read("").Faults);
        Assert.Empty(Read("# nothing\n").Faults);
        Assert.All(Read("").Values, value => Assert.Equal("default", value.Value.Origin.Text));
    }

    [Fact]
    public void A_flag_wins_over_the_environment_over_the_file_over_the_default()
    {
        const string Yaml = "log.level: warning\ncapture.stall: 30s\ncapture.mostFrame: 1MiB\n";
        var reading = Read(Yaml, new() { ["log.level"] = "error" }, new() { ["TIDEMARK_LOG_LEVEL"] = "debug", ["TIDEMARK_CAPTURE_STALL"] = "40s" });

        Assert.Equal(("error", "--log.level"), Value(reading, "log.level"));
        Assert.Equal(("40s", "TIDEMARK_CAPTURE_STALL"), Value(reading, "capture.stall"));
        Assert.Equal(("1MiB", $"{reading.File}:3"), Value(reading, "capture.mostFrame"));
        Assert.Equal(("127.0.0.1:8710", "default"), Value(reading, "listen"));
        Assert.Equal((TimeSpan.FromSeconds(40), 1L << 20), (reading.Config!.Capture.Stall, reading.Config.Capture.MostFrameBytes));
    }

    [Fact]
    public void A_fault_in_the_environment_names_the_variable() =>
        Assert.Equal("TIDEMARK_BEHIND_PROXY", Assert.Single(Read("", environment: new() { ["TIDEMARK_BEHIND_PROXY"] = "no" }).Faults).Origin.Text);

    [Theory]
    [InlineData("listen: 0.0.0.0:8710", false)]
    [InlineData("listen: '[::]:8710'", false)]
    [InlineData("listen: 192.168.1.5:8710", false)]
    [InlineData("listen: 0.0.0.0:8710\nbehindProxy: true\nhosts: tide.example.org", true)]
    [InlineData("listen: 127.0.0.1:0", true)]
    [InlineData("listen: '[::1]:8710'", true)]
    [InlineData("listen: localhost:8710", true)]
    public void Beyond_loopback_a_node_listens_only_with_TLS_or_behind_a_proxy(string yaml, bool legal)
    {
        var faults = Read(yaml).Faults;
        Assert.Equal(legal, faults.Count == 0);
        Assert.All(faults, fault => Assert.Contains("beyond loopback", fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_certificate_and_its_key_go_together_and_must_be_there()
    {
        File.WriteAllText(folder["a.pem"], "");
        Assert.Contains("go together", Assert.Single(Read($"tls.certificate: {folder["a.pem"]}").Faults).Message, StringComparison.Ordinal);
        Assert.Equal(2, Read($"tls.certificate: {folder["x.pem"]}\ntls.key: {folder["y.pem"]}").Faults.Count(fault => fault.Message.Contains("no such file", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "", "has no certificate in it", "tls.certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "", "cannot be read", "tls.certificate")]
    [InlineData(null, "", "no private key", "tls.key")]
    [InlineData(null, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key", "tls.key")]
    public void A_certificate_or_key_that_cannot_be_used_is_a_fault_with_its_line(string? certificate, string key, string said, string option)
    {
        File.WriteAllText(folder["a.pem"], certificate ?? TlsChain.Make().Pem);
        File.WriteAllText(folder["k.pem"], key);
        var fault = Assert.Single(Read($"tls.certificate: {folder["a.pem"]}\ntls.key: {folder["k.pem"]}").Faults);
        Assert.EndsWith(option == "tls.key" ? "tidemark.yaml:2" : "tidemark.yaml:1", fault.Origin.Text, StringComparison.Ordinal);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_belongs_to_another_certificate_is_a_fault()
    {
        File.WriteAllText(folder["a.pem"], TlsChain.Make().Pem);
        File.WriteAllText(folder["k.pem"], TlsChain.Make().KeyPem);
        Assert.Contains("no private key that fits", Assert.Single(Read($"tls.certificate: {folder["a.pem"]}\ntls.key: {folder["k.pem"]}").Faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("behindProxy: true", false)]
    [InlineData("behindProxy: true\nhosts: tide.example.org", true)]
    public void Behind_a_proxy_a_node_must_know_its_name(string yaml, bool legal)
    {
        var faults = Read(yaml).Faults;
        Assert.Equal(legal, faults.Count == 0);
        Assert.All(faults, fault => Assert.Contains("'hosts'", fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void An_empty_variable_and_an_empty_file_name_count_as_not_set()
    {
        Assert.Equal(("info", "default"), Value(Read("", environment: new() { ["TIDEMARK_LOG_LEVEL"] = "" }), "log.level"));
        File.WriteAllText(folder["tidemark.yaml"], "log.level: debug");
        Assert.Equal(folder["tidemark.yaml"], ConfigReader.Read("", None, name => name == "TIDEMARK_CONFIG" ? folder["tidemark.yaml"] : null).File);
        Assert.DoesNotContain(ConfigReader.Read("", None, _ => "").Faults, fault => fault.Message.Contains("cannot be read", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hosts: [tide.example.org, tide.example.com]", 2)]
    [InlineData("hosts: tide.example.org, tide.example.com", 2)]
    [InlineData("hosts: http://tide.example.org", -1)]
    public void Hosts_are_a_list_or_one_text_with_commas(string yaml, int count) => Assert.Equal(count, Read(yaml).Config?.Hosts.Count ?? -1);

    [Fact]
    public void A_data_folder_whose_socket_would_have_too_long_a_name_is_refused() =>
        Assert.Contains("too long", Assert.Single(Read($"data: /srv/{new string('x', 100)}").Faults).Message, StringComparison.Ordinal);

    [Fact]
    public void A_secret_is_not_repeated_in_a_fault() =>
        Assert.DoesNotContain("hunter2", Assert.Single(Read("database: postgres://tide:hunter2@db").Faults).ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task A_secret_is_hidden_when_the_configuration_is_shown()
    {
        await File.WriteAllTextAsync(folder["tidemark.yaml"], "database: postgres://tide:hunter2@db.example.org/tidemark\n", TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Tidemark.App.dll"), "config", "show", "--json", "--config", folder["tidemark.yaml"]]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var shown = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("postgres://tide@db.example.org:5432/tidemark", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_of_options_says_what_the_code_says() =>
        Assert.True(ConfigPage.Write() == File.ReadAllText(Repository.PathOf("docs/configuration.md")), "docs/configuration.md is not what the code says. To mend it: ./tidemark config docs > docs/configuration.md");

    [Fact]
    public void Every_option_says_what_it_does_what_is_legal_and_gives_an_example_that_is()
    {
        Assert.Equal(Setting.All.Count, Setting.All.Select(setting => setting.Environment).Distinct(StringComparer.Ordinal).Count());
        foreach (var setting in Setting.All)
        {
            Assert.All((string[])[setting.About, setting.Legal, setting.Example], text => Assert.False(string.IsNullOrWhiteSpace(text), setting.Key));
            Assert.NotEqual(setting.Default, setting.Example);
            var faults = ConfigReader.Read(Empty(), new Dictionary<string, string>(StringComparer.Ordinal) { ["behindProxy"] = "true", ["hosts"] = "tide.example.org", [setting.Key] = setting.Example }, _ => null).Faults;
            // The files that examples name need not be on this machine.
            Assert.All(faults, fault => Assert.True(fault.Message.Contains("no such file", StringComparison.Ordinal) || fault.Message.Contains("go together", StringComparison.Ordinal), fault.ToString()));
        }
    }

    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("20s", 20.0)]
    [InlineData(" 1.5 h ", 5400.0)]
    [InlineData("2d", 172_800.0)]
    [InlineData("20", null)]
    [InlineData("-1s", null)]
    [InlineData("1e3s", null)]
    [InlineData("36500d", 3_153_600_000.0)]
    [InlineData("36501d", null)]
    [InlineData("999999999d", null)]
    [InlineData("s", null)]
    [InlineData("", null)]
    public void Durations_are_read_with_their_unit(string text, double? seconds) =>
        Assert.Equal(seconds, Units.TryParseDuration(text, out var duration) ? duration.TotalSeconds : null);

    [Theory]
    [InlineData("512KiB", 524_288L)]
    [InlineData("1.5GiB", 1_610_612_736L)]
    [InlineData("100B", 100L)]
    [InlineData("64MB", null)]
    [InlineData("999999999TiB", null)]
    [InlineData("64", null)]
    public void Sizes_are_read_with_their_unit(string text, long? bytes) => Assert.Equal(bytes, Units.TryParseSize(text, out var size) ? size : null);

    public void Dispose() => folder.Dispose();

    private static (string, string) Value(ConfigReading reading, string key) => (reading.Values[key].Text, reading.Values[key].Origin.Text);

    private string Empty()
    {
        File.WriteAllText(folder["empty.yaml"], "");
        return folder["empty.yaml"];
    }

    private ConfigReading Read(string yaml, Dictionary<string, string>? flags = null, Dictionary<string, string>? environment = null)
    {
        File.WriteAllText(folder["tidemark.yaml"], yaml);
        return ConfigReader.Read(folder["tidemark.yaml"], flags ?? None, name => environment?.GetValueOrDefault(name));
    }
}
