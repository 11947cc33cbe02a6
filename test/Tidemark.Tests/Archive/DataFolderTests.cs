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

        data.Sweep(TimeProvider.System.GetUtcNow());

        Assert.Empty(Directory.GetFileSystemEntries(data.Scratch));
        Assert.Empty(Directory.GetFileSystemEntries(data.Incoming));
        Assert.Equal(["whole.mp4"], Directory.GetFileSystemEntries(data.Assets).Select(Path.GetFileName));
        Assert.Equal("kept", File.ReadAllText(frame));
    }

    [Fact]
    public async Task Nodes_that_share_an_archive_know_it_by_one_id_and_sweep_only_their_own()
    {
        var archive = Path.Combine(root, "archive");
        var nodes = Enumerable.Range(0, 4).Select(i => new DataFolder(Path.Combine(root, $"node{i}"), archive)).ToList();
        await Task.WhenAll(nodes.Select(node => Task.Run(() => Assert.Null(node.Prepare()))));

        Assert.Single(nodes.Select(node => node.ArchiveId).Distinct());
        Assert.Equal(4, nodes.Select(node => node.Home).Distinct().Count());
        Assert.Equal(nodes[0].Home, new DataFolder(nodes[0].Root, archive).Home);
        Assert.All(nodes, node => Assert.StartsWith(archive, node.Frames, StringComparison.Ordinal));

        nodes.ForEach(node => File.WriteAllText(Path.Combine(node.Incoming, "half.part"), "half"));
        File.WriteAllText(Path.Combine(archive, "assets", "a.1-2.mp4"), "of another");
        nodes[0].Sweep(TimeProvider.System.GetUtcNow());
        Assert.Equal([false, true, true, true], nodes.Select(node => File.Exists(Path.Combine(node.Incoming, "half.part"))));
        Assert.Equal(["a.1-2.mp4"], Directory.GetFiles(nodes[0].Assets).Select(Path.GetFileName));
        Assert.Equal(["archive.id", "assets", "frames", "incoming"], Directory.GetFileSystemEntries(archive).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
