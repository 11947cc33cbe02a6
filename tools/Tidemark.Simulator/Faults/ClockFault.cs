namespace Tidemark.Simulator.Faults;

/// <summary>What is wrong with the times that a site tells; all else is true, the captions in its pictures too.</summary>
public abstract record ClockFault : Fault
{
    /// <summary>How far times in lists, names and Last-Modified are ahead of the truth. Image addresses stay, so that they can be fetched.</summary>
    protected internal abstract TimeSpan TimesOff { get; }

    /// <summary>How far the Date header is ahead of the truth.</summary>
    protected internal abstract TimeSpan DateOff { get; }

    protected internal override Task AnswerAsync(HttpContext http, RequestDelegate site, TimeProvider time) => site(http);
}
