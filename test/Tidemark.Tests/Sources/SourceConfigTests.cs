using Tidemark.Sources;

namespace Tidemark.Tests.Sources;

public sealed class SourceConfigTests
{
    private static readonly SourceConfig Good = new("https://cam.example.org/index.json", 600, new FrameIndexPointers("/frames", "/time", "/url"), [], false);

    [Theory]
    [InlineData("harbour")]
    [InlineData("7")]
    [InlineData("a-1-")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz")]
    public void A_slug_names_a_source(string id) => Assert.Null(SourceId.Check(id));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("Harbour")]
    [InlineData("hafen_1")]
    [InlineData("häfen")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    [InlineData("a.b")]
    [InlineData("٣")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz0")]
    public void What_is_no_slug_names_none(string? id) => Assert.Equal((FailureKind.BadInput, "source_id"), (SourceId.Check(id)!.Kind, SourceId.Check(id)!.Code));

    [Fact]
    public void A_name_of_a_megabyte_is_not_repeated() => Assert.True(SourceId.Check(new string('x', 1 << 20))!.Message.Length < 200);

    [Fact]
    public void A_good_configuration_has_no_faults_and_survives_JSON()
    {
        Assert.Empty(Good.Check());
        Assert.Equal(Good.ToJson(), SourceConfig.FromJson(SourceKind.FrameIndex, Good.ToJson()).ToJson());
    }

    [Fact]
    public void Every_fault_is_said_at_once_with_its_field()
    {
        var bad = new SourceConfig("ftp://cam/index", 0, new FrameIndexPointers("frames", "/ti~me", "url", "na"), ["http://images.example.org", "ok.example.org"], false);

        var faults = bad.Check();

        Assert.Equal(["url", "everySeconds", "index.list", "index.time", "index.image", "index.name", "allowedHosts"], faults.Select(fault => fault.Field));
        Assert.All(faults, fault => Assert.Equal(FailureKind.BadInput, fault.Failure.Kind));
    }

    [Theory]
    [InlineData("")]
    [InlineData("cam.example.org/index")]
    [InlineData("/index.json")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:hunter2@cam.example.org/")]
    [InlineData("http://")]
    public void An_address_that_cannot_be_polled_is_refused_and_no_password_is_repeated(string url)
    {
        var (field, failure) = Assert.Single((Good with { Url = url }).Check());
        Assert.Equal(("url", "source_url"), (field, failure.Code));
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(86_400, true)]
    [InlineData(86_401, false)]
    [InlineData(-600, false)]
    public void A_period_is_one_second_to_a_day(int seconds, bool legal) => Assert.Equal(legal, (Good with { EverySeconds = seconds }).Check().Count == 0);

    [Fact]
    public void Each_kind_has_its_own_settings_and_survives_JSON()
    {
        var snapshot = Good with { Kind = SourceKind.FrameSnapshot, Index = null, TimeFrom = SnapshotTime.Received, Crops = ["640x480f+0+120"], KeepDays = 90, KeepBytes = 5L << 40 };
        var folder = Good with { Kind = SourceKind.FrameFolder, Url = "", Index = null, Folder = "/srv/ftp/cam1", NamePattern = "cam1_%Y%m%d_%H%M%S*.jpg", KeepFiles = true };

        foreach (var config in new[] { snapshot, folder })
        {
            Assert.Empty(config.Check());
            Assert.Equal(config.ToJson(), SourceConfig.FromJson(config.Kind, config.ToJson()).ToJson());
        }

        Assert.Contains("\"folder\":\"/srv/ftp/cam1\"", folder.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("null", folder.ToJson() + snapshot.ToJson() + Good.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_belongs_to_another_kind_is_said_and_what_a_kind_needs_is_asked_for()
    {
        Assert.Equal(["timeFrom", "folder", "namePattern", "keepFiles"], Fields(Good with { TimeFrom = "auto", Folder = "/a", NamePattern = "%s", KeepFiles = true }));
        Assert.Equal(["url", "folder", "index"], Fields(Good with { Kind = SourceKind.FrameFolder }));
        Assert.Equal(["url", "index"], Fields(Good with { Kind = SourceKind.FrameSnapshot, Url = "" }));
        Assert.Equal(["kind"], Fields(Good with { Kind = "frames.dream" }));
        Assert.Equal(["index"], Fields(Good with { Index = null }));
    }

    [Fact]
    public void Settings_out_of_range_are_said_all_at_once()
    {
        var folder = new SourceConfig("", 60, null, [], false) { Kind = SourceKind.FrameFolder, Folder = "ftp/cam1", NamePattern = "cam_%Y.jpg", Crops = ["640x480", "1x1+0+0", "1x1+0+0"], KeepDays = 0, KeepBytes = 1 };

        Assert.Equal(["folder", "namePattern", "crops", "crops", "keepDays", "keepBytes"], Fields(folder));
        Assert.Equal(["timeFrom"], Fields(Good with { Kind = SourceKind.FrameSnapshot, Index = null, TimeFrom = "exif" }));
    }

    [Fact]
    public void A_folder_is_none_of_the_nodes_own_also_not_through_a_link()
    {
        using var temp = new TempFolder();
        Directory.CreateDirectory(temp["data/frames"]);
        Directory.CreateDirectory(temp["uploads"]);
        Directory.CreateSymbolicLink(temp["link"], temp["data/frames"]);
        string? Field(string folder) => (Good with { Folder = temp[folder] }).CheckFolder([temp["data"], temp["elsewhere/archive"]])?.Field;

        Assert.Equal(["folder", "folder", "folder", "folder", "folder", null, null, null],
            new[] { "data", "data/frames", "link", "link/pier", "elsewhere", "uploads", "database", "not/there" }.Select(Field));
    }

    private static IEnumerable<string> Fields(SourceConfig config) => config.Check().Select(fault => fault.Field);
}
