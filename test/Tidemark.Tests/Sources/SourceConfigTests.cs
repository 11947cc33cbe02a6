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
}
