using System.Globalization;
using Tidemark.Archive;
using Tidemark.Jobs;

namespace Tidemark.Timelapse;

/// <summary>
/// Where renderings go until they are registered (J5). One is made in this node's own folder of the archive and gets its
/// place under a name that carries the fence: two workers at the same request never meet. Before it gets there, its name is
/// noted in the data folder, so that whatever kills the node, its next sweep takes away what was not registered, without
/// looking through the archive, and without ever touching another node's files.
/// </summary>
public sealed class TimelapseOutputs(DataFolder folder, AssetStore assets, JobQueries jobs)
{
    private readonly SemaphoreSlim sweeping = new(1, 1);

    /// <summary><c>JOB.INCARNATION-EPOCH.mp4</c></summary>
    public static string NameOf(TaskContext context, string ending = "mp4") => $"{context.Lease.Task.Job:D}.{context.FenceText}.{ending}";

    /// <summary>Where to make it.</summary>
    public string Making(string name) => Path.Combine(folder.Incoming, name);

    /// <summary>Gives a finished rendering its place among the assets.</summary>
    /// <param name="name">As <see cref="NameOf"/> has it.</param>
    /// <param name="replaced">The file of the same asset as it was made before; it goes once this one is registered.</param>
    public void Publish(string name, string? replaced)
    {
        var note = Path.Combine(folder.Unregistered, name);
        File.WriteAllText(note, replaced);
        DurableFile.Sync(note);
        DurableFile.Sync(folder.Unregistered);
        DurableFile.Publish(Making(name), assets.PathOf(name));
    }

    /// <summary>Takes away what was not registered.</summary>
    public void Discard(string name)
    {
        File.Delete(assets.PathOf(name));
        File.Delete(Making(name));
        File.Delete(Path.Combine(folder.Unregistered, name));
    }

    /// <summary>Settles what earlier attempts on this node left behind. What is leased still may be registered yet, and is left for the next time.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        await sweeping.WaitAsync(cancellation);
        try
        {
            await SettleAsync(cancellation);
        }
        finally
        {
            sweeping.Release();
        }
    }

    private async Task SettleAsync(CancellationToken cancellation)
    {
        foreach (var note in Directory.EnumerateFiles(folder.Unregistered))
        {
            var name = Path.GetFileName(note);
            if (!TryRead(name, out var job, out var epoch))
            {
                continue;
            }

            // The lease first: once it is gone, its result is registered or never will be.
            if (await jobs.IsLeasedAsync(new TaskId(job, TimelapseStore.JoinNumber), epoch, cancellation))
            {
                continue;
            }

            if ((await assets.FindAsync(job, cancellation)).TryGet(out var asset, out _) && asset.File == name)
            {
                if (await File.ReadAllTextAsync(note, cancellation) is { Length: > 0 } replaced && replaced != name)
                {
                    File.Delete(assets.PathOf(replaced));
                }

                File.Delete(note);
            }
            else
            {
                Discard(name);
            }
        }
    }

    private static bool TryRead(string name, out Guid job, out long epoch)
    {
        (job, epoch) = (default, 0);
        return name.Split('.') is [var id, var fence, "mp4" or "webm" or "gif"] && Guid.TryParseExact(id, "D", out job)
            && fence.Split('-') is [_, var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out epoch);
    }
}
