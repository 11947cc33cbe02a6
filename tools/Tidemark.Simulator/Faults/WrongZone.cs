namespace Tidemark.Simulator.Faults;

/// <summary>Local times that say they are UTC: off by whole hours, with a Z. The server's own clock is right.</summary>
public sealed record WrongZone : ClockFault
{
    /// <summary>How far the times are ahead; negative for behind.</summary>
    public int Hours { get; init; } = 1;

    protected override FaultTarget Usual => FaultTarget.Index;

    protected internal override TimeSpan TimesOff => TimeSpan.FromHours(Hours);

    protected internal override TimeSpan DateOff => TimeSpan.Zero;
}
