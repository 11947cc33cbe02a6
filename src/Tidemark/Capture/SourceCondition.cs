using Tidemark.Database;
using Tidemark.Sources;

namespace Tidemark.Capture;

/// <summary>Something that is the matter with a source though it answers: told when it begins and when it is over.</summary>
/// <param name="Code">One of <see cref="ConditionCode"/>.</param>
/// <param name="Message">For people.</param>
public sealed record SourceCondition(string Source, string Code, DateTimeOffset Since, string Message);

/// <summary>What can be the matter with a source that answers.</summary>
public static class ConditionCode
{
    /// <summary>The same picture for three expected updates.</summary>
    public const string Frozen = "frozen";

    /// <summary>Its clock is off by more than two seconds.</summary>
    public const string WrongClock = "wrong_clock";

    /// <summary>Yesterday brought fewer frames than expected.</summary>
    public const string FewFrames = "few_frames";

    /// <summary>The line takes longer for its frames than they are apart.</summary>
    public const string SlowLine = "slow_line";

    /// <summary>A crop cannot be made.</summary>
    public const string Crop = "crop";

    /// <summary>A device shows another certificate than when it was first met: nothing is taken from it.</summary>
    public const string Certificate = CertificatePins.ChangedCode;

    /// <summary>What to do about it; null where the message itself says that.</summary>
    public static string? Mend(string code) => code switch
    {
        Frozen => "Look whether anything moves before the camera; where it should, start it anew.",
        WrongClock => "Set its clock, or let it set it by itself (NTP). Frames that came keep the times that they came with.",
        SlowLine => "Let it send smaller pictures, or fewer of them, or give it a better line.",
        FewFrames => "See in its slots what was missing; where so many cannot be expected, change how many are.",
        _ => null,
    };
}

/// <summary>What is the matter with sources, in the database. The only place with SQL about it.</summary>
public sealed class ConditionStore(SqlDatabase database)
{
    public Task<List<SourceCondition>> ListAsync(CancellationToken cancellation) => database.ReadAsync(session => session.QueryAsync(
        "select source, code, since, message from source_condition order by source, code",
        row => new SourceCondition(row.Text(0), row.Text(1), row.Time(2), row.Text(3)), cancellation), cancellation);

    /// <summary>Begins it, or says anew what it is; since when stays.</summary>
    public Task SetAsync(SourceCondition condition, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        """
        insert into source_condition (source, code, since, message) values (@source, @code, @since, @message)
        on conflict (source, code) do update set message = excluded.message
        """, cancellation, ("source", condition.Source), ("code", condition.Code), ("since", condition.Since), ("message", condition.Message)), cancellation);

    public Task ClearAsync(string source, string code, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        "delete from source_condition where source = @source and code = @code", cancellation, ("source", source), ("code", code)), cancellation);

    /// <summary>A source that was removed has nothing the matter.</summary>
    public Task ClearAsync(string source, CancellationToken cancellation) => database.WriteAsync(session => session.ExecuteAsync(
        "delete from source_condition where source = @source", cancellation, ("source", source)), cancellation);
}
