using System.Globalization;

namespace Tidemark.Media;

/// <summary>A video to be joined: MP4, made with the same parameters as the others, beginning with a key frame, no group open at its end.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Frames">Pictures in it.</param>
public sealed record VideoPart(string Path, int Frames)
{
    /// <summary>True: the joint between this part and the next was decoded before, these very bytes; it need not be again.</summary>
    public bool JointKnown { get; init; }
}

/// <summary>Joins videos one behind the other without encoding anything, and checks what came of it (design/timelapse.md, L4 and L5).</summary>
public sealed class VideoJoin(MediaTools tools)
{
    // Each is an input of its own with its own decoder.
    private const int JointsAtOnce = 8;

    /// <summary>
    /// Writes the joined video: picture n is shown at n / rate. What is not as its parts are is a failure of kind Verification.
    /// </summary>
    /// <param name="parts">At least one.</param>
    /// <param name="rate">Pictures a second of each part.</param>
    /// <param name="container">ffmpeg's options for the output: MP4, with ticks of which a picture has a whole number.</param>
    /// <param name="output">Absolute path; what is there is overwritten, and may be left unfinished.</param>
    /// <param name="progress">0 to 1.</param>
    /// <returns>The index of the joined video.</returns>
    public async Task<Result<Mp4Index>> JoinAsync(IReadOnlyList<VideoPart> parts, FrameRate rate, IReadOnlyList<string> container, string output, IProgress<double>? progress, CancellationToken cancel)
    {
        var total = parts.Sum(part => (long)part.Frames);
        if (!(await PartsAsync(parts, rate, new Share(progress, 0, 0.2, total), cancel)).TryGet(out var before, out var failure))
        {
            return failure;
        }

        var copied = new Share(progress, 0.2, 0.4, total);
        using var scratch = Scratch.Create(tools);
        var input = await ListAsync(scratch, parts, rate);
        var job = new FfmpegJob([input], ["-map", "0:v:0", "-c", "copy", "-copyts", "-bsf:v", Times(before, rate), "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", .. container], output) { Subject = "the joined video" };
        if ((await new Ffmpeg(tools).RunAsync(job, scratch, new Each<FfmpegProgress>(p => copied.Report(p.Frames)), cancel)).Failed(out failure))
        {
            return failure;
        }

        if (!Mp4Index.Read(output).TryGet(out var index, out failure))
        {
            return Wrong(failure.Message.TrimEnd('.'));
        }

        var after = await PacketList.ReadAsync(index, output, new Share(progress, 0.6, 0.1, total).Next, cancel);
        return Difference(before, after, rate) is { } wrong ? Wrong(wrong)
            : await DecodeJointsAsync(scratch, parts, after, rate, output, progress, cancel) is { } broken ? broken
            : index;
    }

    // What is to come out: the parts' packets, shown one part behind the other. One description must serve them all.
    private static async Task<Result<PacketList>> PartsAsync(IReadOnlyList<VideoPart> parts, FrameRate rate, Share progress, CancellationToken cancel)
    {
        var (packets, first, frames) = (new List<VideoPacket>(), (Mp4Index?)null, 0L);
        foreach (var part in parts)
        {
            if (!Mp4Index.Read(part.Path).TryGet(out var index, out var failure))
            {
                return Wrong(failure.Message.TrimEnd('.'));
            }

            first ??= index;
            if (index.TimeScale != first.TimeScale || !index.Description.Span.SequenceEqual(first.Description.Span))
            {
                return Wrong($"{Path.GetFileName(part.Path)} was encoded with other parameters than the parts before it");
            }

            if (index.Samples.Count != part.Frames)
            {
                return Wrong($"{Path.GetFileName(part.Path)} has {index.Samples.Count} pictures instead of {part.Frames}");
            }

            var list = await PacketList.ReadAsync(index, part.Path, progress.Next, cancel);
            var ticks = TicksOf(list, rate);
            packets.AddRange(Numbers(list, rate).Zip(list.Packets, (number, packet) => packet with { Time = (frames + number) * ticks }));
            frames += part.Frames;
        }

        return new PacketList(first!.TimeScale, packets);
    }

    /// <summary>Puts a joined video into another container, packet by packet.</summary>
    /// <param name="container">ffmpeg's options for the output's container.</param>
    /// <param name="progress">Told that it goes on.</param>
    public async Task<Failure?> RewrapAsync(string input, FrameRate rate, IReadOnlyList<string> container, string output, IProgress<FfmpegProgress>? progress, CancellationToken cancel)
    {
        using var scratch = Scratch.Create(tools);
        var job = new FfmpegJob([FfmpegInput.Video(input)], ["-map", "0:v:0", "-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", .. container], output) { Subject = "the joined video" };
        if ((await new Ffmpeg(tools).RunAsync(job, scratch, progress, cancel)).Failed(out var failure)
            || !(await PacketList.ReadAsync(tools, scratch, FfmpegInput.Video(input), "the joined video", progress, cancel)).TryGet(out var before, out failure)
            || !(await PacketList.ReadAsync(tools, scratch, FfmpegInput.Video(output), "the joined video", progress, cancel)).TryGet(out var after, out failure))
        {
            return failure;
        }

        return Difference(before, after, rate) is { } wrong ? Wrong(wrong) : null;
    }

