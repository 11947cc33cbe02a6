using System.Buffers;
using System.Security.Cryptography;
using Tidemark.Archive;
using Tidemark.Jobs;

namespace Tidemark.Timelapse;

/// <summary>Puts a finished timelapse into a folder, whole or not at all (design/timelapse.md L14).</summary>
public sealed class PutTask(AssetStore assets, TimelapseStore timelapses, OutputFolders folders, OutputPlaces places) : ITaskHandler
{
    public const string Handler = "timelapse.put";

    private const int ChunkBytes = 1 << 20;

    public string Name => Handler;

    public async Task<TaskResult> RunAsync(TaskContext context, CancellationToken cancellation)
    {
        var work = PutWork.FromJson(context.Lease.Payload);
        var job = context.Lease.Task.Job;
        if (folders.Refusal(work.Folder) is { } refusal)
        {
            return TaskResult.Failed(refusal);
        }

        // Before its own is looked for: what was superseded while the folder was away may be gone by now.
        if (work.Replaces && await timelapses.IsSupersededAsync(work.Schedule, job, cancellation))
        {
            return TaskResult.Done("superseded");
        }

        var temporary = Path.Combine(work.Folder, $".{work.File}.{context.FenceText}.part");
        try
        {
            if (places.Open(work.Folder) is { } away)
            {
                return TaskResult.Failed(away with { Message = $"{work.File} waits. {away.Message}" });
            }

            if (!(await assets.FindAsync(job, cancellation)).TryGet(out var asset, out var gone))
            {
                return TaskResult.Failed(gone);
            }

            Sweep(work);
            if (await CopyAsync(asset, temporary, context, cancellation) is { } failure)
            {
                return TaskResult.Failed(failure);
            }

            DurableFile.Replace(temporary, Path.Combine(work.Folder, work.File));
            return TaskResult.Done(Path.Combine(work.Folder, work.File));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var failure = DiskFailures.Map(error);
            return TaskResult.Failed(failure with { Message = $"{Path.Combine(work.Folder, work.File)} cannot be written: {failure.Message}" });
        }
        finally
        {
            TryDelete(temporary);
        }
    }

    // What an earlier attempt that was killed left there. One that goes on still finds its file gone, and its result refused.
    private static void Sweep(PutWork work)
    {
        foreach (var left in Directory.EnumerateFiles(work.Folder, $".{work.File}.*.part"))
        {
            TryDelete(left);
        }
    }

    private async Task<Failure?> CopyAsync(Asset asset, string temporary, TaskContext context, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using var from = new FileStream(assets.PathOf(asset), FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            await using var to = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            for (int read; (read = await from.ReadAsync(buffer, cancellation)) > 0;)
            {
                sum.AppendData(buffer, 0, read);
                await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
                context.Report(new TaskProgress((double)to.Position / Math.Max(1, asset.Bytes), null, null));
            }

            return sum.GetHashAndReset().AsSpan().SequenceEqual(asset.Sha256.Span) ? null
                : new Failure(FailureKind.Verification, "asset_damaged", $"The file of '{asset.Name}' is not the one that was made: its SHA-256 is another. Nothing was put into {Path.GetDirectoryName(temporary)}.", "Have it made again.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Read-only meanwhile, or away: the next attempt sweeps.
        }
    }
}
