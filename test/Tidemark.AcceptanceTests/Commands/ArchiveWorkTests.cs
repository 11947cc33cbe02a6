using System.Diagnostics;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Commands;

/// <summary>An archive sealed, copied, damaged, mended and indexed anew by command, with a node and without one.</summary>
public class ArchiveWorkTests
{
    [Fact]
    public async Task An_archive_is_sealed_copied_damaged_and_mended_with_a_node_and_indexed_anew_without_one()
    {
        using var second = new TempFolder();
        var copy = Path.Combine(second.Path, "copy");
        Directory.CreateDirectory(copy);
        string[] set = ["--set", $"archive.copy={copy}"];
        // Days that are over: no real clock is waited for.
        var when = new DateTimeOffset(DateTimeOffset.Parse("2026-06-21T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture).UtcTicks, TimeSpan.Zero);
        await using var station = await Station.StartAsync(Station.Small with { Sites = ["pier"], Clock = when, History = TimeSpan.FromMinutes(40) }, up: set);
        await station.CaptureAsync("pier");
        var node = station.Node;

        Assert.Contains("1 days sealed", (await node.RunAsync("archive", "seal")).Ended(0).Output, StringComparison.Ordinal);
        var day = Path.Combine(station.Data, "frames/pier/2026-06-21");
        Assert.Equal(0, await Sha256SumAsync(day));
        Assert.Contains("1 days copied", (await node.RunAsync("archive", "copy")).Ended(0).Output, StringComparison.Ordinal);
        Assert.Equal(0, await Sha256SumAsync(Path.Combine(copy, "frames/pier/2026-06-21")));
        Assert.Contains("All is right", (await node.RunAsync("archive", "check")).Ended(0).Output, StringComparison.Ordinal);

        var frame = Directory.EnumerateFiles(day, "*.jpg").First();
        var good = await File.ReadAllBytesAsync(frame, TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(frame, "x", TestContext.Current.CancellationToken);
        Assert.Contains("wrong_size", (await node.RunAsync("archive", "check")).Ended(1).Output, StringComparison.Ordinal);
        var verified = (await node.RunAsync("archive", "verify", "--json")).Ended(0).Json;
        Assert.Equal((1, 1, "differs"), (verified.GetProperty("found").GetInt32(), verified.GetProperty("mended").GetInt32(), verified.GetProperty("findings")[0].GetProperty("code").GetString()));
        Assert.Equal(good, await File.ReadAllBytesAsync(frame, TestContext.Current.CancellationToken));

        // Only a node or a command at a time; reindex wants the folder for itself.
        Assert.Contains("node runs", (await node.RunAsync("archive", "reindex")).Ended(2).Errors, StringComparison.OrdinalIgnoreCase);
        (await node.RunAsync("archive", "verify", "--from", "whenever")).Ended(2);
        var before = (await node.GetAsync("sources/pier/frames?limit=100")).GetProperty("frames").GetRawText();
        node.Program.Signal(RunningProgram.Terminate);
        await node.Program.Ended;

        string[] alone = ["--data", station.Data, .. set];
        Assert.Contains("All is right", (await TidemarkCommand.RunAsync(["archive", "verify", .. alone])).Ended(0).Output, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(station.Data, "tidemark.db*"))
        {
            File.Delete(file);
        }

        Assert.Contains("file_without_row", (await TidemarkCommand.RunAsync(["archive", "check", .. alone])).Ended(1).Output, StringComparison.Ordinal);
        Assert.Contains("1 sealed days", (await TidemarkCommand.RunAsync(["archive", "reindex", .. alone])).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains("All is right", (await TidemarkCommand.RunAsync(["archive", "check", .. alone])).Ended(0).Output, StringComparison.Ordinal);
        await station.RestartAsync(up: set);
        Assert.Equal(before, (await station.Node.GetAsync("sources/pier/frames?limit=100")).GetProperty("frames").GetRawText());
        Assert.Contains("1 days copied", (await station.Node.RunAsync("archive", "copy")).Ended(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_s_folder_can_be_copied_elsewhere_by_rsync_or_cp_and_checked_there()
    {
        var when = new DateTimeOffset(2026, 6, 21, 12, 0, 0, TimeSpan.Zero);
        await using var station = await Station.StartAsync(Station.Small with { Sites = ["pier"], Clock = when, History = TimeSpan.FromMinutes(20) });
        await station.CaptureAsync("pier");
        (await station.Node.RunAsync("archive", "seal")).Ended(0);

        using var cp = Process.Start("cp", ["-a", Path.Combine(station.Data, "frames/pier/2026-06-21"), station["elsewhere"]])!;
        await cp.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, await Sha256SumAsync(station["elsewhere"]));
        (await station.Node.RunAsync("archive", "copy")).Ended(2);
    }

    private static async Task<int> Sha256SumAsync(string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("sha256sum", ["-c", "--quiet", "SHA256SUMS"]) { WorkingDirectory = folder, UseShellExecute = false })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
