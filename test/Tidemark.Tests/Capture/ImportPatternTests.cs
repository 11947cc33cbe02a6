using Tidemark.Capture;

namespace Tidemark.Tests.Capture;

public sealed class ImportPatternTests
{
    [Theory]
    [InlineData("stamp", "20261122T081500Z", "2026-11-22T08:15:00.000Z")]
    [InlineData("stamp", "beach/2026-11-22/20261122T081500.250Z", "2026-11-22T08:15:00.250Z")]
    [InlineData("stamp", "20261122T081500+0200", "2026-11-22T06:15:00.000Z")]
    [InlineData("stamp", "20261122T081500", "2026-11-22T08:15:00.000 local")]
    [InlineData("rfc3339", "frames/beach/2026-11-22T08:15:00Z", "2026-11-22T08:15:00.000Z")]
    [InlineData("rfc3339", "2026-11-22T08:15:00.123456-03:30", "2026-11-22T11:45:00.123Z")]
    [InlineData("rfc3339", "2026-11-22 08:15:00", "2026-11-22T08:15:00.000 local")]
    [InlineData("dashes", "2026-11-22_08-15-00", "2026-11-22T08:15:00.000 local")]
    [InlineData("dashes", "2026-11-22T08-15-00Z", "2026-11-22T08:15:00.000Z")]
    [InlineData("dashes", "2026.11.22 08.15.00", "2026-11-22T08:15:00.000 local")]
    [InlineData("camera", "DCIM/IMG_20261122_081500", "2026-11-22T08:15:00.000 local")]
    [InlineData("camera", "PXL_20261122_081500123", "2026-11-22T08:15:00.123 local")]
    [InlineData("digits", "20261122081500", "2026-11-22T08:15:00.000 local")]
    [InlineData("epoch", "1795335300", "2026-11-22T08:15:00.000Z")]
    [InlineData("epoch-ms", "a/1795335300250", "2026-11-22T08:15:00.250Z")]
    [InlineData("date-folders", "beach/2026/11/22/081500", "2026-11-22T08:15:00.000 local")]
    [InlineData("date-folders", "2026/11/22/08-15-00Z", "2026-11-22T08:15:00.000Z")]
    [InlineData("day-folder", "2026-11-22/08-15-00", "2026-11-22T08:15:00.000 local")]
    [InlineData("day-folder", "20261122/081500", "2026-11-22T08:15:00.000 local")]
    public void A_name_says_its_time_in_one_pattern_and_in_no_other(string id, string path, string expected)
    {
        foreach (var pattern in ImportPattern.All)
        {
            var said = pattern.Read(path) is { } named ? named.Instant is { } instant ? Tidemark.Time.Rfc3339.Format(instant) : $"{named.Local:yyyy-MM-ddTHH:mm:ss.fff} local" : null;
            Assert.Equal(pattern.Id == id ? expected : null, said);
        }
    }

    [Theory]
    [InlineData("0001")]
    [InlineData("IMG_0001")]
    [InlineData("20261322T081500Z")]
    [InlineData("20260230T081500Z")]
    [InlineData("20261122T246000Z")]
    [InlineData("20261122T081500+9900")]
    [InlineData("2026-11-22_08-15-60")]
    [InlineData("00010101000000")]
    [InlineData("120261122081500")]
    [InlineData("x20261122081500")]
    [InlineData("20261122081500-copy")]
    [InlineData("2026/11/22/8")]
    [InlineData("")]
    public void What_is_no_time_is_read_as_none(string path) => Assert.All(ImportPattern.All, pattern => Assert.Null(pattern.Read(path)));

    [Fact]
    public void The_pattern_that_most_names_fit_comes_first_and_every_example_fits_its_own()
    {
        Assert.All(ImportPattern.All, pattern => Assert.NotNull(pattern.Read(Path.ChangeExtension(pattern.Example, null))));
        var shares = ImportNames.Shares(["a/1795335300.jpg", "2026-11-22_08-15-00.jpg", "2026-11-22_08-25-00.JPG", "2026-11-22_08-25-00.thumb.jpg", "0001.jpg"]);
        Assert.Equal([("dashes", 3), ("epoch", 1)], shares.Select(share => (share.Pattern.Id, share.Files)));
        Assert.Equal("pattern", ImportPattern.Find("guess").Failure?.Code);
    }
}