    /// <summary>What of the joined video is not as its parts are; null where all is.</summary>
    internal static string? Difference(PacketList before, PacketList after, FrameRate rate)
    {
        if (after.Packets.Count != before.Packets.Count)
        {
            return $"it has {after.Packets.Count} pictures instead of {before.Packets.Count}";
        }

        var (wanted, shown) = (Numbers(before, rate), new bool[after.Packets.Count]);
        for (var i = 0; i < after.Packets.Count; i++)
        {
            var (is_, was) = (after.Packets[i], before.Packets[i]);
            if ((is_.Size, is_.Sum, is_.Key) != (was.Size, was.Sum, was.Key))
            {
                return $"its packet {i} is not the one that was to be copied";
            }

            // To the tick where ticks divide a picture's time, as they do in MP4; else to the nearest.
            var number = wanted[i];
            var off = Int128.Abs(((Int128)is_.Time * rate.Numerator * after.TimeBase.Denominator) - ((Int128)number * rate.Denominator * after.TimeBase.Numerator));
            if (number < 0 || number >= shown.Length || shown[number] || off * 2 > (Int128)rate.Numerator * after.TimeBase.Denominator)
            {
                return $"its packet {i} is not shown at its instant";
            }

            shown[number] = true;
        }

        return null;
    }

    // Which picture each packet is, in the order of showing.
    private static long[] Numbers(PacketList list, FrameRate rate) =>
        [.. list.Packets.Select(packet => (long)Math.Round((double)packet.Time * list.TimeBase.Denominator * rate.Numerator / ((double)list.TimeBase.Numerator * rate.Denominator)))];

    // A packet is decoded when it comes, and early enough for all to be decoded before they are shown.
    private static string Times(PacketList list, FrameRate rate)
    {
        var delay = Numbers(list, rate).Select((number, at) => at - number).Max();
        var ticks = TicksOf(list, rate);
        return $"setts=pts=round(PTS/{ticks})*{ticks}:dts=(N-{delay})*{ticks}";
    }

    // A picture's, which are whole.
    private static long TicksOf(PacketList list, FrameRate rate) =>
        (long)list.TimeBase.Numerator * rate.Denominator / ((long)list.TimeBase.Denominator * rate.Numerator);

    // Names are ours, and durations exact to the microsecond in sum: what containers say of theirs is rounded each.
    private static async Task<FfmpegInput> ListAsync(Scratch scratch, IReadOnlyList<VideoPart> parts, FrameRate rate)
    {
        var lines = new List<string> { "ffconcat version 1.0" };
        var (frames, micros) = (0L, 0L);
        foreach (var part in parts)
        {
            var link = $"p{lines.Count:0000000}.mp4";
            File.CreateSymbolicLink(scratch.PathOf(link), Path.GetFullPath(part.Path));
            frames += part.Frames;
            var end = (long)Math.Round((decimal)frames * 1_000_000 * rate.Denominator / rate.Numerator);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"file {link}\nduration {(end - micros) / 1e6:0.000000}"));
            micros = end;
        }

        await File.WriteAllLinesAsync(scratch.PathOf("parts.ffconcat"), lines);
        return FfmpegInput.Parts("parts.ffconcat");
    }

    private async Task<Failure?> DecodeJointsAsync(Scratch scratch, IReadOnlyList<VideoPart> parts, PacketList joined, FrameRate rate, string output, IProgress<double>? progress, CancellationToken cancel)
    {
        var numbers = Numbers(joined, rate);
        var keys = numbers.Where((_, at) => joined.Packets[at].Key).Order().ToArray();
        var (joints, end) = (new List<(long From, long Count)>(), 0L);
        foreach (var part in parts.SkipLast(1))
        {
            end += part.Frames;
            if (!part.JointKnown)
            {
                var from = keys.TakeWhile(key => key < end).Last();
                joints.Add((from, Math.Min(end + 2, numbers.Length) - from));
            }
        }

        var decoded = new Share(progress, 0.7, 0.3, joints.Count);
        foreach (var some in joints.Chunk(JointsAtOnce))
        {
            // An output each: where one has enough pictures, ffmpeg ends all that go to the same.
            var outputs = some.Select((joint, number) => (string[])["-map", $"{number}:v:0", "-frames:v", $"{joint.Count}", "-fps_mode", "passthrough", "-f", "framecrc", Listed(number)]).ToList();
            var job = new FfmpegJob(
                [.. some.Select(joint => FfmpegInput.Video(output).From((joint.From + 0.25) * rate.Denominator / rate.Numerator))],
                ["-xerror", .. outputs.SelectMany(one => one).SkipLast(1)], outputs[^1][^1])
            { Subject = "the joints of the video" };
            if ((await new Ffmpeg(tools).RunAsync(job, scratch, new Each<FfmpegProgress>(_ => decoded.Again()), cancel)).Failed(out var failure))
            {
                return failure.Kind == FailureKind.BadInput ? Wrong($"it does not decode at a joint ({failure.Message.TrimEnd('.')})") : failure;
            }

            for (var number = 0; number < some.Length; number++)
            {
                var count = File.ReadLines(scratch.PathOf(Listed(number))).Count(line => line is not ['#', ..]);
                if (count != some[number].Count)
                {
                    return Wrong($"{count} instead of {some[number].Count} pictures decode around its joint at picture {some[number].From + some[number].Count - 2}");
                }
            }

            decoded.Add(some.Length);
        }

        return null;
    }

    private static string Listed(int joint) => $"joint{joint}.txt";

    private static Failure Wrong(string how) => new(FailureKind.Verification, "join_wrong", $"The joined video is not what its parts are: {how}. It was thrown away.");

    // A part of the whole's progress, by what is done of so many; heard every hundredth of it, and where it is told again.
    private sealed class Share(IProgress<double>? all, double from, double share, long total)
    {
        private readonly long step = Math.Max(1, total / 100);
        private long done;

        internal void Next()
        {
            if (++done % step == 0)
            {
                Again();
            }
        }

        internal void Add(long more) => Report(done + more);

        internal void Report(long now)
        {
            done = now;
            Again();
        }

        internal void Again() => all?.Report(from + (share * Math.Min(done, total) / Math.Max(1, total)));
    }
}
