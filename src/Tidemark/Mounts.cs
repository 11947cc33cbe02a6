using System.Globalization;
using System.Text.RegularExpressions;

namespace Tidemark;

/// <summary>What is to be mounted on this machine, and what is.</summary>
/// <param name="Wanted">Mount points, as fstab(5) has them.</param>
/// <param name="There">Mount points, as proc_pid_mountinfo(5) has them.</param>
public sealed partial record Mounts(IReadOnlyList<string> Wanted, IReadOnlyList<string> There)
{
    /// <summary>As it is now; where a file cannot be read, nothing is known of what it would say.</summary>
    public static Mounts Read(string fstab = "/etc/fstab", string mountInfo = "/proc/self/mountinfo") => new(Points(fstab, 1), Points(mountInfo, 4));

    /// <summary>The mount point that a folder should lie under, at which nothing is mounted; null where that is not so.</summary>
    /// <param name="folder">The whole path of one that is there; links in it are followed.</param>
    public string? Missing(string folder) => Under(Real(folder));

    // The root is there in any case: in a container or under chroot(2) it may be in no list.
    internal string? Under(string path) => There.Count > 0 && Over(path, Wanted) is { Length: > 1 } wanted && wanted.Length > (Over(path, There)?.Length ?? 0) ? wanted : null;

    private static string? Over(string path, IReadOnlyList<string> points) =>
        points.Where(point => point == path || path.StartsWith(point == "/" ? point : point + "/", StringComparison.Ordinal)).MaxBy(point => point.Length);

    // As realpath(3): .NET follows the last part only.
    private static string Real(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
        {
            return path;
        }

        var here = Path.Combine(Real(parent), Path.GetFileName(path));
        return File.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? Real(target.FullName) : here;
    }

    private static string[] Points(string file, int column)
    {
        try
        {
            return [.. File.ReadLines(file).Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields.Length > column && fields[0][0] != '#' && fields[column][0] == '/')
                .Select(fields => Path.TrimEndingDirectorySeparator(Escaped().Replace(fields[column], match => ((char)Convert.ToInt32(match.Groups["code"].Value, 8)).ToString(CultureInfo.InvariantCulture))))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Both files write a space in a name as \040.
    [GeneratedRegex(@"\\(?<code>[0-3][0-7]{2})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escaped();
}
