using System.Globalization;
using Tidemark.Simulator.Jpeg;
using Tidemark.Simulator.Scenes;

namespace Tidemark.Simulator.Upload;

/// <summary>A camera that brings its pictures into a folder as FTP servers write them: under their final name from the first byte on, piece by piece.</summary>
public sealed class UploadingCamera(UploadOptions options, TimeProvider time)
{
    private readonly JpegEncoder encoder = new();
    private readonly SitePainter painter = new(options.Site, 0, options.Width, options.Height);
    private int uploads;

    /// <summary>Where the picture of an instant goes.</summary>
    public string PathOf(DateTimeOffset instant)
        => Path.Combine(options.Folder, TimeZoneInfo.ConvertTime(instant, options.Zone).ToString(options.Pattern, CultureInfo.InvariantCulture) + ".jpg");

    /// <summary>Begins an upload that its caller goes on with: nothing is written yet, the file is there.</summary>
    public PictureUpload Begin(DateTimeOffset instant)
    {
        var path = PathOf(instant);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new PictureUpload(path, encoder.Encode(painter.Paint(instant), options.Width, options.Height));
    }

    /// <summary>Uploads a picture at the camera's pace; its path, and whether all of it came.</summary>
    public async Task<(string Path, bool Whole)> UploadAsync(DateTimeOffset instant, CancellationToken cancellation)
    {
        await using var upload = Begin(instant);
        var whole = !options.Partial || ++uploads % 2 == 1;
        var size = (upload.Length + options.Chunks - 1) / options.Chunks;
        for (var chunk = 0; chunk < (whole ? options.Chunks : options.Chunks / 2); chunk++)
        {
            if (chunk > 0)
            {
                await Task.Delay(options.Pause, time, cancellation);
            }

            await upload.WriteAsync(size, cancellation);
        }

        return (upload.Path, whole);
    }

    /// <summary>Uploads on the clock, beginning with the next multiple of the distance, and tells each.</summary>
    /// <param name="count">How many; null until it is cancelled.</param>
    /// <param name="told">Given the path, and whether all of it came.</param>
    public async Task RunAsync(int? count, Action<string, bool> told, CancellationToken cancellation)
    {
        var next = FloorOf(time.GetUtcNow()) + options.Every;
        for (var done = 0; done < count || count is null; done++)
        {
            if (next - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellation);
            }

            var (path, whole) = await UploadAsync(next, cancellation);
            told(path, whole);
            // A clock that was set meanwhile, also back, is the camera's clock from then on.
            next = FloorOf(time.GetUtcNow()) + options.Every;
        }
    }

    private DateTimeOffset FloorOf(DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % options.Every.Ticks), TimeSpan.Zero);
}

/// <summary>An upload under way. Disposed of before all has been written, it has broken off.</summary>
public sealed class PictureUpload : IAsyncDisposable
{
    private readonly byte[] jpeg;
    private readonly FileStream file;
    private int written;

    internal PictureUpload(string path, byte[] jpeg)
    {
        (Path, this.jpeg) = (path, jpeg);
        file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    public string Path { get; }

    /// <summary>Bytes of the whole picture.</summary>
    public int Length => jpeg.Length;

    /// <summary>What the file will hold at its end.</summary>
    public ReadOnlyMemory<byte> Picture => jpeg;

    /// <summary>Writes as many more bytes, or those that are left.</summary>
    public async Task WriteAsync(int bytes, CancellationToken cancellation)
    {
        var length = Math.Min(bytes, jpeg.Length - written);
        await file.WriteAsync(jpeg.AsMemory(written, length), cancellation);
        written += length;
    }

    /// <summary>Writes all that is left.</summary>
    public Task FinishAsync(CancellationToken cancellation) => WriteAsync(jpeg.Length, cancellation);

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
