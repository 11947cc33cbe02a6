using System.Collections.Concurrent;
using System.Globalization;
using Tidemark.Archive;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>What a poll saw of a source.</summary>
public sealed record PollSigns
{
    /// <summary>What was taken in, in the order of time.</summary>
    public IReadOnlyList<Frame> Taken { get; init; } = [];

    /// <summary>True: the answer was the newest picture that is here, once more, and it has no new time.</summary>
    public bool Repeated { get; init; }

    /// <summary>The newest instant that the origin itself gave; null where it gives none.</summary>
    public DateTimeOffset? Newest { get; init; }

    /// <summary>How far the origin's pictures lie apart, by what it lists; null where that does not show.</summary>
    public TimeSpan? Apart { get; init; }

    /// <summary>See <see cref="OutsideAnswer.ClockAhead"/>; null: its clock was not seen.</summary>
    public TimeSpan? ClockAhead { get; init; }

    /// <summary>Bytes of pictures that came, and how long they took.</summary>
    public (long Bytes, TimeSpan Took) Line { get; init; }
}

/// <summary>
/// Sees from what polls bring that a camera is frozen, its clock wrong, its line too slow, its day thin: told, and nothing is
/// corrected (design/archive.md, design/time.md T7). Thread-safe; one source is judged by one poll at a time.
/// </summary>
public sealed class SourceWatch(Conditions conditions, DataFolder folder, TimeProvider time)
{
    private const int FrozenAfter = 3;
    private const int StaleAfter = 3;
    private const long EnoughToMeasure = 32 * 1024;

    /// <summary>Of how many frames it is seen how far they lie apart.</summary>
    internal const int Recent = 12;

    // Where nobody knows how often an origin makes a picture, it is not called too old before three times this.
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(SourceConfig.DefaultEverySeconds);

    private readonly ConcurrentDictionary<string, Seen> seen = new(StringComparer.Ordinal);

    /// <summary>Says what holds of the source now. Gives the outcome: <see cref="Outcome.Stale"/> where it is <see cref="Outcome.Unchanged"/> and all too old.</summary>
    /// <returns>With the most that is the matter, where the poll itself brought no failure.</returns>
    public FrameFeeds.PollResult Judge(Source source, PollSigns signs, FrameFeeds.PollResult result)
    {
        var mine = seen.GetOrAdd(source.Id, _ => new Seen());
        var now = time.GetUtcNow();
        mine.Note(signs, now);
        Failure?[] found =
        [
            Say(source.Id, ConditionCode.Frozen, Frozen(mine, now, Max(source.Config.Every, signs.Apart ?? mine.Apart ?? source.Config.Every))),
            signs.ClockAhead is null && signs.Newest is null ? null : Say(source.Id, ConditionCode.WrongClock, WrongClock(mine, signs, now)),
            signs.Line.Bytes < EnoughToMeasure ? null : Say(source.Id, ConditionCode.SlowLine, SlowLine(source, signs, signs.Apart ?? mine.Apart ?? source.Config.Every)),
            FewFrames(source, mine, now),
        ];

        return result is { Outcome: Outcome.Unchanged, Failure: null } && Stale(source, mine, signs, now) is { } stale
            ? new FrameFeeds.PollResult(Outcome.Stale, 0, stale)
            : result with { Failure = result.Failure ?? found.FirstOrDefault(one => one is not null) };
    }

    // An empty list and an upload folder say nothing of times: there it is the newest frame that the archive has. A picture that is shown once more is frozen, if anything.
    private Failure? Stale(Source source, Seen mine, PollSigns signs, DateTimeOffset now)
    {
        if (signs is { Newest: null, Repeated: false } && mine is { Newest: null, LookedFor: false })
        {
            mine.Remember(Archived(source.Id));
            mine.LookedFor = true;
        }

        var apart = Max(source.Config.Every, signs.Newest is null ? Max(mine.Apart ?? Unknown, Unknown) : signs.Apart ?? mine.Apart ?? Unknown);
        return (signs.Newest ?? (signs.Repeated ? null : mine.Newest)) is { } newest && now - newest > StaleAfter * apart
            ? new Failure(FailureKind.Unreachable, "stale", $"Its newest picture is of {Rfc3339.Format(newest)}, older than {StaleAfter} of its updates ({apart.TotalSeconds:0} s each).", "Look whether the camera still takes pictures.")
            : null;
    }

    // The newest frames, in the order of time.
    private IEnumerable<DateTimeOffset> Archived(string source) =>
        DayFolder.DaysOf(folder.Archive, source).Reverse().SelectMany(day => new DayFolder(folder.Archive, source, day).List().Frames.Reverse()).Take(Recent).Select(frame => frame.Time).Reverse();

    /// <summary>The middle one of the distances between instants, of which there are two at least: a night between does not count.</summary>
    internal static TimeSpan Apart(IReadOnlyList<DateTimeOffset> times) => times.Zip(times.Skip(1), (one, next) => next - one).Order().ElementAt((times.Count - 1) / 2);

    private Failure? Say(string source, string code, string? message)
    {
        conditions.Say(source, code, message);
        return message is null ? null : new Failure(FailureKind.Conflict, code, message);
    }

    private static string? Frozen(Seen mine, DateTimeOffset now, TimeSpan apart) =>
        mine.SameSince is { } since && (mine.Repeats >= FrozenAfter || (mine.RepeatedAt is not null && now - since >= FrozenAfter * apart))
            ? $"The camera seems frozen: it has shown the same picture since {Rfc3339.Format(since)}."
            : null;

