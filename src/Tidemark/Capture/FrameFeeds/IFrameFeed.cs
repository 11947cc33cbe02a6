using Tidemark.Sources;

namespace Tidemark.Capture.FrameFeeds;

/// <summary>Captures sources of one kind. Thread-safe: different sources are polled at the same time, one source never is.</summary>
public interface IFrameFeed
{
    /// <summary>One of <see cref="SourceKind"/>.</summary>
    string Kind { get; }

    /// <summary>Looks at the source once and takes in what the archive lacks. Expected failures are in the result; waits for no database.</summary>
    /// <param name="source">Of this feed's kind.</param>
    /// <param name="client">The source's own; its rules decide which addresses may be asked.</param>
    Task<PollResult> PollAsync(Source source, OutsideClient client, CancellationToken cancellation);
}

/// <summary>How a poll ended.</summary>
/// <param name="Outcome">Never <see cref="Outcome.Paused"/> or <see cref="Outcome.Missed"/>.</param>
/// <param name="Captured">Frames that are in the archive now and were not before.</param>
/// <param name="Failure">Why it is not better; its code is the slot's reason. Null where all is well. An <c>ok</c> poll may carry one: some frames failed.</param>
public sealed record PollResult(Outcome Outcome, int Captured, Failure? Failure)
{
    /// <summary>A poll that brought nothing but this: no usable answer, or one that cannot be used.</summary>
    public static PollResult Of(Failure failure) => failure switch
    {
        { Code: Takings.Skipped } => new PollResult(Outcome.Skipped, 0, failure),
        { Code: Quarantine.Full } => new PollResult(Outcome.Invalid, 0, failure),
        { Kind: FailureKind.BadInput, Code: not ("http_status" or "address_refused" or "redirect" or "wrong_range") } => new PollResult(Outcome.Invalid, 0, failure),
        _ => new PollResult(Outcome.Failed, 0, failure),
    };
}
