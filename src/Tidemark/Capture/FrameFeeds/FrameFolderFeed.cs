using System.Collections.Concurrent;
using System.Security.Cryptography;
using Tidemark.Archive;
using Tidemark.Media;
using Tidemark.Sources;

namespace Tidemark.Capture.FrameFeeds;

/// <summary>
/// Polls a source of the kind <c>frames.folder</c>: takes what a camera has uploaded, once it is whole and no longer written. A
/// file is copied, archived, and only then taken out of the folder (or kept, where the source says so): killed in between, the
/// next poll finds the frame there and goes on. What does not become whole within an hour goes into quarantine.
/// </summary>
public sealed class FrameFolderFeed(Intake intake, Takings takings, SourceWatch watch, CaptureOptions options, DataFolder folder, TimeProvider time) : IFrameFeed
{
    private const int MostFilesARound = 20_000;

    /// <summary>A file that nobody wrote to for so long is not being uploaded just now.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    /// <summary>How long an upload may stop in the middle.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    // By source: what was seen at the poll before, and what is done and lies there still.
    private readonly ConcurrentDictionary<string, Looks> looks = new(StringComparer.Ordinal);

    public string Kind => SourceKind.FrameFolder;

    public async Task<PollResult> PollAsync(Source source, OutsideClient client, CancellationToken cancellation)
    {
        List<UploadedFile> files;
        try
        {
            if (!Directory.Exists(source.Config.Folder))
            {
                return PollResult.Of(new Failure(FailureKind.Infrastructure, "folder_missing", $"The folder {source.Config.Folder} is not there.", "Make it, or mount what it lies on; this node's user must be able to read and write it."));
            }

            files = UploadedFile.In(source.Config.Folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return PollResult.Of(DiskFailures.Map(error, source.Config.Folder));
        }

        var round = new Round(source, looks.GetOrAdd(source.Id, _ => new Looks()));
        round.Looks.Keep(files);
        var timed = Timed(round, files);
        await FindKeptAsync(round, timed, cancellation);
        foreach (var (file, at) in timed.Take(MostFilesARound))
        {
            if (await LookAsync(round, file, at, cancellation) is { Kind: FailureKind.Resource })
            {
                break;
            }
        }

        var ended = (round.Taken.Count, round.First) switch
        {
            ( > 0, _) => new PollResult(Outcome.Ok, round.Taken.Count, round.First),
            (_, { } failure) => PollResult.Of(failure),
            _ when round.Skips > 0 => PollResult.Of(Markers.Skipped($"{round.Skips} frames")),
            _ => new PollResult(Outcome.Unchanged, 0, null),
        };
        return watch.Judge(source, new PollSigns { Taken = [.. round.Taken.OrderBy(frame => frame.Time)] }, ended);
    }

    // Oldest first; each with its time and why it has that.
    private static List<(UploadedFile File, (DateTimeOffset Instant, string? Note) At)> Timed(Round round, List<UploadedFile> files)
    {
        var timed = new List<(UploadedFile, (DateTimeOffset Instant, string? Note))>();
        foreach (var file in files.Where(file => !round.Looks.IsDone(file)))
        {
            if (file.Taken(round.Source.Config) is not { } read)
            {
                continue;
            }

            if (read.TryGet(out var at, out var failure))
            {
                timed.Add((file, (Frame.Instant(at.Instant), at.Note)));
            }
            else
            {
                round.First ??= failure;
            }
        }

        return [.. timed.OrderBy(one => one.Item2.Instant).ThenBy(one => one.Item1.Name, StringComparer.Ordinal)];
    }

    // Files that stay in the folder are known by name, size and when they were written; after a restart by what the archive has, and has had since then. What it had and let go is not taken again, also where somebody touched the file. Where a name says no time, a file is known by when it was written, and after a restart only by that.
    private async Task FindKeptAsync(Round round, List<(UploadedFile File, (DateTimeOffset Instant, string? Note) At)> timed, CancellationToken cancellation)
    {
        if (round.Source.Config.KeepFiles != true || timed.Count == 0)
        {
            return;
        }

        var present = await intake.PresentAsync(round.Source.Id, timed.Select(one => one.At.Instant), cancellation);
        foreach (var (file, at) in timed.Where(one => present.Contains(one.At.Instant)))
        {
            var there = new FileInfo(folder.FramePath(round.Source.Id, at.Instant));
            if (!there.Exists || (!round.Looks.Asked && there.Length == file.Bytes && there.LastWriteTimeUtc >= file.Written.UtcDateTime))
            {
                round.Looks.Done(file);
            }
        }

        round.Looks.Asked = true;
    }

    private async Task<Failure?> LookAsync(Round round, UploadedFile file, (DateTimeOffset Instant, string? Note) at, CancellationToken cancellation)
    {
        if (round.Looks.IsDone(file))
        {
            return null;
        }

        if (takings.Markers.Skips(round.Source.Id, at.Instant))
        {
            round.Skips++;
            return null;
        }

        var quiet = time.GetUtcNow() - file.Written;
        if (!round.Looks.IsAsBefore(file) && quiet < Settled)
        {
            return null;
        }

        if (takings.Full is { } full)
        {
            return round.Fail(full);
        }

        string? copy = null;
        try
        {
            if (file.Bytes > options.MostFrameBytes)
            {
                return round.Fail(new Failure(FailureKind.BadInput, "too_large", $"'{file.Shown}' is larger than {options.MostFrameBytes / 1048576.0:0.#} MiB; it stays where it is.", "Take it out of the folder."));
            }

            copy = intake.NewIncoming();
            var content = await CopyAsync(file, copy, cancellation);
            if (!file.IsStill() || (Jpeg.Inspect(content).Failed(out _) && quiet < Patience))
            {
                return null;
            }

            if (round.Source.Config.KeepFiles == true && round.Looks.WasDone(file, content))
            {
                return null;
            }

            return await TakeAsync(round, file, at, copy, content, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return round.Fail(DiskFailures.Map(error, file.Path));
        }
        finally
        {
            if (copy is not null)
            {
                File.Delete(copy);
            }
        }
    }

    private async Task<Failure?> TakeAsync(Round round, UploadedFile file, (DateTimeOffset Instant, string? Note) at, string copy, byte[] content, CancellationToken cancellation)
    {
        var (instant, there) = await PlaceAsync(round.Source.Id, at.Instant, content, cancellation);
        if (!there)
        {
            var taken = await takings.TakeAsync(round.Source.Id, new Picture(instant, file.Shown, copy, null, at.Note), cancellation);
            if (taken.TryGet(out var frame, out var failure))
            {
                round.Taken.Add(frame);
            }
            else
            {
                round.Fail(failure.Kind == FailureKind.BadInput ? failure with { Message = $"'{file.Shown}': {failure.Message}" } : failure);
                if (failure.Kind != FailureKind.BadInput)
                {
                    return failure;
                }
            }
        }

        // It is in the archive or in quarantine, synced: only now it may go.
        if (round.Source.Config.KeepFiles != true && file.IsStill())
        {
            File.Delete(file.Path);
        }
        else
        {
            round.Looks.Done(file, content);
        }

        return null;
    }

    // Cameras name by the second and take several: the next free millisecond is its place, so that nothing is lost. The same bytes are the frame that is there.
    private async Task<(DateTimeOffset Instant, bool There)> PlaceAsync(string source, DateTimeOffset instant, byte[] content, CancellationToken cancellation)
    {
        for (var bump = 0; bump < 1000; bump++)
        {
            var path = folder.FramePath(source, instant.AddMilliseconds(bump));
            if (!File.Exists(path))
            {
                return (instant.AddMilliseconds(bump), false);
            }

            if (new FileInfo(path).Length == content.Length && (await File.ReadAllBytesAsync(path, cancellation)).SequenceEqual(content))
            {
                return (instant.AddMilliseconds(bump), true);
            }
        }

        return (instant, false);
    }

    private static async Task<byte[]> CopyAsync(UploadedFile file, string copy, CancellationToken cancellation)
    {
        var content = new byte[file.Bytes];
        await using (var stream = file.Open())
        {
            content = content[..await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellation)];
        }

        await File.WriteAllBytesAsync(copy, content, cancellation);
        return content;
    }

    /// <summary>What one poll did so far.</summary>
    private sealed class Round(Source source, Looks looks)
    {
        public Source Source => source;

        public Looks Looks => looks;

        public List<Frame> Taken { get; } = [];

        public int Skips { get; set; }

        public Failure? First { get; set; }

        public Failure Fail(Failure failure)
        {
            First ??= failure;
            return failure;
        }
    }

    /// <summary>What is known of the files that lie in a folder.</summary>
    private sealed class Looks
    {
        private Dictionary<string, UploadedFile> before = [];
        private Dictionary<string, UploadedFile> now = [];
        private readonly Dictionary<string, (UploadedFile File, byte[]? Sum)> done = new(StringComparer.Ordinal);

        /// <summary>Whether the archive was asked what of the folder it has.</summary>
        public bool Asked { get; set; }

        public void Keep(IReadOnlyList<UploadedFile> files)
        {
            (before, now) = (now, files.ToDictionary(file => file.Name, StringComparer.Ordinal));
            foreach (var gone in done.Keys.Where(name => !now.ContainsKey(name)).ToList())
            {
                done.Remove(gone);
            }
        }

        public bool IsAsBefore(UploadedFile file) => before.TryGetValue(file.Name, out var then) && then == file;

        public bool IsDone(UploadedFile file) => done.TryGetValue(file.Name, out var then) && then.File == file;

        /// <summary>Whether a file was done, and has only been touched since; then it is done as it is now.</summary>
        public bool WasDone(UploadedFile file, byte[] content)
        {
            var same = done.TryGetValue(file.Name, out var then) && then.Sum is not null && then.Sum.AsSpan().SequenceEqual(SHA256.HashData(content));
            if (same)
            {
                done[file.Name] = (file, then.Sum);
            }

            return same;
        }

        /// <param name="content">Null: not known.</param>
        public void Done(UploadedFile file, byte[]? content = null) => done[file.Name] = (file, content is null ? null : SHA256.HashData(content));
    }
}
