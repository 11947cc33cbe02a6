using System.Globalization;

namespace Tidemark.Media;

/// <summary>A coded picture as it lies in a file.</summary>
/// <param name="Time">When it is shown, in the list's time base.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sum">Adler-32 of its bytes.</param>
/// <param name="Key">Whether decoding can begin with it.</param>
public readonly record struct VideoPacket(long Time, int Size, uint Sum, bool Key);

/// <summary>The packets of a video's first stream in the order of the file, as ffmpeg's <c>framecrc</c> lists them.</summary>
/// <param name="TimeBase">Ticks a second.</param>
public sealed record PacketList(FrameRate TimeBase, IReadOnlyList<VideoPacket> Packets)
{
    /// <summary>Lists an input's packets without decoding them.</summary>
    internal static async Task<Result<PacketList>> ReadAsync(MediaTools tools, Scratch scratch, FfmpegInput input, string subject, CancellationToken cancel)
    {
        const string Listed = "packets.txt";
        var job = new FfmpegJob([input], ["-map", "0:v:0", "-c", "copy", "-copyts", "-f", "framecrc"], Listed) { Subject = subject };
        var run = await new Ffmpeg(tools).RunAsync(job, scratch, null, cancel);
        return run.Failed(out var failure) ? failure : Read(File.ReadLines(scratch.PathOf(Listed)));
    }

    /// <summary>Reads <c>#tb 0: 1/12288</c> and lines of <c>stream, dts, pts, duration, size, sum[, F=flags]</c>; flags are left out where the packet is a key frame.</summary>
    internal static PacketList Read(IEnumerable<string> lines)
    {
        var (ticks, packets) = (new FrameRate(1, 1), new List<VideoPacket>());
        foreach (var line in lines)
        {
            if (line.StartsWith("#tb 0: ", StringComparison.Ordinal) && line[7..].Split('/') is [var over, var under])
            {
                ticks = new FrameRate(Number(under), Number(over));
            }
            else if (line is not ['#', ..] && line.Split(',') is [_, _, var time, _, var size, var sum, .. var rest])
            {
                packets.Add(new VideoPacket(
                    long.Parse(time, CultureInfo.InvariantCulture), Number(size), uint.Parse(sum.AsSpan().Trim()[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                    !rest.Any(part => part.TrimStart().StartsWith("F=", StringComparison.Ordinal))));
            }
        }

        return new PacketList(ticks, packets);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
