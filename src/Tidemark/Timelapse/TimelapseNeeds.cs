using Tidemark.Jobs;

namespace Tidemark.Timelapse;

/// <summary>What the tasks of a timelapse take from their workers, estimated before its frames are looked at.</summary>
/// <param name="Archive">Id of the archive that its frames lie in.</param>
/// <param name="Cpu">The most that may be asked for, in thousandths of a processor.</param>
public sealed record TimelapseNeeds(string Archive, int Cpu)
{
    // One alone keeps more busy where there is more, but not two: its threads wait for each other.
    private const int Processors = 1000;

    private const long Least = 256L << 20;

    // x264 at "preset fast" looks 40 frames ahead and keeps a few more; each takes 1.5 bytes a pixel, and its planes in work.
    private const int BytesPerPixel = 100;

    /// <summary>Offered by a node that has ffmpeg.</summary>
    public const string Ffmpeg = "tool:ffmpeg";

    /// <summary>Offered by a node on which this archive is mounted.</summary>
    public static string Mount(string archive) => $"mount:archive-{archive}";

    /// <summary>To plan, and to join: little but reading.</summary>
    public Needs Light => new() { Cpu = Math.Min(500, Cpu), Memory = Least / 2, Tags = [Ffmpeg, Mount(Archive)] };

    /// <summary>To encode a stretch.</summary>
    /// <param name="pixels">Of the whole picture.</param>
    public Needs For(long pixels)
    {
        // In powers of two: every need of its own is a queue of its own.
        var memory = Least;
        while (memory < (Least / 2) + (pixels * BytesPerPixel))
        {
            memory *= 2;
        }

        return new Needs { Cpu = Math.Min(Processors, Cpu), Memory = memory, Tags = [Ffmpeg, Mount(Archive)] };
    }
}
