using System.Runtime.InteropServices;

namespace Tidemark.AcceptanceTests.Running;

/// <summary>What was built beside these tests, in the same configuration.</summary>
internal static class Built
{
    private static readonly string Here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    /// <summary>The program's executable.</summary>
    public static string App { get; } = Executable("Tidemark.App");

    /// <summary>The simulator's executable, which is also the demo.</summary>
    public static string Simulator { get; } = Executable("Tidemark.Simulator");

    /// <summary>The folder of the source tree.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here, "..", "..", "..", ".."));

    /// <summary>The .NET that runs these tests, for executables that would look in standard places only.</summary>
    public static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static string Executable(string project) => Path.GetFullPath(Path.Combine(Here, "..", "..", project, Path.GetFileName(Here), project));
}
