namespace Tidemark.Simulator.Faults;

/// <summary>A frozen camera: since a moment, the picture that was newest then is shown again and again under new times.</summary>
public sealed record RepeatedImage : PictureFault
{
    /// <summary>When it froze, by the simulator's clock; null for when the fault is set.</summary>
    public DateTimeOffset? Since { get; init; }

    protected internal override Fault From(DateTimeOffset now) => Since is null ? this with { Since = now } : this;

    protected internal override DateTimeOffset Shown(DateTimeOffset instant, FrameInstants instants)
        => Since is { } since && instant > since ? instants.NewestAt(since) ?? instants.FirstAfter(since) : instant;
}
