using System.Globalization;

namespace Tidemark.Simulator;

/// <summary>What is simulated. The defaults are the command line's.</summary>
public sealed record SimulatorOptions
{
    /// <summary>TCP port on 127.0.0.1; 0 takes any that is free.</summary>
    public int Port { get; init; }

    /// <summary>Ids of the sites: lower case letters, digits and hyphens. The four known ones have scenes of their own, others borrow one.</summary>
    public IReadOnlyList<string> Sites { get; init; } = ["harbour", "pier", "lighthouse", "valley"];

    /// <summary>So many sites instead of <see cref="Sites"/>, named site-0001 and on, which share one picture; 0 for those. Their pictures are counted by folder, not one by one.</summary>
    public int SitesCount { get; init; }

    /// <summary>The share of sites that never answer from the start on, 0 to 1, spread evenly; the fault is cleared as any other.</summary>
    public double HungShare { get; init; }

    /// <summary>The distance of frames before the start; whole seconds.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How far frames reach back before the start; zero for none.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromHours(10);

    /// <summary>The distance of frames after the start; whole seconds, zero for none.</summary>
    public TimeSpan LiveEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many frames a list has at most, the newest; 0 for all.</summary>
    public int Listed { get; init; }

    /// <summary>Pixels across, 16 to 7680.</summary>
    public int Width { get; init; } = 1280;

    /// <summary>Pixels down, 16 to 4320.</summary>
    public int Height { get; init; } = 720;

    /// <summary>JPEG quality, 1 to 100.</summary>
    public int Quality { get; init; } = 85;

    /// <summary>Videos whose pictures are shown instead of drawn scenes: one a site, from the first again where they run out.</summary>
    public IReadOnlyList<string> Footage { get; init; } = [];

    /// <summary>What the simulator's clock shows at its start; null for the true time.</summary>
    public DateTimeOffset? Clock { get; init; }

    /// <summary>HTTPS with a self-signed certificate instead of HTTP.</summary>
    public bool Https { get; init; }

    /// <summary>These options with the sites named that <see cref="SitesCount"/> counts.</summary>
    internal SimulatorOptions Named() => SitesCount <= 0 ? this : this with { Sites = [.. Enumerable.Range(1, SitesCount).Select(number => string.Create(CultureInfo.InvariantCulture, $"site-{number:D4}"))] };

    /// <summary>The sites that <see cref="HungShare"/> is about.</summary>
    internal IEnumerable<string> HungSites() => Sites.Where((_, number) => Math.Floor((number + 1) * HungShare) > Math.Floor(number * HungShare));

    /// <summary>Null, or what is wrong and what is expected.</summary>
    public string? Fault()
    {
        if (Sites.Count == 0 || Sites.Any(site => site.Length is 0 or > 63 || site[0] == '-' || !site.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')))
        {
            return "Site ids are lower case letters, digits and hyphens, at most 63, at least one site.";
        }

        if (Sites.Distinct(StringComparer.Ordinal).Count() != Sites.Count)
        {
            return "A site is named twice.";
        }

        if (SitesCount is < 0 or > 100_000)
        {
            return $"--sites-count is {SitesCount}; it must be from 1 to 100000, or 0 for those of --sites.";
        }

        if (SitesCount > 0 && Footage.Count > 0)
        {
            return "--sites-count shares one drawn picture; it cannot be used with --footage.";
        }

        if (HungShare is not (>= 0 and <= 1))
        {
            return $"--hung-share is {HungShare}; it must be from 0 to 1.";
        }

        if (Every < TimeSpan.FromSeconds(1) || Every.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            return $"--every is {Every}; it must be whole seconds, at least one.";
        }

        if (LiveEvery < TimeSpan.Zero || LiveEvery.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            return $"--live-every is {LiveEvery}; it must be whole seconds, or 0 for none.";
        }

        if (History < TimeSpan.Zero || History / Every > 100_000)
        {
            return $"--history is {History}; it must be from 0 to 100000 frames.";
        }

        if (Listed < 0)
        {
            return $"--listed is {Listed}; it must be at least 1, or 0 for all.";
        }

        if (Width is < 16 or > 7680 || Height is < 16 or > 4320)
        {
            return $"--size is {Width}x{Height}; it must be from 16x16 to 7680x4320.";
        }

        return Footage.FirstOrDefault(file => !File.Exists(file)) is { } missing ? $"There is no file {missing}." : null;
    }
}
