using Tidemark.Archive;

namespace Tidemark.Tests;

/// <summary>Each error as the system itself gives it.</summary>
public sealed class DiskFailuresTests : IDisposable
{
    private readonly TempFolder folder = new();

    public static TheoryData<string, string> Wrong => new()
    {
        { "missing/a", "not there" },
        { "file/a", "not there" },
        { new string('x', 300), "too long" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_path_that_is_wrong_is_no_failing_disk(string path, string said) =>
        AssertPath(Assert.ThrowsAny<IOException>(() => File.WriteAllText(Prepared(path), "")), said);

    [Fact]
    public void A_name_that_is_taken_and_a_folder_in_a_files_place_are_called_that()
    {
        Directory.CreateDirectory(folder["folder"]);
        File.WriteAllText(folder["file"], "");
        AssertPath(Assert.ThrowsAny<IOException>(() => Directory.CreateDirectory(folder["file"])), "Something else has that name");
        AssertPath(Assert.ThrowsAny<IOException>(() => Directory.CreateDirectory(folder["file/a"])), "A file stands where a folder is expected");
        AssertPath(Assert.ThrowsAny<IOException>(() => new FileStream(folder["file"], FileMode.CreateNew).Dispose()), "Something else has that name");
        AssertPath(new IOException("Is a directory", 21), "A folder stands where a file is expected");
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/data")]
    [InlineData("/proc/tidemark")]
    public void A_data_folder_that_cannot_be_one_is_bad_input_that_names_it(string path)
    {
        var failure = new DataFolder(Prepared(path)).Prepare();
        Assert.NotNull(failure);
        Assert.Equal((FailureKind.BadInput, DiskFailures.BadPath), (failure.Kind, failure.Code));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.Mend);
    }

    [Fact]
    public void A_data_folder_made_here_is_closed_to_others_and_one_that_is_open_is_seen()
    {
        var data = new DataFolder(folder["data"]);
        Assert.Null(data.OpenToOthers);
        Assert.Null(data.Prepare());
        Assert.Null(data.OpenToOthers);
        File.SetUnixFileMode(data.Root, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        Assert.Equal("501", data.OpenToOthers);
        File.SetUnixFileMode(data.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => folder.Dispose();

    private string Prepared(string path)
    {
        File.WriteAllText(folder["file"], "");
        return path.StartsWith('/') ? path : folder[path];
    }

    private static void AssertPath(Exception error, string said)
    {
        var failure = DiskFailures.Map(error);
        Assert.Equal((FailureKind.Infrastructure, DiskFailures.BadPath), (failure.Kind, failure.Code));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("disk", failure.ToString(), StringComparison.OrdinalIgnoreCase);
    }
}
