namespace Tidemark.Simulator.Demo;

/// <summary>The demo cannot go on: what happened and what to do, for people.</summary>
internal sealed class DemoFailure(string message, int code = 1) : Exception(message)
{
    /// <summary>The demo's exit code.</summary>
    public int Code { get; } = code;
}
