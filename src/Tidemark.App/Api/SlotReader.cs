using Tidemark.Capture;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.App.Api;

/// <summary>Reads what requests ask for.</summary>
public sealed class SlotReader(SlotStore slots, JournalShipper shipper, Poller poller, TimeProvider time)
{
    // Another node's slots come within the minute; what it has not shipped yet must not look as if it had been missed.
    private static readonly TimeSpan Shipping = TimeSpan.FromMinutes(2);

    public async Task<(SlotReport? Report, IResult? Problem)> ReadAsync(string id, string? from, string? to, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var faults = new List<(string, Failure)>();
        if (SourceId.Check(id) is { } badId)
        {
            faults.Add(("id", badId));
        }

        var end = FrameEndpoints.Instant("to", to, now, faults);
        var start = FrameEndpoints.Instant("from", from, end.AddDays(-1), faults);
        if (faults.Count == 0 && end < start)
        {
            faults.Add(("to", new Failure(FailureKind.BadInput, "range", $"The range ends at {Rfc3339.Format(end)}, before its start {Rfc3339.Format(start)}.")));
        }

        if (faults.Count > 0)
        {
            return (null, Problems.From(faults));
        }

        // What is to come is no slot yet.
        end = end < now ? end : now;
        end = end < start ? start : end;
        // In this order: a poll that ends in between has its outcome shipped.
        var polling = poller.PollingSince(id) ?? now;
        var here = poller.IsRunning && await shipper.ShipAsync(cancellation) is null;
        var known = here ? now : now - Shipping;
        var read = await slots.ReadAsync(id, new TimeRange(start, end), known < polling ? known : polling, cancellation);
        return read.TryGet(out var report, out var failure) ? (report, null) : (null, Problems.From(failure));
    }
}
