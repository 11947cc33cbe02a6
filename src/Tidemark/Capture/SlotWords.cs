namespace Tidemark.Capture;

/// <summary>Why a slot ended as it did, in words for people.</summary>
public static class SlotWords
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["overrun"] = "the poll before was still under way",
        ["clock_forward"] = "the clock was set forward over it",
        ["held_up"] = "the machine stood still, or had too much to do",
        ["backing_off"] = "it had failed often, and was not asked",
        ["called_off"] = "the source was changed while it was polled",
        ["disk_full"] = "the disk was full",
        ["stalled"] = "it sent nothing, or next to nothing, for too long",
        ["http_status"] = "it answered with an error",
        ["host_busy"] = "its host was busy with other sources",
        ["connection_refused"] = "nothing listened there",
        ["connection_broken"] = "the connection broke",
        ["name_unknown"] = "its name could not be resolved",
        ["unreachable"] = "it could not be reached",
    };

    /// <summary>Null where all is well. A code that has no words of its own is its words.</summary>
    public static string? Reason(Outcome outcome, string? code) => (outcome, code) switch
    {
        (Outcome.Missed, null) => "no node was capturing",
        (Outcome.Paused, _) => "the source was paused",
        (_, null) => null,
        (_, { } known) => Reasons.GetValueOrDefault(known, known.Replace('_', ' ')),
    };
}
