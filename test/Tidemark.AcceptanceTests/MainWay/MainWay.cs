using Tidemark.AcceptanceTests.Pictures;
using Tidemark.AcceptanceTests.Running;
using Tidemark.Simulator.Scenes;

namespace Tidemark.AcceptanceTests.MainWay;

/// <summary>What the main way must come to, whatever database it goes over.</summary>
internal static class MainWay
{
    /// <summary>Asserts that <c>frames/</c> has exactly the sites' frames, each under its name.</summary>
    public static void FramesOnDisk(Station station, params IReadOnlyList<string> sites)
    {
        var expected = sites.SelectMany(site => station.Instants.Select(instant => $"{site}/{instant:yyyy-MM-dd}/{instant:yyyyMMdd'T'HHmmss.fff'Z'}.jpg")).Order(StringComparer.Ordinal);
        Assert.Equal(expected, TempFolder.FilesIn(Path.Combine(station.Data, "frames")));
        Assert.Empty(TempFolder.FilesIn(Path.Combine(station.Data, "incoming")));
    }

    /// <summary>Asserts that every frame of a quad shows, at each site's place, the instant that is planned for it.</summary>
    /// <param name="planned">By site in the order named, then by output frame.</param>
    public static void ShowsQuad(DecodedVideo video, IReadOnlyList<string> sites, IReadOnlyList<IReadOnlyList<DateTimeOffset>> planned, int width, int height)
    {
        Assert.Equal(planned[0].Count, video.Frames);
        // The left half shows the first over the third, the right half the second over the fourth.
        (int X, int Y)[] places = [(0, 0), (width, 0), (0, height), (width, height)];
        for (var frame = 0; frame < video.Frames; frame++)
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal((TimeCode.SiteHash(sites[i]), planned[i][frame]), video.CodeIn(frame, places[i].X, places[i].Y, height, cell: 16));
            }
        }
    }
}
