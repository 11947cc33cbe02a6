namespace Tidemark.Simulator;

/// <summary>A clock that can be set. It runs on at the pace of the one below it, whose timers it uses: setting it fires nothing.</summary>
public sealed class SimulatedClock(TimeProvider below) : TimeProvider
{
    private long offsetTicks;

    public override DateTimeOffset GetUtcNow() => below.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref offsetTicks));

    /// <summary>Makes it show this now.</summary>
    public void Set(DateTimeOffset now) => Interlocked.Exchange(ref offsetTicks, (now.ToUniversalTime() - below.GetUtcNow()).Ticks);

    /// <summary>Puts it on by so much, or back.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref offsetTicks, by.Ticks);

    public override long TimestampFrequency => below.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => below.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => below.CreateTimer(callback, state, dueTime, period);
}
