using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Database;
using Tidemark.Tests.Database;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Archive;

/// <summary>An archive with days of one source, and everything that seals, copies and verifies them.</summary>
internal sealed class SealRig : IAsyncDisposable
{
    public static readonly DateTimeOffset Day = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private readonly TempFolder temp = new();

    private SealRig(string? root, SealOptions? options)
    {
        Folder = new DataFolder(root ?? temp["data"]);
        Options = options ?? new SealOptions();
        Assert.Null(Folder.Prepare());
    }

    public DataFolder Folder { get; }

    public SealOptions Options { get; }

    public ManualTime Time { get; } = new(Day.AddDays(1).AddMinutes(20));

    public SqlDatabase Database { get; private set; } = null!;

    public FrameIndex Index { get; private set; } = null!;

    public DayStore Days { get; private set; } = null!;

    public Sealer Sealer { get; private set; } = null!;

    public Holds Holds { get; private set; } = null!;

    public Verifier Verifier => new(Folder, Days, Holds, Time, NullLogger<Verifier>.Instance);

    public DayFolder Place => new(Folder.Archive, "harbour", Day);

    public string CopyRoot => temp["copy"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="root">A data folder that is there already; null: a fresh one.</param>
    public static async Task<SealRig> MakeAsync(string? root = null, SealOptions? options = null)
    {
        var rig = new SealRig(root, options);
        await rig.RestartAsync();
        return rig;
    }

    /// <summary>As after a crash: the node's own folders are swept, nothing else is remembered.</summary>
    public async Task RestartAsync()
    {
        if (Database is not null)
        {
            await Database.DisposeAsync();
        }

        Folder.Sweep(Day.AddYears(1));
        Database = await Sqlite.OpenAsync(Folder.Database);
        Index = new FrameIndex(Database);
        Days = new DayStore(Database);
        Holds = new Holds(Database, Time, NullLogger<Holds>.Instance);
        Sealer = new Sealer(Folder, Days, Time, Options, NullLogger<Sealer>.Instance);
    }

    public async Task<Frame> StoreAsync(int minute, bool row = true, string source = "harbour", int day = 0)
    {
        var time = Day.AddDays(day).AddMinutes(minute);
        var content = Picture.Jpeg(minute);
        var incoming = Path.Combine(Folder.Incoming, $"{minute}-{day}.part");
        DurableFile.Write(incoming, content);
        Assert.True(DurableFile.Publish(incoming, Folder.FramePath(source, time)));
        var frame = new Frame(source, time, $"{minute}.jpg", content.Length, 16, 16, SHA256.HashData(content), time.AddSeconds(3));
        if (row)
        {
            await Index.AddAsync(frame, Cancellation);
        }

        return frame;
    }

    public async Task StoreAsync(params int[] minutes)
    {
        foreach (var minute in minutes)
        {
            await StoreAsync(minute);
        }
    }

    public async Task<SealOutcome> SealAsync(int day = 0, string source = "harbour")
    {
        var result = await Sealer.SealAsync(source, Day.AddDays(day), null, Cancellation);
        Assert.Null(result.Failure);
        return result.Value;
    }

    public Task<List<Frame>> FramesAsync() => Index.ListAsync("harbour", new Tidemark.Time.TimeRange(Day, Day.AddDays(9)), 10_000, newestFirst: false, Cancellation);

    /// <summary>The day is sealed at this revision, and everything that says something about it agrees.</summary>
    public async Task AssertWholeAsync(int revision, params int[] minutes)
    {
        var frames = await FramesAsync();
        Assert.Equal(minutes.Select(minute => Day.AddMinutes(minute)), frames.Select(frame => frame.Time));
        Assert.All(frames, frame => Assert.Equal(Convert.ToHexString(frame.Sha256.Span), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Folder.FramePath(frame.Source, frame.Time))))));
        var row = await Days.FindAsync("harbour", Day, Cancellation);
        Assert.Equal((revision, minutes.Length), (row!.Revision, (int)row.Frames));
        Assert.Equal(Convert.ToHexString(row.Manifest.Span), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Place[DayFolder.ManifestName(revision)]))));
        Assert.Equal((minutes.Length, frames.Sum(frame => frame.Bytes)), ((int)(await Index.TotalsAsync("harbour", Cancellation)).Frames, await Index.BytesAsync(Cancellation)));
        Assert.Empty((await Days.RowsAsync("harbour", Day, Cancellation)).Rows);
        Assert.Equal(File.ReadAllText(Place[DayFolder.SumsName(revision)]), File.ReadAllText(Place[DayFolder.Sums]));
        var sums = File.ReadAllLines(Place[DayFolder.Sums]).Select(line => line.Split("  ")).ToDictionary(line => line[1], line => line[0]);
        Assert.Equal([.. frames.Select(frame => DayFolder.FrameName(frame.Time)), DayFolder.ManifestName(revision)], sums.Keys);
        Assert.All(sums, sum => Assert.Equal(sum.Value, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Place[sum.Key])))));
        Folder.Sweep(Day.AddYears(1));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder.Incoming));
    }

    /// <summary>Sums and row of this revision are there.</summary>
    public async Task AssertSealedAsync(int revision)
    {
        Assert.Equal(0, (await Sha256SumAsync(Place.Folder)).Code);
        Assert.Equal(revision, (await Days.FindAsync("harbour", Day, Cancellation))?.Revision);
    }

    /// <summary>What the real program says.</summary>
    public static async Task<(int Code, string Said)> Sha256SumAsync(string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("sha256sum", ["-c", "--strict", "SHA256SUMS"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var said = await process.StandardOutput.ReadToEndAsync(Cancellation) + await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, said);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        temp.Dispose();
    }
}
