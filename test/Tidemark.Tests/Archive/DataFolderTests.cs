using Tidemark.Archive;

namespace Tidemark.Tests.Archive;

public sealed class DataFolderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("tidemark-data-").FullName;

    [Fact]
    public void A_sweep_takes_what_a_killed_node_left_and_follows_no_links()
    {
        var data = new DataFolder(Path.Combine(root, "data"));
        Assert.Null(data.Prepare());
        var kept = Directory.CreateDirectory(Path.Combine(root, "kept")).FullName;
        var frame = Path.Combine(kept, "frame.jpg");
        File.WriteAllText(frame, "kept");
        var run = Directory.CreateDirectory(Path.Combine(data.Scratch, "run")).FullName;
        File.CreateSymbolicLink(Path.Combine(run, "a000001.jpg"), frame);
        Directory.CreateSymbolicLink(Path.Combine(run, "inner"), kept);
        Directory.CreateSymbolicLink(Path.Combine(data.Scratch, "outer"), kept);
        File.WriteAllText(Path.Combine(data.Incoming, "half.part"), "half");
        File.WriteAllText(Path.Combine(data.Assets, ".019f.tidemark-part"), "half");
        File.WriteAllText(Path.Combine(data.Assets, "whole.mp4"), "whole");

        data.Sweep();

        Assert.Empty(Directory.GetFileSystemEntries(data.Scratch));
        Assert.Empty(Directory.GetFileSystemEntries(data.Incoming));
        Assert.Equal(["whole.mp4"], Directory.GetFileSystemEntries(data.Assets).Select(Path.GetFileName));
        Assert.Equal("kept", File.ReadAllText(frame));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
