using System.Security.Cryptography;

namespace Tidemark.Archive;

/// <summary>
/// The root of the second copy: a folder, as a rule a mount. It holds a marker, made at first use and known to the archive, so
/// that the empty folder under a mount that is away is never taken for it and filled.
/// </summary>
public sealed class CopyPlace(DataFolder folder, string root)
{
    private const string Marker = "archive.copy-id";

    /// <summary>Absolute.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>What <c>day_copy.place</c> has for it: it stays the same wherever it is mounted.</summary>
    public string? Id { get; private set; }

    private string Known => Path.Combine(folder.Archive, Marker);

    /// <summary>Looks whether the copy's place is there; the first time, makes it this archive's.</summary>
    /// <returns>Its id, or why it cannot be used now.</returns>
    public Result<string> Open()
    {
        try
        {
            return Mark(ReadId(Known)).TryGet(out var here, out var away) ? Take(here) : away;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, Root);
        }
    }

    /// <summary>Whatever was the copy before, from now on it is what is there: what is known of other places is forgotten first.</summary>
    /// <param name="forget">Forgets them; told the id of the new one.</param>
    /// <returns>Its id, or why it cannot be used now; then nothing has changed.</returns>
    public async Task<Result<string>> OpenAnewAsync(Func<string, Task> forget)
    {
        try
        {
            if (!Mark(null).TryGet(out var here, out var away))
            {
                return away;
            }

            await forget(here);
            return Take(here);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, Root);
        }
    }

    // The marker that is there, or is made now; or why this is not the copy.
    private Result<string> Mark(string? known)
    {
        if (!Directory.Exists(Root))
        {
            return Away($"there is no folder {Root}");
        }

        if (Root == folder.Archive)
        {
            return new Failure(FailureKind.BadInput, "copy_is_archive", $"The second copy lies at {Root}, which is the archive itself.", "Name another disk's folder in 'archive.copy'.");
        }

        var here = ReadId(Path.Combine(Root, Marker));
        if (known is not null && here != known)
        {
            return Away(here is null ? $"{Root} does not hold its marker, {Marker}" : $"{Root} holds the marker of another copy");
        }

        if (here is null)
        {
            here = RandomNumberGenerator.GetHexString(32, lowercase: true);
            Publish(Path.Combine(Root, Marker), here);
            here = ReadId(Path.Combine(Root, Marker))!;
        }

        return here;
    }

    private string Take(string here)
    {
        if (ReadId(Known) != here)
        {
            var temporary = Path.Combine(folder.Incoming, $"{here}.part");
            DurableFile.Write(temporary, System.Text.Encoding.ASCII.GetBytes(here + "\n"));
            DurableFile.Replace(temporary, Known);
        }

        DurableFile.CreateFolder(Incoming);
        return Id = here;
    }

    /// <summary>What is on its way into the copy from this node.</summary>
    internal string Incoming => Path.Combine(Root, "incoming", Path.GetFileName(folder.Incoming));

    private static Failure Away(string why) => new(
        FailureKind.Unreachable, "copy_away", $"The second copy is not there: {why}.",
        "Mount it; copying goes on by itself. For a new, empty place: tidemark archive copy --new");

    private static string? ReadId(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : null;

    private static void Publish(string path, string id)
    {
        var temporary = $"{path}.{id}";
        DurableFile.Write(temporary, System.Text.Encoding.ASCII.GetBytes(id + "\n"));
        if (!DurableFile.Publish(temporary, path))
        {
            File.Delete(temporary);
        }
    }
}
