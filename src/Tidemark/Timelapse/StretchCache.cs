using System.Security.Cryptography;
using Tidemark.Archive;
using Tidemark.Media;

namespace Tidemark.Timelapse;

/// <summary>
/// Encoded stretches that may be used again (design/timelapse.md, L6): files of the archive named <c>KEY.SUM.mp4</c>. Nothing
/// but time is lost with them. How long ago one was used is its file's time.
/// </summary>
/// <param name="most">Bytes of all together.</param>
public sealed class StretchCache(DataFolder folder, long most, TimeProvider time)
{
    /// <summary>What was used since may be about to be joined.</summary>
    public static readonly TimeSpan Sacred = TimeSpan.FromHours(6);

    private const string Ending = ".mp4", JointEnding = ".joint";

    private static readonly TimeSpan JointsKept = TimeSpan.FromDays(90);

    private const int SumLength = 32;

    // Trimming looks at all of them, which need not happen twice at a time.
    private readonly SemaphoreSlim trimming = new(1, 1);

    /// <summary>Where one of this name lies.</summary>
    public string PathOf(string name) => Path.Combine(folder.Stretches, Path.GetFileName(name));

    /// <summary>The name of the kept stretch with this key, whole; null where there is none. One that was damaged is taken away.</summary>
    public async Task<string?> FindAsync(string key, CancellationToken cancellation)
    {
        foreach (var path in Directory.Exists(folder.Stretches) ? Directory.GetFiles(folder.Stretches, $"{key}.*{Ending}") : [])
        {
            var name = Path.GetFileName(path);
            if (await IsWholeAsync(name, cancellation))
            {
                return name;
            }

            File.Delete(path);
        }

        return null;
    }

    /// <summary>Whether the content is what the name says; counts as a use.</summary>
    public async Task<bool> IsWholeAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var path = PathOf(name);
            if (name.Split('.') is not [_, var sum, _] || sum != await SumAsync(path, cancellation))
            {
                return false;
            }

            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Keeps a finished stretch; the file is moved, synced. Gives its name.</summary>
    public async Task<string> KeepAsync(string key, string file, CancellationToken cancellation)
    {
        var name = $"{key}.{await SumAsync(file, cancellation)}{Ending}";
        if (!DurableFile.Publish(file, PathOf(name)))
        {
            // Another worker made the same.
            File.Delete(file);
        }

        File.SetLastWriteTimeUtc(PathOf(name), time.GetUtcNow().UtcDateTime);
        await TrimAsync(most, cancellation);
        return name;
    }

    /// <summary>Stretches as parts of a video; which joints were decoded before is known here.</summary>
    public IReadOnlyList<VideoPart> Parts(IReadOnlyList<(string Name, int Frames)> stretches) =>
        [.. stretches.Select((stretch, at) => new VideoPart(PathOf(stretch.Name), stretch.Frames) { JointKnown = at + 1 < stretches.Count && File.Exists(JointOf(stretch.Name, stretches[at + 1].Name)) })];

    /// <summary>Notes that these were joined in this order, and their joints decoded.</summary>
    public void NoteJoints(IReadOnlyList<string> names)
    {
        foreach (var (one, next) in names.Zip(names.Skip(1)))
        {
            var joint = JointOf(one, next);
            File.WriteAllBytes(joint, []);
            File.SetLastWriteTimeUtc(joint, time.GetUtcNow().UtcDateTime);
        }
    }

    /// <summary>Lets those go that were not used for longest, until at most so many bytes are left.</summary>
    public async Task TrimAsync(long bytes, CancellationToken cancellation)
    {
        await trimming.WaitAsync(cancellation);
        try
        {
            var kept = new DirectoryInfo(folder.Stretches) is { Exists: true } place ? place.GetFiles("*" + Ending) : [];
            var total = kept.Sum(file => file.Length);
            foreach (var joint in kept.Length == 0 ? [] : Directory.GetFiles(folder.Stretches, "*" + JointEnding).Where(joint => File.GetLastWriteTimeUtc(joint) < time.GetUtcNow().UtcDateTime - JointsKept))
            {
                File.Delete(joint);
            }

            var before = time.GetUtcNow().UtcDateTime - Sacred;
            foreach (var file in kept.OrderBy(file => file.LastWriteTimeUtc))
            {
                if (total <= bytes || file.LastWriteTimeUtc > before)
                {
                    return;
                }

                total -= file.Length;
                file.Delete();
            }
        }
        finally
        {
            trimming.Release();
        }
    }

    // Names carry the sums of what is in them.
    private string JointOf(string one, string next) =>
        Path.Combine(folder.Stretches, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{one} {next}")))[..SumLength] + JointEnding);

    private static async Task<string> SumAsync(string path, CancellationToken cancellation)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation))[..SumLength];
    }
}