    private static string? WrongClock(Seen mine, PollSigns signs, DateTimeOffset now)
    {
        if (signs.ClockAhead is { } ahead && ahead.Duration() > OutsideAnswer.ClockTolerance)
        {
            return $"Its clock is about {Words(ahead)}; nothing is corrected.";
        }

        return signs.Newest is { } newest && newest - now > OutsideAnswer.ClockTolerance ? $"It shows pictures from the future: its times are at least {Words(newest - now)}; nothing is corrected." : mine.Behind;
    }

    // Coarse, so that what is told does not change with every poll.
    private static string Words(TimeSpan ahead) => string.Create(CultureInfo.InvariantCulture, $"{Length(ahead.Duration())} {(ahead > TimeSpan.Zero ? "ahead" : "behind")}");

    private static string Length(TimeSpan off) => off switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(off.TotalSeconds / 5) * 5:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(off.TotalMinutes * 2) / 2:0.#} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{off.TotalHours:0} h"),
        { TotalDays: < 730 } => string.Create(CultureInfo.InvariantCulture, $"{off.TotalDays:0} days"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{off.TotalDays / 365.25:0} years"),
    };

    // What a second brings, beside what the pictures need that come in an interval.
    private static string? SlowLine(Source source, PollSigns signs, TimeSpan apart)
    {
        var (bytes, took) = (signs.Line.Bytes, Math.Max(signs.Line.Took.TotalSeconds, 0.001));
        var frame = (double)bytes / Math.Max(1, signs.Taken.Count);
        var needed = frame / Math.Max(apart.TotalSeconds, 1);
        return bytes / took < needed
            ? $"The line is too slow for '{source.Id}': it brings {Rate(bytes / took)}, and pictures of {frame / 1024:0} KiB every {apart.TotalSeconds:0} s need {Rate(needed)}."
            : null;
    }

    private static string Rate(double bytesPerSecond) => $"{bytesPerSecond * 8 / 1000:0} kbit/s";

    private Failure? FewFrames(Source source, Seen mine, DateTimeOffset now)
    {
        var yesterday = Rfc3339.Day(now.AddDays(-1));
        if (source.Config.ExpectedFrames is not { } expected)
        {
            conditions.Say(source.Id, ConditionCode.FewFrames, null);
            return null;
        }

        if (mine.Counted != yesterday && source.CreatedAt < new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-1))
        {
            var day = Path.Combine(folder.Frames, source.Id, yesterday);
            var frames = Directory.Exists(day) ? Directory.EnumerateFiles(day, "*.jpg").Count(file => Rfc3339.TryParseStamp(Path.GetFileNameWithoutExtension(file), out _)) : 0;
            (mine.Counted, mine.Thin) = (yesterday, frames < expected ? $"{yesterday} brought {frames} frames; {expected} are expected." : null);
        }

        return mine.Counted == yesterday ? Say(source.Id, ConditionCode.FewFrames, mine.Thin) : null;
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>What was seen of a source since the start.</summary>
    private sealed class Seen
    {
        private readonly List<DateTimeOffset> recent = [];
        private string? sum;
        private DateTimeOffset? listed;

        /// <summary>The newest frame that came, or that the archive had when it was looked for; null: none.</summary>
        public DateTimeOffset? Newest => recent is [.., var last] ? last : null;

        public bool LookedFor { get; set; }

        /// <summary>How far those that came lie apart; null: that does not show yet.</summary>
        public TimeSpan? Apart => recent.Count < 2 ? null : SourceWatch.Apart(recent);

        /// <summary>When the picture that is newest was first shown.</summary>
        public DateTimeOffset? SameSince { get; private set; }

        /// <summary>How many pictures with times of their own were the same.</summary>
        public int Repeats { get; private set; }

        /// <summary>When the same picture was last given without a new time.</summary>
        public DateTimeOffset? RepeatedAt { get; private set; }

        /// <summary>What is to be said of a clock by which new pictures are old; null: it is none.</summary>
        public string? Behind { get; private set; }

        public string? Counted { get; set; }

        public string? Thin { get; set; }

        public void Note(PollSigns signs, DateTimeOffset now)
        {
            foreach (var frame in signs.Taken.Where(frame => Newest is null || frame.Time > Newest))
            {
                var its = Convert.ToHexStringLower(frame.Sha256.Span);
                (SameSince, Repeats, RepeatedAt) = its == sum ? (SameSince, Repeats + 1, RepeatedAt) : (frame.Time, 0, null);
                sum = its;
                Remember([frame.Time]);
            }

            if (signs.Newest is { } latest)
            {
                // What an origin adds is new, whatever it says; what it has had all along may be old.
                Behind = now - latest <= PictureTime.MostAhead ? null
                    : latest > listed ? $"What it shows as new is of {Rfc3339.Format(latest)}: its clock is about {Words(latest - now)}, or its pictures come that late; nothing is corrected."
                    : Behind;
                listed = latest;
            }

            if (signs.Repeated)
            {
                SameSince ??= now;
                RepeatedAt = now;
            }
        }

        public void Remember(IEnumerable<DateTimeOffset> times)
        {
            recent.AddRange(times.TakeLast(SourceWatch.Recent));
            recent.RemoveRange(0, Math.Max(0, recent.Count - SourceWatch.Recent));
        }
    }
}
