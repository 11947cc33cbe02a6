using Microsoft.Net.Http.Headers;

namespace Tidemark.Simulator.Faults;

/// <summary>The faults of each site, in order: the first that concerns a request and is not used up answers it. Thread-safe.</summary>
public sealed class SiteFaults
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Fault>> bySite = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly RequestCounts requests;
    private readonly CancellationToken ending;

    internal SiteFaults(TimeProvider time, RequestCounts requests, CancellationToken ending)
    {
        this.time = time;
        this.requests = requests;
        this.ending = ending;
    }

    /// <summary>Replaces a site's faults.</summary>
    public void Set(string site, params IReadOnlyList<Fault> faults)
    {
        lock (gate)
        {
            bySite[site] = [.. faults.Select(fault => fault.From(time.GetUtcNow()))];
        }
    }

    /// <summary>Makes a site well again. What hangs already goes on hanging.</summary>
    public void Clear(string site) => Set(site);

    /// <summary>A site's faults that are not used up, with what is left of <see cref="Fault.Times"/>.</summary>
    public IReadOnlyList<Fault> Of(string site)
    {
        lock (gate)
        {
            return [.. bySite.GetValueOrDefault(site, [])];
        }
    }

    internal async Task AnswerAsync(HttpContext http, RequestDelegate site)
    {
        var path = http.Request.Path.Value ?? "";
        requests.Count(path);
        var fault = Take(path);
        http.Response.Headers.Date = HeaderUtilities.FormatDate(time.GetUtcNow() + ((fault as ClockFault)?.DateOff ?? TimeSpan.Zero));
        if (fault is null)
        {
            await site(http);
            return;
        }

        // Those that are in what is said, not in how, are seen to where it is made.
        http.Features.Set(fault);

        // The end of the simulator ends what hangs or dribbles.
        await using var end = ending.Register(http.Abort);
        try
        {
            await fault.AnswerAsync(http, site, time);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away, which is what it should do.
        }
    }

    private Fault? Take(string path)
    {
        if (path.Split('/') is not ["", "sites", var site, var kind, ..])
        {
            return null;
        }

        var target = kind switch { "frames" => FaultTarget.Images, "snapshot.jpg" => FaultTarget.Snapshot, _ => FaultTarget.Index };
        lock (gate)
        {
            var faults = bySite.GetValueOrDefault(site, []);
            var at = faults.FindIndex(fault => fault.Concerns(target));
            if (at < 0)
            {
                return null;
            }

            var fault = faults[at];
            if (fault.Times is { } times)
            {
                faults[at] = fault with { Times = times - 1 };
            }

            faults.RemoveAll(one => one.Times <= 0);
            return fault;
        }
    }
}
