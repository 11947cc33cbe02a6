using System.Buffers.Binary;
using System.Globalization;
using Tidemark.Media;

namespace Tidemark.Tests.Media;

/// <summary>What our reader of MP4's tables says, beside ffprobe; and what it says to nonsense.</summary>
public sealed class Mp4IndexTests : IDisposable
{
    private readonly MediaFixture media = new();

    public void Dispose() => media.Dispose();

    [Theory]
    [InlineData("plain", "-c:v", "libx264", "-g", "12", "-pix_fmt", "yuv420p")]
    [InlineData("fast start", "-c:v", "libx264", "-g", "12", "-pix_fmt", "yuv420p", "-movflags", "+faststart")]
    [InlineData("negative offsets", "-c:v", "libx264", "-g", "12", "-pix_fmt", "yuv420p", "-movflags", "+negative_cts_offsets")]
    [InlineData("no B pictures", "-c:v", "libx264", "-g", "5", "-bf", "0", "-pix_fmt", "yuv420p")]
    [InlineData("all keys", "-c:v", "libx264", "-g", "1", "-pix_fmt", "yuv420p")]
    [InlineData("uneven times", "-c:v", "libx264", "-g", "12", "-pix_fmt", "yuv420p", "-vf", "setpts=PTS+random(0)*0.01/TB", "-fps_mode", "vfr", "-video_track_timescale", "90000")]
    [InlineData("H.265", "-c:v", "libx265", "-pix_fmt", "yuv420p", "-x265-params", "keyint=12:log-level=error")]
    [InlineData("MPEG-4", "-c:v", "mpeg4", "-g", "7")]
    [InlineData("with sound", "-f", "lavfi", "-i", "sine=r=8000", "-c:v", "libx264", "-g", "12", "-pix_fmt", "yuv420p", "-shortest")]
    public async Task It_says_what_ffprobe_says(string what, params string[] options)
    {
        var path = await media.MakeAsync($"{what}.mp4", "testsrc2=s=64x48:r=25", [.. options, "-t", "2"]);
        var index = Mp4Index.Read(path).Value;
        await media.RunAsync(MediaTool.Ffmpeg, "-v", "error", "-nostdin", "-y", "-i", path, "-map", "0:v", "-c", "copy", "-copyts", "-f", "framecrc", media.PathOf("packets.txt"));
        var listed = PacketList.Read(await File.ReadAllLinesAsync(media.PathOf("packets.txt")));
        var read = await PacketList.ReadAsync(index, path, null, TestContext.Current.CancellationToken);

        Assert.Equal((64, 48, listed.TimeBase), (index.Width, index.Height, new FrameRate(index.TimeScale, 1)));
        Assert.NotEmpty(listed.Packets);
        Assert.Equal(listed.Packets.Select(Without), read.Packets.Select(Without));
        Assert.Equal(listed.Packets.Select(packet => packet.Sum), await AdlersAsync(path, index));

        static VideoPacket Without(VideoPacket packet) => packet with { Sum = 0 };
    }

    [Fact]
    public async Task What_comes_in_fragments_or_is_no_MP4_is_said_so()
    {
        var fragmented = await media.MakeAsync("fragmented.mp4", "testsrc2=s=64x48:r=25", "-t", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+frag_keyframe+empty_moov");
        Assert.Contains("fragmented.mp4", Mp4Index.Read(fragmented).Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("fragments", Mp4Index.Read(fragmented).Failure!.Message, StringComparison.Ordinal);

        var sound = await media.MakeAsync("sound.mp4", "testsrc2=s=64x48:r=25", "-f", "lavfi", "-i", "sine", "-map", "1:a", "-t", "1");
        Assert.Contains("no video track", Mp4Index.Read(sound).Failure!.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(media.PathOf("page.mp4"), "<html>502 Bad Gateway</html>");
        Assert.Equal((FailureKind.BadInput, "mp4_broken"), (Mp4Index.Read(media.PathOf("page.mp4")).Failure?.Kind, Mp4Index.Read(media.PathOf("page.mp4")).Failure?.Code));
    }

    [Fact]
    public async Task A_file_cut_short_anywhere_is_refused()
    {
        var path = await media.MakeAsync("whole.mp4", "testsrc2=s=64x48:r=25", "-t", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart");
        var bytes = await File.ReadAllBytesAsync(path);
        for (var length = 0; length < bytes.Length; length += length < 4096 ? 1 : 257)
        {
            await File.WriteAllBytesAsync(media.PathOf("cut.mp4"), bytes[..length]);
            Assert.Equal("mp4_broken", Mp4Index.Read(media.PathOf("cut.mp4")).Failure?.Code);
        }
    }

    [Fact]
    public async Task No_tables_make_it_throw_or_take_much_memory()
    {
        var path = await media.MakeAsync("whole.mp4", "testsrc2=s=64x48:r=25", "-t", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p");
        byte[] movie;
        long length;
        using (var file = File.OpenHandle(path))
        {
            (movie, length) = (Mp4Box.ReadMovie(file)!, RandomAccess.GetLength(file));
        }

        var random = new Random(20261130);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 20_000; round++)
        {
            var broken = movie.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var value = random.Next(4) switch { 0 => 0u, 1 => uint.MaxValue, 2 => (uint)random.Next(64), _ => (uint)random.NextInt64(uint.MaxValue) };
                BinaryPrimitives.WriteUInt32BigEndian(broken.AsSpan(random.Next(broken.Length - 4)), value);
            }

            if (Mp4Index.Read(broken, length, out var index) is null)
            {
                Assert.All(index!.Samples, sample => Assert.InRange(sample.Offset + sample.Size, 1, length));
            }
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000L * 200 * movie.Length);
    }

    [Fact]
    public async Task Two_files_made_alike_have_one_description_whatever_is_in_them()
    {
        string[] alike = ["-t", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-threads", "2", "-flags:v", "+bitexact"];
        var one = await media.MakeAsync("one.mp4", "testsrc2=s=64x48:r=25", alike);
        var two = await media.MakeAsync("two.mp4", "color=red:s=64x48:r=25", alike);
        var other = await media.MakeAsync("other.mp4", "color=red:s=64x48:r=25", [.. alike, "-profile:v", "baseline"]);

        Assert.Equal(Mp4Index.Read(one).Value.Description, Mp4Index.Read(two).Value.Description, Same);
        Assert.NotEqual(Mp4Index.Read(one).Value.Description, Mp4Index.Read(other).Value.Description, Same);

        static bool Same(ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b) => a.Span.SequenceEqual(b.Span);
    }

    // As framecrc reckons it: Adler-32 that begins with 0.
    private static async Task<List<uint>> AdlersAsync(string path, Mp4Index index)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        return [.. index.Samples.Select(sample =>
        {
            var (a, b) = (0u, 0u);
            foreach (var value in bytes.AsSpan((int)sample.Offset, sample.Size))
            {
                a = (a + value) % 65521;
                b = (b + a) % 65521;
            }

            return (b << 16) | a;
        })];
    }
}
