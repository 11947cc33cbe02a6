namespace Tidemark.Archive;

/// <summary>How far something that reads the archive has come. Counted by many at once, read by whoever asks.</summary>
public sealed class ArchiveProgress
{
    private long files;
    private long bytes;
    private long allFiles;
    private long allBytes;

    /// <summary>What is being done now: a source and a day, as a rule.</summary>
    public string Stage { get; set; } = "";

    public long Files => Volatile.Read(ref files);

    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>Zero where it is not known how many there are.</summary>
    public long AllFiles => Volatile.Read(ref allFiles);

    public long AllBytes => Volatile.Read(ref allBytes);

    /// <summary>0 to 1, by bytes.</summary>
    public double Fraction => AllBytes > 0 ? Math.Min(1, (double)Bytes / AllBytes) : AllFiles > 0 ? Math.Min(1, (double)Files / AllFiles) : 0;

    public void Expect(long moreFiles, long moreBytes)
    {
        Interlocked.Add(ref allFiles, moreFiles);
        Interlocked.Add(ref allBytes, moreBytes);
    }

    public void Read(long moreBytes) => Interlocked.Add(ref bytes, moreBytes);

    public void Done(long moreFiles = 1) => Interlocked.Add(ref files, moreFiles);
}
