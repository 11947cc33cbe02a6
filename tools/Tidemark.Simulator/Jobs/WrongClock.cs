namespace Tidemark.Simulator.Jobs;

/// <summary>A clock that goes well and was set badly.</summary>
internal sealed class WrongClock(TimeSpan offset) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
}
