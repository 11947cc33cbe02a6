using System.Text.Json;
using Tidemark.Simulator.Faults;

namespace Tidemark.Simulator;

/// <summary>What a site's server would not have: the clock, the faults and the counters of this simulator.</summary>
internal static class ControlEndpoints
{
    public static void Map(WebApplication host, SimulatedSites sites)
    {
        host.MapGet("/", () => Results.Ok(new { sites = sites.Options.Sites.Select(site => new { site, index = sites.IndexUrl(site) }) }));
        host.MapGet("/control/requests", () => Results.Ok(sites.Requests.ByPath));
        host.MapGet("/control/clock", () => Clock(sites));
        host.MapPut("/control/clock", (ClockSetting setting) =>
        {
            sites.Clock.Set(setting.Now);
            return Clock(sites);
        });

        host.MapGet("/control/certificate", () => Certificate(sites));
        host.MapPut("/control/certificate", (HttpContext http) =>
        {
            // This connection saw the old one.
            http.Response.Headers.Connection = "close";
            sites.Certificate?.Replace(http.Connection.Id);
            return Certificate(sites);
        });

        host.MapGet("/control/sites/{site}/faults", (string site) => Faults(sites, site));
        host.MapPut("/control/sites/{site}/faults", async (string site, HttpRequest request) =>
        {
            try
            {
                var faults = await request.ReadFromJsonAsync<List<Fault>>(Fault.Json, request.HttpContext.RequestAborted);
                if (sites.Has(site))
                {
                    sites.Faults.Set(site, faults ?? []);
                }

                return Faults(sites, site);
            }
            catch (Exception wrong) when (wrong is JsonException or NotSupportedException)
            {
                return Results.BadRequest(new { detail = wrong.Message });
            }
        });
        host.MapDelete("/control/sites/{site}/faults", (string site) =>
        {
            sites.Faults.Clear(site);
            return Faults(sites, site);
        });
    }

    private static IResult Clock(SimulatedSites sites) => Results.Ok(new { now = SiteIndex.Text(sites.Clock.GetUtcNow()) });

    private static IResult Certificate(SimulatedSites sites)
        => sites.Certificate is { } certificate ? Results.Ok(new { sha256 = certificate.Fingerprint }) : Results.NotFound(new { detail = "There is no certificate: the sites speak HTTP. Start them with --https." });

    private static IResult Faults(SimulatedSites sites, string site)
        => sites.Has(site) ? Results.Json<IReadOnlyList<Fault>>(sites.Faults.Of(site), Fault.Json) : Results.NotFound();

    private sealed record ClockSetting(DateTimeOffset Now);
}
