using System.Globalization;

namespace Tidemark.Simulator.Upload;

/// <summary>How a camera uploads. The defaults are the command line's.</summary>
public sealed record UploadOptions
{
    /// <summary>Where the pictures go; made where it is missing.</summary>
    public required string Folder { get; init; }

    /// <summary>Whose scene is drawn.</summary>
    public string Site { get; init; } = "harbour";

    /// <summary>The distance of pictures, on the clock; whole seconds.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The name without <c>.jpg</c>, a date format of .NET; <c>/</c> makes folders, other words stand in quotes: <c>'cam1_'yyyyMMddHHmmss</c>.</summary>
    public string Pattern { get; init; } = "yyyyMMdd-HHmmss";

    /// <summary>In whose local time pictures are named. Where an hour comes twice, so do names, and the later picture takes the place of the earlier, as with a camera.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    public int Width { get; init; } = 640;

    public int Height { get; init; } = 360;

    /// <summary>In how many writes a picture comes.</summary>
    public int Chunks { get; init; } = 8;

    /// <summary>The time between two of them.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Every second upload breaks off half-way, and what came stays.</summary>
    public bool Partial { get; init; }

    /// <summary>Null, or what is wrong and what is expected.</summary>
    public string? Fault()
    {
        if (Every < TimeSpan.FromSeconds(1) || Every.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            return $"--every is {Every}; it must be whole seconds, at least one.";
        }

        if (Chunks < 1 || Pause < TimeSpan.Zero || Pause * Chunks > Every)
        {
            return $"--chunks is {Chunks} with --pause {Pause.TotalMilliseconds} ms; there must be at least one, and all within --every ({Every.TotalSeconds} s).";
        }

        if (Width is < 16 or > 7680 || Height is < 16 or > 4320)
        {
            return $"--size is {Width}x{Height}; it must be from 16x16 to 7680x4320.";
        }

        return Names(Pattern) is { } name && !name.StartsWith('/') && !name.Split('/').Contains("..") && !name.EndsWith('/')
            ? null
            : $"--pattern is '{Pattern}'; it must be a date format such as yyyyMMdd-HHmmss that stays inside the folder.";
    }

    private static string? Names(string pattern)
    {
        try
        {
            return pattern.Length > 0 ? DateTime.UnixEpoch.ToString(pattern, CultureInfo.InvariantCulture) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
