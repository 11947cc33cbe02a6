using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tidemark.Archive;
using Tidemark.Media;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>
/// Makes the crops of frames (F8) beside them: <c>STAMP.thumb.jpg</c>, the second <c>STAMP.thumb2.jpg</c> and on. Capture
/// never waits for it: frames wait in a bounded queue of their own. What that could not take, or a kill lost, is made up for
/// at the start and then every hour, for the days that are not sealed; so is what had to wait for space on the disk, as soon
/// as there is some. A crop that cannot be made is told; its frame stays.
/// </summary>
public sealed class Crops : IAsyncDisposable
{
    private const int MostWaiting = 1000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromHours(1);

    private readonly SourceStore sources;
    private readonly JpegCropper cropper;
    private readonly Conditions conditions;
    private readonly DayStore days;
    private readonly DataFolder folder;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DiskWatch? disk;
    private readonly Channel<bool> space = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<(Source Source, DateTimeOffset Instant)> waiting = Channel.CreateBounded<(Source, DateTimeOffset)>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stopping = new();
    private volatile Dictionary<string, Source> wanting = [];
    private Task running = Task.CompletedTask;

    /// <param name="disk">Asked before each crop; null: there is always room.</param>
    public Crops(SourceStore sources, JpegCropper cropper, Conditions conditions, DayStore days, DataFolder folder, TimeProvider time, ILogger<Crops> logger, DiskWatch? disk = null)
    {
        (this.sources, this.cropper, this.conditions, this.days, this.folder, this.time, this.logger, this.disk) = (sources, cropper, conditions, days, folder, time, logger, disk);
    }

    /// <summary>Told, with its path, when a crop has its place.</summary>
    public event Action<string>? Made;

    /// <summary>Reads who wants crops, and begins.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        sources.Changed += OnChanged;
        if (disk is not null)
        {
            disk.Changed += OnDisk;
        }

        await ListAsync(cancellation);
        running = Task.WhenAll(Task.Run(() => MakeAsync(stopping.Token), CancellationToken.None), Task.Run(() => LookAsync(stopping.Token), CancellationToken.None));
    }

    /// <summary>A frame has its place; where its source wants crops, they are made soon.</summary>
    public void Captured(Frame frame)
    {
        if (wanting.TryGetValue(frame.Source, out var source))
        {
            waiting.Writer.TryWrite((source, frame.Time));
        }
    }

    public async ValueTask DisposeAsync()
    {
        sources.Changed -= OnChanged;
        if (disk is not null)
        {
            disk.Changed -= OnDisk;
        }

        await stopping.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private void OnChanged(string id, Source? source)
    {
        lock (waiting)
        {
            var now = new Dictionary<string, Source>(wanting, StringComparer.Ordinal);
            now.Remove(id);
            if (source is { Config.Crops.Count: > 0 })
            {
                now[id] = source;
            }

            wanting = now;
        }
    }

    private void OnDisk(DiskState now)
    {
        if (now.Level < DiskLevel.Low)
        {
            space.Writer.TryWrite(true);
        }
    }

    // Who wants crops, and which of their frames have none yet.
    private async Task LookAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                // While there is no room nothing is made: it is looked for when there is.
                foreach (var (source, instant) in disk?.Refusal(DiskLevel.Low) is null ? (await ListAsync(cancellation)).Values.SelectMany(Missing) : [])
                {
                    // Here it is right to wait: nobody does for this.
                    while (!waiting.Writer.TryWrite((source, instant)) || waiting.Reader.Count >= MostWaiting)
                    {
                        await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
                    }
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.CroppingBroke(logger, error);
            }

            await WaitAsync(cancellation);
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(Task.Delay(LookEvery, time, either.Token), space.Reader.ReadAsync(either.Token).AsTask());
        await either.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private async Task<Dictionary<string, Source>> ListAsync(CancellationToken cancellation)
    {
        var listed = (await sources.KnownAsync(cancellation)).Sources.Where(source => source.Config.Crops is { Count: > 0 }).ToDictionary(source => source.Id, StringComparer.Ordinal);
        lock (waiting)
        {
            return wanting = listed;
        }
    }

    private IEnumerable<(Source, DateTimeOffset)> Missing(Source source)
    {
        var days = new DirectoryInfo(Path.Combine(folder.Frames, source.Id));
        foreach (var day in (days.Exists ? days.EnumerateDirectories() : []).Where(day => !File.Exists(Path.Combine(day.FullName, DayFolder.Sums))).OrderByDescending(day => day.Name, StringComparer.Ordinal).Take(3))
        {
            var names = day.EnumerateFiles("*.jpg").Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var name in names.Order(StringComparer.Ordinal))
            {
                if (Rfc3339.TryParseStamp(Path.GetFileNameWithoutExtension(name), out var instant) && Enumerable.Range(1, source.Config.Crops!.Count).Any(number => !names.Contains(CropName.Of(name, number))))
                {
                    yield return (source, instant);
                }
            }
        }
    }

    private async Task MakeAsync(CancellationToken cancellation)
    {
        await foreach (var (source, instant) in waiting.Reader.ReadAllAsync(cancellation))
        {
            if (disk?.Refusal(DiskLevel.Low) is not null)
            {
                continue;
            }

            try
            {
                await MakeAsync(source, instant, cancellation);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // A loop survives its body.
                Log.CroppingBroke(logger, error);
            }
        }
    }

    private async Task MakeAsync(Source source, DateTimeOffset instant, CancellationToken cancellation)
    {
        var frame = folder.FramePath(source.Id, instant);
        if (!File.Exists(frame))
        {
            return;
        }

        JpegFacts? facts = null;
        Failure? first = null;
        var made = false;
        for (var number = 1; number <= source.Config.Crops!.Count; number++)
        {
            var path = CropName.Of(frame, number);
            if (File.Exists(path))
            {
                continue;
            }

            if (facts is null && !Jpeg.Inspect(await File.ReadAllBytesAsync(frame, cancellation)).TryGet(out facts, out _))
            {
                return;
            }

            if (await MakeAsync(frame, facts, JpegCrop.Parse(source.Config.Crops[number - 1]).Value, path, cancellation) is { } failure)
            {
                Log.CropFailed(logger, source.Id, frame, failure.ToString());
                first ??= failure;
            }
            else
            {
                made = true;
            }
        }

        var day = new DayFolder(folder.Archive, source.Id, TimeRange.Day(instant).Start);
        if (made && File.Exists(day[DayFolder.Sums]))
        {
            await days.CropCameAsync(source.Id, day.Day, cancellation);
        }

        // Of all of them together: one that can be made says nothing of another that cannot.
        if (facts is not null)
        {
            conditions.Say(source.Id, ConditionCode.Crop, first?.ToString());
        }
    }

    // Written as a frame is (A1): a crash leaves the whole crop or none.
    private async Task<Failure?> MakeAsync(string frame, JpegFacts facts, JpegCrop crop, string path, CancellationToken cancellation)
    {
        var temporary = Path.Combine(folder.Incoming, Guid.CreateVersion7(time.GetUtcNow()).ToString("N") + ".crop");
        try
        {
            if (await cropper.CropAsync(frame, facts.Width, facts.Height, crop, temporary, cancellation) is { } failure)
            {
                return failure;
            }

            DurableFile.Publish(temporary, path);
            Made?.Invoke(path);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
