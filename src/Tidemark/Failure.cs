namespace Tidemark;

/// <summary>What kind of thing went wrong; it decides whether and how something is tried again (design/glossary.md).</summary>
public enum FailureKind
{
    /// <summary>The input cannot be used, now or later. Final.</summary>
    BadInput,
    /// <summary>The thing named does not exist.</summary>
    NotFound,
    /// <summary>It is in a state in which this cannot be done (it exists already, it has ended).</summary>
    Conflict,
    /// <summary>Another machine did not answer, or not usefully. Worth another try.</summary>
    Unreachable,
    /// <summary>Something on this machine has run out: disk, memory, time.</summary>
    Resource,
    /// <summary>A tool or a service that we need is missing or broken on this machine.</summary>
    Infrastructure,
    /// <summary>A tool died without saying why.</summary>
    ToolCrash,
    /// <summary>What was made is not what was asked for.</summary>
    Verification,
    /// <summary>Nothing moved for longer than allowed.</summary>
    Stalled,
    /// <summary>Somebody asked to stop.</summary>
    Cancelled,
}

/// <summary>An expected failure: a value, not an exception. Exceptions are for bugs and I/O.</summary>
/// <param name="Kind">See <see cref="FailureKind"/>.</param>
/// <param name="Code">Stable, for programs: lower case with underscores, e.g. <c>source_not_found</c>.</param>
/// <param name="Message">For people: what happened, where, what was expected. One or two sentences.</param>
/// <param name="Mend">For people: what to do about it, as an imperative; null where nothing can be done.</param>
public sealed record Failure(FailureKind Kind, string Code, string Message, string? Mend = null)
{
    /// <summary>Message and mend in one text.</summary>
    public override string ToString() => Mend is null ? Message : $"{Message} {Mend}";
}

/// <summary>A value, or the reason why there is none.</summary>
public readonly struct Result<T>
{
    private readonly T? value;

    private Result(T? value, Failure? failure)
    {
        this.value = value;
        Failure = failure;
    }

    /// <summary>Null where there is a value.</summary>
    public Failure? Failure { get; }

    /// <summary>The value; throws where there is none, so ask <see cref="Failed"/> first.</summary>
    public T Value => Failure is null ? value! : throw new InvalidOperationException(Failure.ToString());

    /// <summary>True, with the reason, where there is no value.</summary>
    public bool Failed([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Failure? failure)
    {
        failure = Failure;
        return failure is not null;
    }

    /// <summary>True with the value, or false with the reason.</summary>
    public bool TryGet([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T result, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Failure? failure)
    {
        result = value;
        failure = Failure;
        return failure is null;
    }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Failure failure) => new(default, failure);
}
