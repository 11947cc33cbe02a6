using Tidemark.AcceptanceTests.Pictures;
using Tidemark.AcceptanceTests.Running;

namespace Tidemark.AcceptanceTests.Postgres;

/// <summary>A whole node whose database is PostgreSQL.</summary>
public class NodeOnPostgresTests(PostgresServer server)
{
    private static readonly string[] Four = ["harbour", "pier", "lighthouse", "valley"];

    [Fact]
    public async Task The_main_way_goes_over_PostgreSQL_as_over_SQLite()
    {
        var database = await server.NewDatabaseAsync(TestContext.Current.CancellationToken);
        await using var station = await Station.StartAsync(up: ["--set", $"database={database}"]);
        await station.CaptureAsync(Four);
        MainWay.MainWay.FramesOnDisk(station, Four);
        Assert.False(File.Exists(Path.Combine(station.Data, "tidemark.db")), "The node made a SQLite database beside the other.");

        (await station.Node.RunAsync(["timelapse", .. Four, .. station.Range, "--layout", "quad", "-o", station["quad.mp4"]])).Ended(0);
        MainWay.MainWay.ShowsQuad(await DecodedVideo.OfAsync(station["quad.mp4"]), Four, [.. Four.Select(_ => station.Instants)], 640, 360);

        await station.RestartAsync(up: ["--set", $"database={database}"]);
        var known = (await station.Node.GetAsync("sources")).GetProperty("sources");
        Assert.Equal(Four.Length * station.Instants.Count, known.EnumerateArray().Sum(source => source.GetProperty("frames").GetInt32()));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_said_with_its_address_and_without_its_password()
    {
        using var folder = new TempFolder();
        var ran = (await TidemarkCommand.RunAsync(["up", "--data", folder["data"], "--listen", "127.0.0.1:0", "--set", "database=postgres://tidemark:geheim@127.0.0.1:1/none"])).Ended(4);
        Assert.Contains("127.0.0.1:1", ran.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", ran.Errors + ran.Output, StringComparison.Ordinal);
    }
}
