using System.Globalization;
using System.Text.Json;

namespace Tidemark.Simulator.Demo;

/// <summary>The demo: sites here, a real node beside them, and the commands that a user would type.</summary>
internal sealed class DemoRun(DemoOptions options, TimeProvider time)
{
    // A whole day, so that it shows morning and evening whenever it is run.
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan LiveEvery = TimeSpan.FromSeconds(10);
    internal static readonly TimeSpan SignalGrace = TimeSpan.FromSeconds(1);

    private readonly long start = time.GetTimestamp();

    /// <summary>Returns the exit code: 0 also for the Ctrl-C that ends it after the work.</summary>
    public async Task<int> RunAsync(CancellationToken interrupted)
    {
        try
        {
            await FromFolderToPageAsync(interrupted);
            Console.WriteLine(options.Once ? "" : options.Directory is null ? "\nStopped; nothing is left behind." : $"\nStopped; {options.Directory} stays.");
            return 0;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("\nInterrupted; all is stopped.");
            return 130;
        }
        catch (DemoFailure failure)
        {
            await Console.Error.WriteLineAsync($"\ntidemark demo: {failure.Message}");
            return failure.Code;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"\ntidemark demo: {error.Message}");
            return 1;
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            await Console.Error.WriteLineAsync($"\ntidemark demo: the node does not answer as it should: {error.Message}\n               Try again; if it stays so, report it.");
            return 1;
        }
    }

    private async Task FromFolderToPageAsync(CancellationToken interrupted)
    {
        using var folder = DemoFolder.Open(options.Directory);
        await using var sites = await StartSitesAsync(interrupted);
        var commands = new Commands(options.App, folder.Data, time);
        Console.WriteLine($"Four simulated sites on {sites.Address}. A node of its own keeps what they show; commands find it by its data folder:");
        Console.WriteLine($"\n$ export TIDEMARK_DATA={folder.Data}\n$ ./tidemark up --listen 127.0.0.1:{options.Port} &");
        await using var node = await NodeProcess.StartAsync(commands, options.Port, time, interrupted);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(interrupted, node.Gone);
        try
        {
            await WorkAsync(folder, sites, commands, working.Token);
            if (!options.Once)
            {
                Console.WriteLine($"\nNew frames come every {LiveEvery.TotalSeconds:F0} s. Ctrl-C ends it all{(options.Directory is null ? $" and removes {folder.Root}" : "")}.");
                await Task.Delay(Timeout.InfiniteTimeSpan, time, working.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ThrowIfNodeEndedAsync(node, interrupted);
            }
        }
        catch (Exception) when (node.Gone.IsCancellationRequested && !interrupted.IsCancellationRequested)
        {
            await ThrowIfNodeEndedAsync(node, interrupted);
            throw new OperationCanceledException(interrupted);
        }
    }

    // Ctrl-C reaches the node too, and the node may be gone before this process hears of it.
    private async Task ThrowIfNodeEndedAsync(NodeProcess node, CancellationToken interrupted)
    {
        await Task.Delay(SignalGrace, time, interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!interrupted.IsCancellationRequested)
        {
            throw node.Failure();
        }
    }

    private async Task<SimulatedSites> StartSitesAsync(CancellationToken cancellation)
    {
        var simulated = new SimulatorOptions { Width = 960, Height = 540, Every = Day / options.Frames, History = Day, LiveEvery = options.Once ? TimeSpan.Zero : LiveEvery, Footage = options.Footage };
        if (simulated.Fault() is { } fault)
        {
            throw new DemoFailure(fault, 2);
        }

        if (options.Footage.Count > 0)
        {
            Console.WriteLine("Taking pictures out of the footage …");
        }

        return await SimulatedSites.StartAsync(simulated, time, cancellation);
    }

    private async Task WorkAsync(DemoFolder folder, SimulatedSites sites, Commands commands, CancellationToken cancellation)
    {
        using var client = new NodeClient(folder.Data);
        var from = sites.Instants.NewestFirst(sites.Instants.Start).Last();
        var to = UpToSecond(sites.Instants.Start);
        foreach (var site in sites.Options.Sites)
        {
            await commands.RunAsync(
                ["source", "add", site, "--url", sites.IndexUrl(site), "--list", "/frames", "--time", "/takenAt", "--name", "/name", "--image", "/url", "--every", "10s", "--private-network"], cancellation);
        }

        Console.WriteLine("\nThe node asks each site for its index, and fetches every frame that it lacks:");
        var captured = await new CaptureWait(client, sites.Options.Sites, from, to, sites.Instants.HistoryCount, time).RunAsync(cancellation);
        await commands.RunAsync(["timelapse", .. sites.Options.Sites, "--from", Text(from), "--to", Text(to), "--layout", "quad", "-o", folder.Timelapse], cancellation);
        var made = (await client.GetAsync("timelapses", cancellation)).GetProperty("timelapses")[0].GetProperty("asset");
        var video = DemoReport.Video.Of(folder.Timelapse, made);
        var page = JsonSerializer.Deserialize<JsonElement>(await commands.ReadAsync(["page"], ["--json"], cancellation)).GetProperty("url").GetString();
        Console.WriteLine(page);

        var elapsed = time.GetElapsedTime(start);
        var report = new DemoReport(new(captured, sites.Options.Sites.Count), video, (long)elapsed.TotalMilliseconds);
        if (options.Directory is not null)
        {
            await report.WriteAsync(folder.Report, cancellation);
        }

        Summarise(folder, report, page);
    }

    private void Summarise(DemoFolder folder, DemoReport report, string? page)
    {
        var video = report.Timelapse;
        // An address of something that is gone a moment later helps nobody.
        var stays = !options.Once || options.Directory is not null;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            Done in {report.ElapsedMs / 1000.0:F1} s:
              captured   {report.Frames.Captured} frames of {report.Frames.Sources} sources{(stays ? $", in {Path.Combine(folder.Data, "frames")}" : "")}
              timelapse  {video.Frames} frames, {video.Width}x{video.Height}, {video.DurationMs / 1000.0:F1} s{(stays ? $": {video.Path}" : "")}
            """));
        if (!stays)
        {
            Console.WriteLine("Frames and timelapse go with the demo. To keep them: ./tidemark demo --once --dir DIR");
        }

        if (options.Directory is not null)
        {
            Console.WriteLine($"  report     {folder.Report}");
        }

        if (!options.Once)
        {
            Console.WriteLine($"  page       {page}");
        }
    }

    private static DateTimeOffset UpToSecond(DateTimeOffset instant) => new((instant.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    private static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
