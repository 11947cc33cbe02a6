using System.Text;

namespace Tidemark.AcceptanceTests.Running;

/// <summary>Which processes have to do with a folder, from /proc.</summary>
internal static class ProcessTable
{
    /// <summary>Command lines of living processes, other than this one, that name the folder in arguments or environment, or work in it.</summary>
    /// <param name="containing">Only those whose command line has this.</param>
    public static IReadOnlyList<string> In(string folder, string containing = "") =>
        [.. Directory.EnumerateDirectories("/proc").Where(entry => int.TryParse(Path.GetFileName(entry), out var id) && id != Environment.ProcessId)
            .Select(entry => Concerning(entry, folder)).OfType<string>().Where(command => command.Contains(containing, StringComparison.Ordinal))];

    private static string? Concerning(string entry, string folder)
    {
        try
        {
            var command = Text(entry, "cmdline");
            // A zombie has no command line any more.
            return command.Length > 0 && (command.Contains(folder, StringComparison.Ordinal) || Text(entry, "environ").Contains(folder, StringComparison.Ordinal)
                || new FileInfo(Path.Combine(entry, "cwd")).LinkTarget?.StartsWith(folder, StringComparison.Ordinal) == true) ? $"{Path.GetFileName(entry)}: {command}" : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Text(string entry, string name) => Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(entry, name))).Replace('\0', ' ').Trim();
}
