using System.Net;
using System.Net.Sockets;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.BadDays;

/// <summary>What a node is refused by the machine that it runs on.</summary>
public class RefusedTests
{
    [Fact]
    public async Task A_port_in_use_is_named_with_the_way_out()
    {
        using var folder = new TempFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = taken.LocalEndpoint.ToString()!;

        var ran = (await TidemarkCommand.RunAsync(["up", "--data", folder["data"], "--listen", address])).Ended(2);

        Assert.Contains(address, ran.Errors, StringComparison.Ordinal);
        Assert.Contains("--listen", ran.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["data/node.sock"]));
    }

    [Fact]
    public async Task Without_ffmpeg_capture_goes_on_a_timelapse_waits_and_says_why_and_the_doctor_says_so()
    {
        using var tools = new TempFolder();
        var path = new Dictionary<string, string?> { ["PATH"] = tools.Path };
        await using var station = await Station.StartAsync(environment: path);
        await station.CaptureAsync("harbour");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await station.Node.GetAsync("node")).GetProperty("tools").GetProperty("ffmpeg").ValueKind);

        await using (var timelapse = station.Node.Start(["timelapse", "harbour", .. station.Range, "-o", station["a.mp4"]]))
        {
            await timelapse.LineAsync(line => line.Contains("it waits", StringComparison.Ordinal) && line.Contains("tool:ffmpeg", StringComparison.Ordinal) && line.Contains("apt-get install", StringComparison.Ordinal));
            timelapse.SignalAll(RunningProgram.Interrupt);
            (await timelapse.EndAsync()).Ended(130);
        }

        var doctor = (await TidemarkCommand.RunAsync(["doctor", "--data", station.Data], path)).Ended(1);
        Assert.Matches(@"✗ ffmpeg .*\n +→ .*apt-get install", doctor.Output);
        await station.Node.RunAsync("source", "poll", "harbour");
        Assert.Equal(station.Instants.Count, (await station.Node.GetAsync("sources/harbour")).GetProperty("frames").GetInt32());
    }

    [Fact]
    public async Task Without_the_right_to_write_a_node_says_where_and_what_to_do()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["data"]);
        await using var refused = StartWithoutRights(folder, ["up", "--data", folder["data"], "--listen", "127.0.0.1:0"]);
        var ran = (await refused.EndAsync()).Ended(1);
        Assert.Contains(folder["data"], ran.Errors, StringComparison.Ordinal);
        Assert.Contains("permission", ran.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("right", ran.Errors, StringComparison.Ordinal);

        await using var doctor = StartWithoutRights(folder, ["doctor", "--data", folder["data"]]);
        Assert.Matches(@"✗ data folder .*\n +→ .*chown", (await doctor.EndAsync()).Ended(1).Output);
        Assert.Empty(TempFolder.FilesIn(folder["data"]));
    }

    [Fact]
    public async Task A_file_system_mounted_read_only_is_called_that()
    {
        using var disk = Mount.Small("1m");
        disk.MakeReadOnly();
        var ran = (await TidemarkCommand.RunAsync(["up", "--data", Path.Combine(disk.Path, "data"), "--listen", "127.0.0.1:0"])).Ended(1);
        Assert.Contains("read-only", ran.Errors, StringComparison.Ordinal);
    }

    // Root may write anywhere, so there the program runs as nobody.
    private static RunningProgram StartWithoutRights(TempFolder folder, IReadOnlyList<string> arguments)
    {
        var world = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(folder["data"], world);
        File.SetUnixFileMode(folder.Path, world | UnixFileMode.UserWrite);
        if (!Environment.IsPrivilegedProcess)
        {
            return TidemarkCommand.Start(arguments);
        }

        for (var above = Path.GetDirectoryName(Built.App); above is not null; above = Path.GetDirectoryName(above))
        {
            if (!File.GetUnixFileMode(above).HasFlag(UnixFileMode.OtherExecute))
            {
                Assert.Skip($"The program lies under {above}, which nobody but its owner may enter; so it cannot be run as another user.");
            }
        }

        return RunningProgram.Start(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", Built.App, .. arguments], new Dictionary<string, string?> { ["HOME"] = "/nonexistent" });
    }
}
