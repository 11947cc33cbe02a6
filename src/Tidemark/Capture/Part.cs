using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Sources;

namespace Tidemark.Capture;

/// <summary>A download under way: its file, and the note beside it that says what it is a part of.</summary>
/// <param name="path">Absolute; the note has <c>.json</c> after it.</param>
internal sealed class Part(string path, string url, TimeProvider time)
{
    // What is on the disk for sure is noted now and then, so that a node that is killed goes on from there, and one whose power failed takes no hole for a picture.
    private const long NotedEvery = 1 << 20;
    private static readonly TimeSpan NotedWithin = TimeSpan.FromSeconds(10);

    private FileStream? file;
    private PartNote? note;
    private bool begun;

    public string Path { get; } = path;

    private string NotePath => Path + ".json";

    /// <summary>What is here of it and can be gone on with; null: it is begun anew.</summary>
    public PartHere? Here()
    {
        try
        {
            if (!File.Exists(Path) || !File.Exists(NotePath) || JsonSerializer.Deserialize(File.ReadAllText(NotePath), PartJson.Default.PartNote) is not { } here
                || here.Url != url || here.IfRange is null || here.Bytes <= 0 || here.Bytes >= here.Length || new FileInfo(Path).Length < here.Bytes)
            {
                return null;
            }

            note = here;
            return new PartHere(here.Bytes, here.IfRange, here.Length);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Where the body of this answer goes.</summary>
    public Stream Begin(OutsideAnswer answer)
    {
        file = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
        begun = true;
        file.SetLength(answer.From);
        file.Position = answer.From;
        if (answer.From == 0)
        {
            note = new PartNote(url, answer.Validators.ForRange(answer.Date), answer.Length, 0);
        }

        return new NotedStream(this, file, time);
    }

    public async Task CloseAsync()
    {
        if (file is not null)
        {
            await file.DisposeAsync();
            file = null;
        }
    }

    /// <summary>It is whole: gives its path, without the note.</summary>
    public string Finish()
    {
        File.Delete(NotePath);
        return Path;
    }

    /// <summary>It broke off. Gives how much stays for the next time.</summary>
    /// <param name="failure">Why; null: somebody stopped it.</param>
    public long Leave(Failure? failure)
    {
        if (note?.IfRange is null || !File.Exists(Path) || failure is { Kind: not (FailureKind.Unreachable or FailureKind.Stalled) })
        {
            Drop();
            return 0;
        }

        // An answer that never began leaves what was noted before, and no more: only that is on the disk for sure.
        if (begun)
        {
            Note(new FileInfo(Path).Length);
        }

        return note.Bytes;
    }

    public void Drop()
    {
        (note, begun) = (null, false);
        File.Delete(NotePath);
        File.Delete(Path);
    }

    private void Note(long bytes)
    {
        if (note?.IfRange is null || bytes == 0)
        {
            return;
        }

        DurableFile.Sync(Path);
        note = note with { Bytes = bytes };
        var temporary = NotePath + ".new";
        File.WriteAllText(temporary, JsonSerializer.Serialize(note, PartJson.Default.PartNote));
        File.Move(temporary, NotePath, overwrite: true);
    }

    private sealed class NotedStream(Part part, FileStream file, TimeProvider time) : Stream
    {
        private long noted = file.Position;
        private long since = time.GetTimestamp();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => file.Length;

        public override long Position
        {
            get => file.Position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await file.WriteAsync(buffer, cancellationToken);
            if (file.Position - noted >= NotedEvery || time.GetElapsedTime(since) >= NotedWithin)
            {
                (noted, since) = (file.Position, time.GetTimestamp());
                part.Note(noted);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}

/// <param name="Url">Of the whole.</param>
/// <param name="IfRange">What must still hold; null: it cannot be gone on with.</param>
/// <param name="Length">Bytes of the whole; null where nobody said.</param>
/// <param name="Bytes">How many are here and synced.</param>
internal sealed record PartNote(string Url, string? IfRange, long? Length, long Bytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PartNote))]
internal sealed partial class PartJson : JsonSerializerContext;
