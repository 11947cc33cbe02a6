using System.Buffers;
using System.Globalization;

namespace Tidemark.Media;

/// <summary>A coded picture as it lies in a file.</summary>
/// <param name="Time">When it is shown, in the list's time base.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sum">Of its bytes: CRC-32C, or Adler-32 where ffmpeg listed it; only sums of one kind compare.</param>
/// <param name="Key">Whether decoding can begin with it.</param>
public readonly record struct VideoPacket(long Time, int Size, uint Sum, bool Key);

/// <summary>The packets of a video's first stream, in the order of decoding.</summary>
/// <param name="TimeBase">Ticks a second.</param>
public sealed record PacketList(FrameRate TimeBase, IReadOnlyList<VideoPacket> Packets)
{
    /// <summary>Lists an MP4's packets by its own tables, reading each; some gigabytes a second.</summary>
    /// <param name="index">Of that file.</param>
    /// <param name="read">Told of each packet.</param>
    internal static async Task<PacketList> ReadAsync(Mp4Index index, string path, Action? read, CancellationToken cancel) => await Task.Run(() =>
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var buffer = ArrayPool<byte>.Shared.Rent(index.Samples.Count == 0 ? 0 : index.Samples.Max(sample => sample.Size));
        try
        {
            var packets = new List<VideoPacket>(index.Samples.Count);
            foreach (var sample in index.Samples)
            {
                cancel.ThrowIfCancellationRequested();
                var bytes = buffer.AsSpan(0, sample.Size);
                if (!Mp4Box.ReadWhole(file, bytes, sample.Offset))
                {
                    throw new EndOfStreamException($"{path} became shorter while it was read.");
                }

                packets.Add(new VideoPacket(sample.Time, sample.Size, Crc32C.Of(bytes), sample.Key));
                read?.Invoke();
            }

            return new PacketList(index.TimeScale, packets);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }, cancel);

    /// <summary>Lists an input's packets by ffmpeg's <c>framecrc</c>, whatever the container, without decoding them.</summary>
    internal static async Task<Result<PacketList>> ReadAsync(MediaTools tools, Scratch scratch, FfmpegInput input, string subject, IProgress<FfmpegProgress>? progress, CancellationToken cancel)
    {
        const string Listed = "packets.txt";
        var job = new FfmpegJob([input], ["-map", "0:v:0", "-c", "copy", "-copyts", "-f", "framecrc"], Listed) { Subject = subject };
        var run = await new Ffmpeg(tools).RunAsync(job, scratch, progress, cancel);
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
