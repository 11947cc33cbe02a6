namespace Tidemark.Sources;

/// <summary>Something with a clock that is captured. Immutable; a change makes a new one in the store.</summary>
/// <param name="Id">A slug, see <see cref="SourceId"/>.</param>
/// <param name="Config">How it is captured.</param>
/// <param name="Paused">True: no polls until it is resumed.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="Revision">Counts its changes, being paused and resumed among them, also of sources that had this id before.</param>
public sealed record Source(string Id, SourceConfig Config, bool Paused, DateTimeOffset CreatedAt, int Revision = 1);

/// <summary>What was in force for a source from an instant on, until the next revision (design/time.md T4).</summary>
/// <param name="Removed">True: nothing was captured.</param>
public sealed record SourceRevision(int Revision, DateTimeOffset Since, SourceConfig Config, bool Paused, bool Removed);

/// <summary>How the last poll of a source ended.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Outcome">One of the slot outcomes: <c>ok</c>, <c>unchanged</c>, <c>invalid</c>, <c>failed</c> …</param>
/// <param name="Message">For people; null where all is well.</param>
/// <param name="Failures">Polls in a row that brought nothing usable.</param>
public sealed record SourceStatus(DateTimeOffset At, string Outcome, string? Message, int Failures);
