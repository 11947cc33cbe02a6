using System.Diagnostics;
using System.Globalization;

namespace Tidemark.Simulator.Footage;

/// <summary>Pictures of real videos, taken out at the start into a temporary folder; a site cycles through those of its video.</summary>
internal sealed class FootagePictures : IFramePictures, IDisposable
{
    private readonly DirectoryInfo folder;
    private readonly FrameInstants instants;
    private readonly Dictionary<string, string[]> files = new(StringComparer.Ordinal);

    private FootagePictures(FrameInstants instants)
    {
        this.instants = instants;
        folder = Directory.CreateTempSubdirectory("tidemark-footage-");
    }

    public string Folder => folder.FullName;

    /// <summary>Takes as many evenly spaced pictures out of each video as there are frames in the history. Throws <see cref="IOException"/> for what ffmpeg cannot read.</summary>
    public static async Task<FootagePictures> ExtractAsync(SimulatorOptions options, FrameInstants instants, CancellationToken cancellation)
    {
        var pictures = new FootagePictures(instants);
        try
        {
            var videos = options.Footage.Distinct(StringComparer.Ordinal).Take(options.Sites.Count).ToArray();
            var perVideo = new Dictionary<string, string[]>(StringComparer.Ordinal);
            foreach (var (number, video) in videos.Index())
            {
                var target = pictures.folder.CreateSubdirectory(number.ToString(CultureInfo.InvariantCulture)).FullName;
                perVideo[video] = await TakeAsync(video, target, Math.Max(1, instants.HistoryCount), options, cancellation);
            }

            foreach (var (number, site) in options.Sites.Index())
            {
                pictures.files[site] = perVideo[options.Footage[number % options.Footage.Count]];
            }

            return pictures;
        }
        catch
        {
            pictures.Dispose();
            throw;
        }
    }

    public byte[] Jpeg(string site, DateTimeOffset instant)
    {
        var own = files[site];
        return File.ReadAllBytes(own[instants.NumberOf(instant) % own.Length]);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static async Task<string[]> TakeAsync(string video, string target, int count, SimulatorOptions options, CancellationToken cancellation)
    {
        var seconds = await RunAsync("ffprobe", ["-v", "error", "-protocol_whitelist", "file", "-show_entries", "format=duration", "-of", "csv=p=0", "--", video], cancellation);
        if (!double.TryParse(seconds.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var duration) || duration <= 0)
        {
            throw new IOException($"{video} has no duration.");
        }

        // The last picture is repeated where rounding leaves the video one short.
        var filter = string.Create(CultureInfo.InvariantCulture,
            $"fps={count / duration:F9},scale={options.Width}:{options.Height}:force_original_aspect_ratio=increase,crop={options.Width}:{options.Height},tpad=stop=-1:stop_mode=clone");
        await RunAsync("ffmpeg",
            ["-v", "error", "-nostdin", "-protocol_whitelist", "file", "-i", video, "-an", "-vf", filter, "-frames:v", $"{count}", "-q:v", "3", Path.Combine(target, "%06d.jpg")], cancellation);
        var taken = Directory.GetFiles(target, "*.jpg").Order(StringComparer.Ordinal).ToArray();
        return taken.Length > 0 ? taken : throw new IOException($"ffmpeg found no picture in {video}.");
    }

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = StartOrThrow(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? await output : throw new IOException($"{program}: {(await errors).Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process StartOrThrow(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new IOException($"{start.FileName} is not installed; footage needs it.", missing);
        }
    }
}
