namespace Tidemark.Simulator.Scenes;

/// <summary>What moves by itself: the same site and instant always give the same clouds and waves.</summary>
internal sealed class Weather
{
    public Weather(DateTimeOffset instant, string site)
    {
        var seed = TimeCode.SiteHash(site);
        // Noise repeats every 256 units, so the drift may wrap there without a jump.
        var hours = instant.ToUnixTimeMilliseconds() / 3_600_000.0;
        var wind = 0.55 + (0.5 * Noise.Hash(seed, 1));
        DriftX = (float)(((hours * wind) + (seed % 256)) % 256);
        DriftY = (float)((hours * 0.11) % 256);
        Morph = (float)((hours * 0.35) % 256);
        Edge = 0.50f + (0.13f * (Noise.Value((float)(hours * 0.21 % 256), seed & 255) - 0.35f));
        SkyTurn = (float)((hours / 24) % 1);
        Seconds = (float)(instant.ToUnixTimeMilliseconds() / 1000.0 % 86_400);
        Phase = (float)(instant.ToUnixTimeMilliseconds() / 1000.0 * 0.013 % 256);
    }

    public float DriftX { get; }

    public float DriftY { get; }

    public float Morph { get; }

    /// <summary>Where clouds begin in the noise: less is more clouds.</summary>
    public float Edge { get; }

    /// <summary>How far the stars have turned, 0 to 1.</summary>
    public float SkyTurn { get; }

    /// <summary>Seconds of the day, for what swings and turns.</summary>
    public float Seconds { get; }

    /// <summary>Where the waves are in their noise.</summary>
    public float Phase { get; }
}
