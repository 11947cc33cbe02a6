namespace Tidemark.Simulator.Faults;

/// <summary>The site's clock goes well and was set badly.</summary>
public sealed record WrongClock : ClockFault
{
    /// <summary>How far its times are ahead; negative for behind.</summary>
    public double OffsetSeconds { get; init; } = 90;

    /// <summary>How far the Date header is ahead, where the camera and the server before it have clocks of their own; null for as far.</summary>
    public double? DateSeconds { get; init; }

    protected override FaultTarget Usual => FaultTarget.All;

    protected internal override TimeSpan TimesOff => TimeSpan.FromSeconds(OffsetSeconds);

    protected internal override TimeSpan DateOff => TimeSpan.FromSeconds(DateSeconds ?? OffsetSeconds);
}
