using System.Globalization;
using Tidemark.AcceptanceTests.BadDays;
using Tidemark.AcceptanceTests.Jobs;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator;

namespace Tidemark.AcceptanceTests.Capture;

public sealed class SmallMachineTests
{
    private const int Sites = 20;
    private const long Group = 256 << 20, MostResident = 128 << 20;

    [Fact]
    [Trait("kind", "soak")]
    public async Task The_release_captures_twenty_sources_in_256_MB_and_stays_below_128()
    {
        Measured.SkipUnlessSoak();
        using var folder = new TempFolder();
        using var group = MemoryGroup.Of(Group);
        var release = await PublishedAsync(folder);
        var ids = Enumerable.Range(1, Sites).Select(number => string.Create(CultureInfo.InvariantCulture, $"site-{number:00}")).ToList();
        await using var sites = await SimulatedSites.StartAsync(new SimulatorOptions { Sites = ids, Width = 1920, Height = 1080, History = TimeSpan.Zero, LiveEvery = TimeSpan.FromSeconds(10), Listed = 20 }, cancellation: TestContext.Current.CancellationToken);
        var data = folder["data"];
        await using (var node = await Node.StartAsync(data, ["--set", "roles=api"]))
        {
            foreach (var id in ids)
            {
                (await node.RunAsync("source", "add", id, "--url", sites.IndexUrl(id), "--list", "/frames", "--time", "/takenAt", "--image", "/url", "--every", "10s", "--private-network")).Ended(0);
            }
        }

        await using var program = RunningProgram.Start(group.Inside(release, "node", "--roles", "capture", "--json", "--data", data));
        var (most, until) = (0L, TimeProvider.System.GetUtcNow() + Length);
        while (TimeProvider.System.GetUtcNow() < until)
        {
            Assert.False(program.Ended.IsCompleted, $"It ended: {string.Join('\n', program.Lines.TakeLast(20))}");
            most = Math.Max(most, Resident(program.Id));
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        program.Signal(RunningProgram.Terminate);
        (await program.EndAsync()).Ended(0);
        var frames = ids.ConvertAll(id => Directory.EnumerateFiles(Path.Combine(data, "frames", id), "*Z.jpg", SearchOption.AllDirectories).Count());
        TestContext.Current.TestOutputHelper?.WriteLine($"At most {most / 1048576.0:0.0} MiB resident over {Length.TotalMinutes:0} min; {frames.Sum()} frames.");
        Assert.Equal(0, group.Killed);
        Assert.InRange(most, 1, MostResident);
        Assert.All(frames, count => Assert.InRange(count, (Length.TotalSeconds / 10) - 3, (Length.TotalSeconds / 10) + 3));
    }

    private static TimeSpan Length => TimeSpan.FromMinutes(double.Parse(Environment.GetEnvironmentVariable("TIDEMARK_SOAK_MINUTES") ?? "20", CultureInfo.InvariantCulture));

    private static async Task<string> PublishedAsync(TempFolder folder)
    {
        await using (var publish = RunningProgram.Start([Path.Combine(Built.Root, "tidemark"), "publish", "--output", folder["release"]], folder: Built.Root))
        {
            var ran = await publish.Ended;
            Assert.True(ran.ExitCode == 0, ran.Errors);
        }

        await using var unpack = RunningProgram.Start(["/bin/sh", "-c", "tar -xzf release/*.tar.gz --strip-components=1"], folder: folder.Path);
        (await unpack.EndAsync()).Ended(0);
        return folder["tidemark"];
    }

    private static long Resident(int process) =>
        File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)) is { } line
            ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024
            : 0;
}
