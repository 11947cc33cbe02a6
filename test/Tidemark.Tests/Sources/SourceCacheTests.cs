using Tidemark.Sources;

namespace Tidemark.Tests.Sources;

public sealed class SourceCacheTests : IDisposable
{
    private static readonly DateTimeOffset Added = new(2026, 11, 22, 8, 13, 5, TimeSpan.Zero);
    private readonly TempFolder temp = new();

    private string File => temp["state/_sources.json"];

    [Fact]
    public void What_was_kept_comes_back_as_it_was_and_is_written_again_only_where_it_changed()
    {
        var cache = new SourceCache(File, "postgres://db/a");
        Assert.Null(cache.Read());
        List<Source> sources =
        [
            new("harbour", new SourceConfig("http://camera.example/index", 60, new FrameIndexPointers("/frames", "/t", "/u"), ["cdn.example"], PrivateNetwork: true) { Zone = "Europe/Lisbon", Window = "06:00-20:00" }, Paused: false, Added, 3),
            new("pier", new SourceConfig("", 60, null, [], PrivateNetwork: false) { Kind = SourceKind.FrameFolder, Folder = "/srv/pier" }, Paused: true, Added, 1),
        ];

        Assert.Null(cache.Write(sources));
        var kept = new SourceCache(File, "postgres://db/a").Read()!;
        Assert.Equal(sources.Select(source => (source.Id, source.Config.Kind, source.Config.ToJson(), source.Paused, source.CreatedAt, source.Revision)), kept.Select(source => (source.Id, source.Config.Kind, source.Config.ToJson(), source.Paused, source.CreatedAt, source.Revision)));

        System.IO.File.Delete(File);
        Assert.Null(cache.Write(sources));
        Assert.False(System.IO.File.Exists(File));
        Assert.Null(cache.Write(sources[..1]));
        Assert.Single(cache.Read()!);
        Assert.Equal([Path.GetFileName(File)], Directory.GetFiles(temp["state"]).Select(Path.GetFileName));
    }

    [Fact]
    public void What_is_of_another_database_or_damaged_is_no_use()
    {
        Assert.Null(new SourceCache(File, "postgres://db/a").Write([]));
        Assert.Null(new SourceCache(File, "postgres://db/b").Read());
        foreach (var content in (string[])["", "{", "null", "{}", "[1]", """{"database":"postgres://db/a","sources":[{"id":"x"}]}""", """{"database":"postgres://db/a","sources":[null]}""", """{"database":"postgres://db/a","sources":null}"""])
        {
            System.IO.File.WriteAllText(File, content);
            Assert.Null(new SourceCache(File, "postgres://db/a").Read());
        }
    }

    [Fact]
    public void A_disk_that_refuses_is_said_and_what_was_kept_before_stays()
    {
        var cache = new SourceCache(File, "postgres://db/a");
        Assert.Null(cache.Write([]));
        Directory.CreateDirectory(File + ".new");

        Assert.NotNull(cache.Write([new Source("pier", new SourceConfig("http://a/", 60, null, [], PrivateNetwork: false), Paused: true, Added)]));
        Assert.Empty(new SourceCache(File, "postgres://db/a").Read()!);
    }

    public void Dispose() => temp.Dispose();
}
