namespace Tidemark.Media;

/// <summary>Whether files change: what a tool does that it does not tell of. ffmpeg says nothing while it brings an MP4's index to the front, nor before its first picture.</summary>
internal sealed class FileMotion(IReadOnlyList<string> paths)
{
    private readonly (long Length, DateTime Changed)[] before = new (long, DateTime)[paths.Count];

    /// <summary>True where one of them has another size or time than when this was last asked; at first, where there is one.</summary>
    internal bool Seen()
    {
        var seen = false;
        for (var i = 0; i < paths.Count; i++)
        {
            var file = new FileInfo(paths[i]);
            var now = file.Exists ? (file.Length, file.LastWriteTimeUtc) : default;
            seen |= now != before[i];
            before[i] = now;
        }

        return seen;
    }
}
