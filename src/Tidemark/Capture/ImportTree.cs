using System.Text.RegularExpressions;
using Tidemark.Archive;

namespace Tidemark.Capture;

/// <summary>A tree of files as it was found. Paths are relative to its root, with <c>/</c> between their parts.</summary>
/// <param name="Frames">Files named like pictures, in the order of their paths.</param>
/// <param name="Crops">Files named as crops are (<see cref="CropName"/>), in whatever case.</param>
/// <param name="Bytes">Of frames and crops.</param>
/// <param name="Sums">What <c>SHA256SUMS</c> files in it say, by path.</param>
/// <param name="Left">What cannot be imported, by its name alone.</param>
internal sealed partial record ImportTree(IReadOnlyList<string> Frames, IReadOnlyList<string> Crops, long Bytes, IReadOnlyDictionary<string, string> Sums, IReadOnlyList<ImportLeft> Left)
{
    private const long LargestSums = 1L << 30;

    /// <summary>Walks a folder. Links are not followed: they may lead anywhere.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ImportTree Walk(string root, CancellationToken cancellation)
    {
        var (frames, crops, left, sums) = (new List<string>(), new List<string>(), new List<ImportLeft>(), new Dictionary<string, string>(StringComparer.Ordinal));
        var bytes = 0L;
        var folders = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (folders.TryPop(out var folder))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var entry in folder.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }))
            {
                var path = Path.GetRelativePath(root, entry.FullName);
                if (entry.LinkTarget is not null)
                {
                    left.Add(new ImportLeft(path, "link", "It is a link; links are not followed."));
                }
                else if (entry is DirectoryInfo inner)
                {
                    folders.Push(inner);
                }
                else if (IsSums(entry.Name))
                {
                    ReadSums(path, (FileInfo)entry, sums, left);
                }
                else if (CropName.Read(entry.Name, StringComparison.OrdinalIgnoreCase) is not null)
                {
                    crops.Add(path);
                    bytes += ((FileInfo)entry).Length;
                }
                else if (Path.GetExtension(entry.Name).ToLowerInvariant() is ".jpg" or ".jpeg")
                {
                    frames.Add(path);
                    bytes += ((FileInfo)entry).Length;
                }
                else if (!Beside().IsMatch(entry.Name))
                {
                    left.Add(new ImportLeft(path, "not_jpeg", "It is not named .jpg or .jpeg."));
                }
            }
        }

        frames.Sort(StringComparer.Ordinal);
        crops.Sort(StringComparer.Ordinal);
        return new ImportTree(frames, crops, bytes, sums, left);
    }

    private static bool IsSums(string name) => name.Equals("SHA256SUMS", StringComparison.OrdinalIgnoreCase) || name.Equals("sha256sums.txt", StringComparison.OrdinalIgnoreCase);

    private static void ReadSums(string path, FileInfo file, Dictionary<string, string> sums, List<ImportLeft> left)
    {
        if (file.Length > LargestSums)
        {
            left.Add(new ImportLeft(path, "sums", "It is too large to be a list of sums."));
            return;
        }

        var place = Path.GetDirectoryName(path)!;
        var number = 0;
        foreach (var line in File.ReadLines(file.FullName))
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            // Names with line breaks or backslashes are written escaped, after a backslash (sha256sum's own rule).
            if (Sum().Match(line) is not { Success: true } match || Path.IsPathRooted(match.Groups["name"].Value))
            {
                left.Add(new ImportLeft(path, "sums", $"Line {number} is no line of sha256sum."));
                return;
            }

            var name = match.Groups["escaped"].Length > 0 ? match.Groups["name"].Value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal) : match.Groups["name"].Value;
            var named = Path.GetRelativePath("/", Path.GetFullPath(Path.Combine("/", place, name)));
            sums[named] = match.Groups["sum"].Value.ToLowerInvariant();
        }
    }

    [GeneratedRegex(@"^(?<escaped>\\?)(?<sum>[0-9a-fA-F]{64}) [ *](?<name>.+)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Sum();

    // What lies beside frames and is none: our own seals, markers of lemminbot and of us, what file browsers leave.
    [GeneratedRegex(@"^(SHA256SUMS\.[0-9]+|manifest\.[0-9]+\.json|DELETED\.json|.+\.(tmp|skip|iowait|part)|Thumbs\.db|\..*)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Beside();
}
