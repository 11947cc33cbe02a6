using System.Security.Cryptography;
using Tidemark.Archive;

namespace Tidemark.Tests.Archive;

public sealed class PackedFramesTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_was_packed_comes_back_whatever_it_was()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var frames = Some(new Random(seed));
            var packed = PackedFrames.Pack(Day, frames);

            Assert.Equal(frames.Select(Plain), PackedFrames.Unpack("harbour", Day, packed).Select(Plain));
            Assert.Equal(frames.Select(frame => frame.Time), PackedFrames.Times(Day, packed));
        }
    }

    [Fact]
    public void The_ends_of_a_day_are_in_it_and_what_lies_beyond_is_refused()
    {
        var ends = new[] { Day, Day.AddMilliseconds(86_399_999) }.Select(At).ToList();

        Assert.Equal(ends.Select(Plain), PackedFrames.Unpack("harbour", Day, PackedFrames.Pack(Day, ends)).Select(Plain));
        Assert.Throws<ArgumentException>(() => PackedFrames.Pack(Day, [At(Day.AddMilliseconds(-1))]));
        Assert.Throws<ArgumentException>(() => PackedFrames.Pack(Day, [At(Day.AddDays(1))]));
        Assert.Throws<ArgumentException>(() => PackedFrames.Pack(Day, [At(Day.AddHours(1)), At(Day.AddHours(1))]));
    }

    [Fact]
    public void A_day_of_a_steady_camera_takes_little_more_than_its_sums()
    {
        var frames = Enumerable.Range(0, 14_400).Select(i => At(Day.AddSeconds(6 * i)) with { Name = $"beach-{i:00000}.jpg", Bytes = 200_000 + (i % 977) }).ToList();

        Assert.InRange(PackedFrames.Pack(Day, frames).Length / 14_400.0, 32, 46);
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_give_other_frames_and_never_run_away()
    {
        var packed = PackedFrames.Pack(Day, Some(new Random(7)));
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var damaged = packed.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            if (seed % 3 == 0)
            {
                damaged = damaged[..random.Next(damaged.Length)];
            }

            var error = Record.Exception(() => PackedFrames.Unpack("harbour", Day, damaged));
            Assert.True(error is null or InvalidDataException or ArgumentOutOfRangeException or OverflowException, error?.ToString());
        }

        Assert.Throws<InvalidDataException>(() => PackedFrames.Unpack("harbour", Day, [2, 0]));
        Assert.Throws<InvalidDataException>(() => PackedFrames.Unpack("harbour", Day, [.. packed, 0]));
    }

    private static List<Frame> Some(Random random)
    {
        string?[] names = [null, "", "a.jpg", "Möwe 🐦.jpg", "a.jpg.b"];
        string?[] notes = [null, "received", "lastModified", "ambiguous"];
        var times = Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(86_400_000)).Distinct().Order();
        return [.. times.Select(ms => new Frame("harbour", Day.AddMilliseconds(ms), random.Next(3) == 0 ? $"cam-{ms}.jpg" : names[random.Next(names.Length)], random.NextInt64(random.Next(2) == 0 ? 1000 : 1L << 40),
            random.Next(1, 3) * 640, random.Next(1, 3) * 480, SHA256.HashData(BitConverter.GetBytes(ms)), Day.AddMicroseconds(random.NextInt64(-1L << 40, 1L << 50)), notes[random.Next(notes.Length)]))];
    }

    private static Frame At(DateTimeOffset time) => new("harbour", time, null, 100, 1280, 720, SHA256.HashData([1]), time.AddSeconds(2));

    private static (Frame, string) Plain(Frame frame) => (frame with { Sha256 = default }, Convert.ToHexString(frame.Sha256.Span));
}
