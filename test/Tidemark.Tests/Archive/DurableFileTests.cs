using Tidemark.Archive;

namespace Tidemark.Tests.Archive;

public sealed class DurableFileTests : IDisposable
{
    private readonly TempFolder folder = new();

    [Fact]
    public void A_published_file_has_its_final_name_only_and_its_folders_are_made()
    {
        File.WriteAllText(folder["a.part"], "whole");

        Assert.True(DurableFile.Publish(folder["a.part"], folder["x/y/z/a.jpg"]));

        Assert.Equal("whole", File.ReadAllText(folder["x/y/z/a.jpg"]));
        Assert.False(File.Exists(folder["a.part"]));
    }

    [Fact]
    public void What_has_the_name_is_never_overwritten_and_the_temporary_stays()
    {
        File.WriteAllText(folder["a.part"], "new");
        File.WriteAllText(folder["a.jpg"], "old");

        Assert.False(DurableFile.Publish(folder["a.part"], folder["a.jpg"]));

        Assert.Equal(("old", "new"), (File.ReadAllText(folder["a.jpg"]), File.ReadAllText(folder["a.part"])));
    }

    [Fact]
    public void A_folder_or_a_dangling_link_of_that_name_is_not_overwritten_either()
    {
        File.WriteAllText(folder["a.part"], "new");
        Directory.CreateDirectory(folder["folder.jpg"]);
        File.CreateSymbolicLink(folder["link.jpg"], folder["nowhere"]);

        Assert.False(DurableFile.Publish(folder["a.part"], folder["folder.jpg"]));
        Assert.False(DurableFile.Publish(folder["a.part"], folder["link.jpg"]));
        Assert.False(File.Exists(folder["nowhere"]));
    }

    [Fact]
    public async Task Of_many_who_publish_one_name_exactly_one_does()
    {
        var published = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
        {
            File.WriteAllText(folder[$"{i}.part"], $"{i}");
            return (i, Done: DurableFile.Publish(folder[$"{i}.part"], folder["d/a.jpg"]));
        })));

        var winner = Assert.Single(published, one => one.Done).i;
        Assert.Equal($"{winner}", File.ReadAllText(folder["d/a.jpg"]));
    }

    [Fact]
    public void A_temporary_that_is_not_there_is_an_error_and_nothing_has_the_name()
    {
        Assert.Throws<IOException>(() => DurableFile.Publish(folder["missing.part"], folder["a.jpg"]));
        Assert.False(File.Exists(folder["a.jpg"]));
    }

    [Fact]
    public void A_replacement_takes_the_place_of_what_was_there()
    {
        File.WriteAllText(folder["a.part"], "new");
        File.WriteAllText(folder["a.mp4"], "old");

        DurableFile.Replace(folder["a.part"], folder["a.mp4"]);

        Assert.Equal("new", File.ReadAllText(folder["a.mp4"]));
        Assert.False(File.Exists(folder["a.part"]));
    }

    [Fact]
    public void A_file_in_the_place_of_a_folder_is_said_kindly()
    {
        File.WriteAllText(folder["data"], "");

        var failure = new DataFolder(folder["data/inner"]).Prepare();

        Assert.Equal(FailureKind.BadInput, failure?.Kind);
        Assert.Contains(folder["data/inner"], failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_data_folder_is_for_its_user_only()
    {
        Assert.Null(new DataFolder(folder["data"]).Prepare());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder["data"]));
    }

    [Fact]
    public void Errors_of_the_disk_are_told_apart()
    {
        Assert.Equal((FailureKind.Resource, "disk_full"), Kind(new IOException("No space left on device", 28)));
        Assert.Equal((FailureKind.Resource, "disk_full"), Kind(new IOException("Disk quota exceeded", 122)));
        Assert.Equal((FailureKind.Infrastructure, "read_only"), Kind(new IOException("Read-only file system", 30)));
        Assert.Equal((FailureKind.Infrastructure, "no_permission"), Kind(new UnauthorizedAccessException("Access denied")));
        Assert.Equal((FailureKind.Infrastructure, "disk_error"), Kind(new IOException("Input/output error", 5)));

        static (FailureKind, string) Kind(Exception error) => (DiskFailures.Map(error, "/srv").Kind, DiskFailures.Map(error, "/srv").Code);
    }

    public void Dispose() => folder.Dispose();
}
