using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>Which instants a picture can have been taken at (design/time.md, T7). A clock that is off is told; one that cannot be right is not believed.</summary>
public static class PictureTime
{
    /// <summary>Further ahead than any zone that is taken for another.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromDays(1);

    /// <summary>Before it no camera had an address. What a clock says that was never set is mostly 1970 or 1980.</summary>
    public static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Why it cannot have been taken then; null: it can.</summary>
    /// <param name="now">By this node's clock.</param>
    public static Failure? Check(DateTimeOffset taken, DateTimeOffset now) =>
        taken < Earliest ? new Failure(FailureKind.BadInput, "time_past", $"It says that it was taken at {Rfc3339.Format(taken)}, before there were such cameras: its clock was never set.", "Set the camera's clock. The picture is kept in quarantine.")
        : taken - now > MostAhead ? new Failure(FailureKind.BadInput, "time_future", $"It says that it was taken at {Rfc3339.Format(taken)}, more than a day after now, {Rfc3339.Format(now)}.", "Set the clock that is wrong, the camera's or this node's. The picture is kept in quarantine.")
        : null;
}
