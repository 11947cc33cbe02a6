using System.Security.Cryptography;
using System.Text;
using Tidemark.Archive;

namespace Tidemark.Timelapse;

/// <summary>
/// The folders that timelapses are put into, as this node knows them; as a rule they are mounts. Each gets a marker at first
/// use, without which nothing is put there from then on: so the empty folder under a mount that is away is never taken for it
/// and filled (as <see cref="CopyPlace"/>). At first use there is no marker to look for, so what fstab names must be mounted.
/// </summary>
public sealed class OutputPlaces(DataFolder data, Func<Mounts> mounts)
{
    /// <summary>The marker's name. Whoever changes the disk on purpose makes it by hand; what is in it is for people.</summary>
    public const string Marker = ".tidemark-folder";

    private static readonly byte[] Words = "Tidemark puts timelapses into this folder while this file is here: below a mount that is away it is not.\n"u8.ToArray();

    /// <summary>Why nothing can be put into a folder now; null: it is there, and marked. Throws <see cref="IOException"/> where the disk does.</summary>
    public Failure? Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return Away($"there is no folder {folder}", "Mount it, or make it; this is tried again.");
        }

        if (mounts().Missing(folder) is { } point)
        {
            return Away($"nothing is mounted at {point}, which /etc/fstab names", $"Mount it ('mount {point}'); this is tried again.");
        }

        var (marker, known) = (Path.Combine(folder, Marker), Path.Combine(data.Places, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)).AsSpan(0, 8))));
        if (!File.Exists(marker))
        {
            if (File.Exists(known))
            {
                return Away($"{folder} does not hold its marker, {Marker}, any more", $"Mount it; this is tried again. Where it is another disk on purpose: touch '{marker}'");
            }

            DurableFile.Write(marker, Words);
            DurableFile.Sync(folder);
        }

        if (!File.Exists(known))
        {
            DurableFile.CreateFolder(data.Places);
            DurableFile.Write(known, Encoding.UTF8.GetBytes(folder + "\n"));
            DurableFile.Sync(data.Places);
        }

        return null;
    }

    private static Failure Away(string why, string mend) => new(FailureKind.Resource, "folder_away", $"The folder for timelapses is not there: {why}.", mend);
}
