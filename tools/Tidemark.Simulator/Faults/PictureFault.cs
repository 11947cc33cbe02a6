namespace Tidemark.Simulator.Faults;

/// <summary>
/// What is wrong with the picture itself, while the server does its work well: length, tag, ranges and conditions are those
/// of the wrong picture.
/// </summary>
public abstract record PictureFault : Fault
{
    protected override FaultTarget Usual => FaultTarget.Images;

    protected internal override Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time) => site(http);

    /// <summary>The instant whose picture is shown for this one.</summary>
    protected internal virtual DateTimeOffset Shown(DateTimeOffset instant, FrameInstants instants) => instant;

    /// <summary>What is sent for this JPEG.</summary>
    /// <param name="jpeg">The true one; not to be written to.</param>
    /// <param name="request">How many requests for this path there were, this one included.</param>
    protected internal virtual byte[] Changed(byte[] jpeg, int request) => jpeg;

    /// <summary>How much later than it was taken it says it was modified.</summary>
    protected internal virtual TimeSpan ModifiedLater(int request) => TimeSpan.Zero;
}
