using Tidemark.Media;

namespace Tidemark.Tests.Media;

/// <summary>Real ffmpeg: parts become one video, packet by packet.</summary>
public sealed class VideoJoinTests : IDisposable
{
    private static readonly FrameRate Rate = 24;
    private static readonly string[] Mp4 = ["-video_track_timescale", "10008", "-movflags", "+faststart", "-f", "mp4"];

    private readonly MediaFixture media = new();

    public void Dispose() => media.Dispose();

    private string Joined => media.PathOf("joined.mp4");

    [Fact]
    public async Task Joined_pictures_are_shown_at_exact_instants()
    {
        var joined = (await JoinAsync([await PartAsync(72), await PartAsync(1), await PartAsync(60), await PartAsync(2), await PartAsync(65)])).Value;

        var times = joined.Samples.Select(sample => sample.Time).Order().ToArray();
        Assert.Equal(Enumerable.Range(0, 200).Select(number => number * 10008L / 24), times);
        Assert.Equal(200, (await new Probe(media.Tools).CountFramesAsync(Joined, null, TestContext.Current.CancellationToken)).Value);
        var facts = (await new Probe(media.Tools).ProbeAsync(Joined, TestContext.Current.CancellationToken)).Value;
        Assert.Equal((new FrameRate(24, 1), 200L), (facts.FrameRate, facts.Frames));
    }

    [Fact]
    public async Task A_stretch_of_one_picture_joins_as_well()
    {
        Assert.Equal(3, (await JoinAsync([await PartAsync(1), await PartAsync(1), await PartAsync(1)])).Value.Samples.Count);
        Assert.Single((await JoinAsync([await PartAsync(1)])).Value.Samples);
    }

    [Fact]
    public async Task Every_decoded_picture_is_that_of_its_part()
    {
        var parts = new[] { await PartAsync(30), await PartAsync(17, "hue=h=90"), await PartAsync(49, "negate") };
        Assert.Null((await JoinAsync(parts)).Failure);

        var alone = new List<string>();
        foreach (var part in parts)
        {
            alone.AddRange(await PicturesAsync(part.Path));
        }

        Assert.Equal(alone, await PicturesAsync(Joined));
    }

    [Fact]
    public async Task Many_short_parts_drift_by_nothing()
    {
        var (a, b) = (await PartAsync(1), await PartAsync(7));
        var joined = (await JoinAsync([.. Enumerable.Range(0, 150).Select(i => i % 2 == 0 ? a : b)])).Value;

        Assert.Equal(Enumerable.Range(0, 600).Select(number => number * 417L), joined.Samples.Select(sample => sample.Time).Order());
    }

    [Fact]
    public async Task A_hundred_thousand_pictures_are_joined_and_checked()
    {
        var part = await PartAsync(5000, size: "16x16");
        var joined = (await JoinAsync([.. Enumerable.Repeat(part, 20)])).Value;

        Assert.Equal(100_000, joined.Samples.Count);
        Assert.Equal(99_999 * 417L, joined.Samples.Max(sample => sample.Time));
    }

    [Fact]
    public async Task Joining_is_heard_all_along()
    {
        var heard = new List<double>();
        var part = await PartAsync(500, size: "16x16");
        await new VideoJoin(media.Tools).JoinAsync([part, part, part, part], Rate, Mp4, Joined, new Listener<double>(done => heard.Add(Math.Round(done, 6))), TestContext.Current.CancellationToken);

        Assert.Equal(heard.Order(), heard);
        // Reading, copying, reading what came of it, decoding at the joints.
        int Between(double from, double to) => heard.Count(done => done > from && done <= to);
        Assert.InRange(Between(0, 0.2), 90, 110);
        Assert.InRange(Between(0.2, 0.6), 1, 100);
        Assert.InRange(Between(0.6, 0.7), 90, 210);
        Assert.Equal(1, heard[^1]);
    }

    [Fact]
    public async Task Parts_with_other_parameters_or_another_count_are_refused()
    {
        var other = await PartAsync(5, "scale=96:96");
        var failure = (await JoinAsync([await PartAsync(5), other])).Failure;
        Assert.Equal((FailureKind.Verification, "join_wrong"), (failure?.Kind, failure?.Code));
        Assert.Contains(Path.GetFileName(other.Path), failure!.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Verification, (await JoinAsync([await PartAsync(5) with { Frames = 6 }])).Failure?.Kind);
    }

    [Fact]
    public async Task Damage_at_a_joint_is_noticed()
    {
        var part = await PartAsync(30, size: "320x240");
        var samples = (await JoinAsync([part])).Value.Samples;
        // The last picture that is decoded, whose bytes lie last.
        var bytes = await File.ReadAllBytesAsync(part.Path);
        for (var i = bytes.Length - samples[^1].Size + 6; i < bytes.Length; i++)
        {
            bytes[i] = 0xFF;
        }

        await File.WriteAllBytesAsync(part.Path, bytes);
        var failure = (await JoinAsync([part, await PartAsync(30, size: "320x240")])).Failure;
        Assert.Equal((FailureKind.Verification, "join_wrong"), (failure?.Kind, failure?.Code));
    }

    [Fact]
    public void A_joined_video_that_is_not_its_stretches_is_refused()
    {
        static PacketList List(params VideoPacket[] packets) => new(new FrameRate(24, 1), packets);
        var (a, b, c) = (new VideoPacket(0, 10, 1, true), new VideoPacket(2, 20, 2, false), new VideoPacket(1, 30, 3, false));
        var before = List(a, b, c);

        Assert.Null(VideoJoin.Difference(before, List(a, b, c), Rate));
        Assert.NotNull(VideoJoin.Difference(before, List(a, b), Rate));
        Assert.NotNull(VideoJoin.Difference(before, List(a, b, c with { Sum = 4 }), Rate));
        Assert.NotNull(VideoJoin.Difference(before, List(a, b, c with { Size = 4 }), Rate));
        Assert.NotNull(VideoJoin.Difference(before, List(a, b, c with { Key = true }), Rate));
        Assert.NotNull(VideoJoin.Difference(before, List(a, b, c with { Time = 2 }), Rate));
        Assert.NotNull(VideoJoin.Difference(before, List(a with { Time = 1 }, b, c), Rate));
        Assert.NotNull(VideoJoin.Difference(before, List(b, a, c), Rate));
    }

    private int made;

    private async Task<VideoPart> PartAsync(int frames, string filter = "null", string size = "64x48")
    {
        var name = $"part{made++}.mp4";
        await media.MakeAsync(name, $"testsrc2=s={size}:r=24", ["-vf", filter, "-frames:v", $"{frames}", "-c:v", "libx264", "-preset", "fast", "-g", "48", "-pix_fmt", "yuv420p", "-threads", "2", "-flags:v", "+bitexact+cgop", "-fflags", "+bitexact", .. Mp4]);
        return new VideoPart(media.PathOf(name), frames);
    }

    private Task<Result<Mp4Index>> JoinAsync(IReadOnlyList<VideoPart> parts) =>
        new VideoJoin(media.Tools).JoinAsync(parts, Rate, Mp4, Joined, null, TestContext.Current.CancellationToken);

    private async Task<string[]> PicturesAsync(string path)
    {
        await media.RunAsync(MediaTool.Ffmpeg, "-v", "error", "-nostdin", "-y", "-i", path, "-fps_mode", "passthrough", "-f", "framemd5", media.PathOf("pictures.txt"));
        return [.. (await File.ReadAllLinesAsync(media.PathOf("pictures.txt"))).Where(line => line is not ['#', ..]).Select(line => line.Split(',')[^1].Trim())];
    }
}
