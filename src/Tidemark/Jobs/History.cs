using System.Buffers.Binary;
using System.Globalization;

namespace Tidemark.Jobs;

/// <summary>History lies by the month of the job's submission, which its id begins with (UUIDv7, RFC 9562 section 5.7).</summary>
internal static class History
{
    /// <summary>The tables that are written once, in the order in which their rows may go.</summary>
    public static readonly string[] Tables = ["event", "edge", "task", "job"];

    /// <summary>Jobs of SQLite whose rows go in one transaction: others wait for it no longer than for any.</summary>
    public const int AtOnce = 100;

    /// <summary>And their tasks, unless one job has more.</summary>
    public const int TasksAtOnce = 1000;

    /// <summary>The lowest id that a job submitted at this instant can have.</summary>
    public static Guid FirstId(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, at.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>When an id was made.</summary>
    public static DateTimeOffset InstantOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }

    public static DateTimeOffset Month(DateTimeOffset at) => new(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The end of a partition's name, <c>2026_11</c>.</summary>
    public static string Suffix(DateTimeOffset month) => month.ToString("yyyy'_'MM", CultureInfo.InvariantCulture);

    public static DateTimeOffset? MonthOf(string suffix) =>
        DateTimeOffset.TryParseExact(suffix, "yyyy'_'MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var month) ? month : null;
}
