namespace Tidemark.Media;

/// <summary>Runs programs under the supervisor (design/media.md, M1 and M2).</summary>
public static class Tool
{
    /// <summary>
    /// Runs a tool to its end. Fails with <see cref="FailureKind.Cancelled"/>, <see cref="FailureKind.Stalled"/>,
    /// <see cref="FailureKind.Resource"/> (wall time) or <see cref="FailureKind.Infrastructure"/> (could not be started);
    /// in each case nothing of it runs any more when this returns. Being cancelled is a value here, never an exception.
    /// </summary>
    /// <param name="command">What to run.</param>
    /// <param name="time">Clock of the stall and wall limits.</param>
    /// <param name="line">Told each line of standard output; says whether it is a sign of progress.</param>
    /// <param name="cancel">Kills the run.</param>
    public static Task<Result<ToolRun>> RunAsync(ToolCommand command, TimeProvider time, Func<string, bool>? line, CancellationToken cancel) =>
        throw new NotSupportedException();
}
