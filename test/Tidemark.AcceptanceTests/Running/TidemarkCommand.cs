namespace Tidemark.AcceptanceTests.Running;

/// <summary>The program, as a person types it.</summary>
internal static class TidemarkCommand
{
    /// <summary>Runs a command to its end. Without a node named in the environment or arguments it finds none.</summary>
    public static async Task<Ran> RunAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null)
    {
        await using var program = Start(arguments, environment, folder);
        return await program.EndAsync();
    }

    public static RunningProgram Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null) =>
        RunningProgram.Start([Built.App, .. arguments], environment, folder);
}
