namespace Tidemark.Simulator.Faults;

/// <summary>What a padded JPEG is padded with.</summary>
public enum Padding
{
    Zeros,
    Newlines,
}

/// <summary>A whole JPEG with something after its end: some cameras round files up to blocks. No fault of the picture, which must be accepted.</summary>
public sealed record Padded : PictureFault
{
    /// <summary>How much follows the end marker.</summary>
    public int Bytes { get; init; } = 4096;

    public Padding With { get; init; }

    protected internal override byte[] Changed(byte[] jpeg, int request)
    {
        var padded = new byte[jpeg.Length + Math.Max(0, Bytes)];
        jpeg.CopyTo(padded, 0);
        padded.AsSpan(jpeg.Length).Fill(With == Padding.Zeros ? (byte)0 : (byte)'\n');
        return padded;
    }
}
