namespace Tidemark.App.Commands;

/// <summary>What the exit code of a command means.</summary>
public static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadUsage = 2;
    public const int NoSuchThing = 3;
    public const int CannotReach = 4;
    public const int Interrupted = 130;

    public static int Of(Failure failure) => failure.Kind switch
    {
        FailureKind.BadInput or FailureKind.Conflict => BadUsage,
        FailureKind.NotFound => NoSuchThing,
        FailureKind.Unreachable => CannotReach,
        FailureKind.Cancelled => Interrupted,
        _ => Failed,
    };
}
