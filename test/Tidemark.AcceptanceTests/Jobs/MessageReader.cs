using System.Buffers.Binary;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>
/// Reads messages of PostgreSQL's protocol 3.0, of either side (PostgreSQL, "Frontend/Backend Protocol", "Message Formats"):
/// a letter, the length as a 32-bit number that counts itself, and the body. What comes before the start-up has no letter.
/// </summary>
internal sealed class MessageReader(Stream stream)
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private byte[] message = new byte[1024];
    private int start, end;

    /// <summary>True: a read gives something without waiting for the other side; the message may still be incomplete.</summary>
    public bool HasMore => end > start;

    /// <summary>The next message whole, with its letter and length; empty at the end. Valid until the next call.</summary>
    /// <param name="bare">One that has no letter.</param>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(bool bare, CancellationToken cancellation)
    {
        var head = bare ? 4 : 5;
        if (!await FillAsync(0, head, cancellation))
        {
            return default;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(bare ? 0 : 1)) + (bare ? 0 : 1);
        if (message.Length < length)
        {
            Array.Resize(ref message, Math.Max(length, message.Length * 2));
        }

        return await FillAsync(head, length, cancellation) ? message.AsMemory(0, length) : default;
    }

    private async Task<bool> FillAsync(int from, int to, CancellationToken cancellation)
    {
        while (from < to)
        {
            if (start == end)
            {
                (start, end) = (0, await stream.ReadAsync(buffer, cancellation));
                if (end == 0)
                {
                    return false;
                }
            }

            var part = Math.Min(to - from, end - start);
            buffer.AsSpan(start, part).CopyTo(message.AsSpan(from));
            start += part;
            from += part;
        }

        return true;
    }
}
