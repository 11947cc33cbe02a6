namespace Tidemark.Archive;

/// <summary>
/// A day's frames in a few bytes, for the row of a sealed day (<c>day.packed</c>). Version 1, column by column: number of
/// frames; milliseconds from one to the next, the first from midnight; sizes, each as the difference to the one before;
/// width and height as run lengths; microseconds from instant to receipt, as differences; SHA-256, 32 bytes each; names,
/// each as what it shares with the one before and the rest; notes as run lengths. Numbers are LEB128, signed ones zigzag.
/// </summary>
public static class PackedFrames
{
    private const byte Version = 1;
    private const int HashLength = 32;

    /// <param name="day">Midnight, UTC.</param>
    /// <param name="frames">All of that day, in the order of time, no instant twice.</param>
    public static byte[] Pack(DateTimeOffset day, IReadOnlyList<Frame> frames)
    {
        var bytes = new PackWriter(16 + (frames.Count * (HashLength + 12)));
        bytes.Byte(Version);
        bytes.Unsigned((ulong)frames.Count);
        var before = day;
        foreach (var frame in frames)
        {
            var step = (frame.Time - before).Ticks / TimeSpan.TicksPerMillisecond;
            if (step < 0 || (step == 0 && before != day) || frame.Time >= day.AddDays(1))
            {
                throw new ArgumentException($"{frame.Time:O} is not of {day:O}, or not after the frame before it.", nameof(frames));
            }

            bytes.Unsigned((ulong)step);
            before = frame.Time;
        }

        long last = 0;
        foreach (var frame in frames)
        {
            bytes.Signed(frame.Bytes - last);
            last = frame.Bytes;
        }

        bytes.Runs(frames.Select(frame => (frame.Width, frame.Height)), size =>
        {
            bytes.Unsigned((ulong)size.Width);
            bytes.Unsigned((ulong)size.Height);
        });
        last = 0;
        foreach (var frame in frames)
        {
            var age = (frame.ReceivedAt.UtcTicks / TimeSpan.TicksPerMicrosecond) - (frame.Time.UtcTicks / TimeSpan.TicksPerMicrosecond);
            bytes.Signed(age - last);
            last = age;
        }

        foreach (var frame in frames)
        {
            if (frame.Sha256.Length != HashLength)
            {
                throw new ArgumentException($"The SHA-256 of {frame.Time:O} has {frame.Sha256.Length} bytes.", nameof(frames));
            }

            bytes.Raw(frame.Sha256.Span);
        }

        byte[] name = [];
        foreach (var frame in frames)
        {
            name = bytes.After(name, frame.Name);
        }

        bytes.Runs(frames.Select(frame => frame.Note), note => bytes.After([], note));
        return bytes.ToArray();
    }

    /// <summary>The frames, in the order of time.</summary>
    /// <exception cref="InvalidDataException">These bytes are not what <see cref="Pack"/> wrote.</exception>
    public static IReadOnlyList<Frame> Unpack(string source, DateTimeOffset day, ReadOnlySpan<byte> packed)
    {
        var bytes = new PackReader(packed);
        var times = Times(day, ref bytes);
        var count = times.Length;
        var sizes = new long[count];
        long last = 0;
        for (var i = 0; i < count; i++)
        {
            sizes[i] = last += bytes.Signed();
        }

        var pictures = new (int Width, int Height)[count];
        for (var i = 0; i < count;)
        {
            var run = bytes.Count(count - i);
            var picture = ((int)bytes.Unsigned(), (int)bytes.Unsigned());
            pictures.AsSpan(i, run).Fill(picture);
            i += run;
        }

        var received = new DateTimeOffset[count];
        last = 0;
        for (var i = 0; i < count; i++)
        {
            last += bytes.Signed();
            received[i] = times[i].AddTicks(last * TimeSpan.TicksPerMicrosecond);
        }

        // One array for all: a frame's sum is a part of it.
        ReadOnlyMemory<byte> sums = bytes.Raw(checked(count * HashLength)).ToArray();
        var names = new string?[count];
        byte[] name = [];
        for (var i = 0; i < count; i++)
        {
            (names[i], name) = bytes.After(name);
        }

        var frames = new Frame[count];
        for (var i = 0; i < count;)
        {
            var run = bytes.Count(count - i);
            var (note, _) = bytes.After([]);
            for (var end = i + run; i < end; i++)
            {
                frames[i] = new Frame(source, times[i], names[i], sizes[i], pictures[i].Width, pictures[i].Height, sums.Slice(i * HashLength, HashLength), received[i], note);
            }
        }

        bytes.End();
        return frames;
    }

    /// <summary>Only their instants, in order: the rest is not looked at.</summary>
    public static IReadOnlyList<DateTimeOffset> Times(DateTimeOffset day, ReadOnlySpan<byte> packed)
    {
        var bytes = new PackReader(packed);
        return Times(day, ref bytes);
    }

    private static DateTimeOffset[] Times(DateTimeOffset day, ref PackReader bytes)
    {
        if (bytes.Byte() is var version && version != Version)
        {
            throw new InvalidDataException($"Packed frames of version {version}; this release knows {Version}.");
        }

        var times = new DateTimeOffset[bytes.Count(bytes.Left)];
        var at = day;
        for (var i = 0; i < times.Length; i++)
        {
            times[i] = at = at.AddMilliseconds(bytes.Count(86_400_000));
        }

        return times;
    }
}
