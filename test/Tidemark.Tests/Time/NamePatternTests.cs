using System.Globalization;
using Tidemark.Time;

namespace Tidemark.Tests.Time;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("cam1_%Y%m%d_%H%M%S*.jpg", "cam1_20261122_081530_MD.jpg", "2026-11-22 08:15:30.000")]
    [InlineData("%Y-%m-%d %H.%M.jpg", "2026-11-22 08.15.jpg", "2026-11-22 08:15:00.000")]
    [InlineData("%Y%m%d%H%M%S%f.jpg", "2026112208153025.jpg", "2026-11-22 08:15:30.250")]
    [InlineData("*%d.%m.%Y-%H%M*", "Kamera 2 (22.11.2026-0815).jpeg", "2026-11-22 08:15:00.000")]
    [InlineData("100%%_%Y%m%d%H%M+.jpg", "100%_202611220815+.jpg", "2026-11-22 08:15:00.000")]
    public void A_local_time_is_read_out_of_a_name(string pattern, string name, string local)
    {
        var read = NamePattern.Parse(pattern).Value.Read(name)!.Value;

        Assert.Null(read.Instant);
        Assert.Equal(local, read.Local!.Value.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("%Y%m%dT%H%M%S%z.jpg", "20261122T081530Z.jpg", "2026-11-22T08:15:30.000Z")]
    [InlineData("%Y%m%dT%H%M%S%z.jpg", "20261122T081530-05:30.jpg", "2026-11-22T13:45:30.000Z")]
    [InlineData("%Y%m%dT%H%M%S.%f%z.jpg", "20261122T081530.5+0100.jpg", "2026-11-22T07:15:30.500Z")]
    [InlineData("%s.jpg", "1795335330.jpg", "2026-11-22T08:15:30.000Z")]
    [InlineData("cam-%s.%f.jpg", "cam-1795335330.250.jpg", "2026-11-22T08:15:30.250Z")]
    public void A_name_that_says_its_zone_is_an_instant(string pattern, string name, string instant)
    {
        var read = NamePattern.Parse(pattern).Value.Read(name)!.Value;

        Assert.Null(read.Local);
        Assert.Equal(instant, Rfc3339.Format(read.Instant!.Value));
    }

    [Theory]
    [InlineData("cam2_20261122_081530.jpg")]
    [InlineData("cam1_20261122_081530.png")]
    [InlineData("cam1_20261322_081530.jpg")]
    [InlineData("cam1_20260229_081530.jpg")]
    [InlineData("cam1_20261122_246000.jpg")]
    [InlineData("cam1_00001122_081530.jpg")]
    [InlineData("cam1_2026112٢_081530.jpg")]
    [InlineData("cam1_20261122_081530.jpg\n")]
    [InlineData("")]
    public void A_name_that_does_not_fit_says_nothing(string name) => Assert.Null(NamePattern.Parse("cam1_%Y%m%d_%H%M%S.jpg").Value.Read(name));

    [Theory]
    [InlineData("")]
    [InlineData("cam1.jpg")]
    [InlineData("%Y%m%d.jpg")]
    [InlineData("%Y%m%d%H%M%Y.jpg")]
    [InlineData("%Y%m%d%H%M%f.jpg")]
    [InlineData("%s%Y.jpg")]
    [InlineData("%Y%m%d%H%M%")]
    [InlineData("%Y%m%d%H%M%q")]
    [InlineData("%Y/%m/%d/%H%M.jpg")]
    [InlineData("*%Y*%m*%d*%H*%M.jpg")]
    public void What_is_no_pattern_is_said(string pattern) => Assert.Equal("name_pattern", NamePattern.Parse(pattern).Failure?.Code);

    [Fact]
    public void The_worst_name_for_the_worst_pattern_is_read_at_once()
    {
        var pattern = NamePattern.Parse("*%Y*%m*%d*%H%M%S.jpg").Value;

        Assert.Null(pattern.Read(new string('1', 255)));
        Assert.Null(pattern.Read(string.Concat(Enumerable.Repeat("2026", 63))));
    }
}
