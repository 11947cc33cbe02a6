namespace Tidemark.Jobs;

/// <summary>A failed attempt as it is kept.</summary>
/// <param name="Kind">camelCase of <see cref="FailureKind"/>, or <c>workerLost</c>.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">For the user.</param>
/// <param name="Mend">For the user: what to do.</param>
/// <param name="Detail">For admins.</param>
public sealed record TaskFailure(string Kind, string Code, string Message, string? Mend = null, string? Detail = null)
{
    public const string WorkerLost = "workerLost";

    public static TaskFailure From(Failure failure, string? detail = null)
    {
        var kind = failure.Kind.ToString();
        return new TaskFailure(char.ToLowerInvariant(kind[0]) + kind[1..], failure.Code, failure.Message, failure.Mend, detail);
    }
}
