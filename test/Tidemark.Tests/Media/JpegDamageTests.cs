using System.Diagnostics;
using Tidemark.Media;

namespace Tidemark.Tests.Media;

/// <summary>Ten thousand pictures from one seed: damaged ones that must not pass, and honest ones that must.</summary>
public sealed class JpegDamageTests : IAsyncLifetime
{
    private const int Seed = 20261122;
    private const int Many = 10_000;
    private const int Decoded = 300;
    private readonly MediaFixture media = new();
    private readonly Random random = new(Seed);
    private readonly List<byte[]> pictures = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var path = await media.MakeAsync("a.jpg", "testsrc2=s=176x120", "-frames:v", "1", "-pix_fmt", "yuvj420p", "-q:v", "3", "-huffman", "optimal");
        foreach (var (name, options) in ((string, string[])[])[
            ("baseline", []), ("restarts", ["-restart", "3B"]), ("progressive", ["-progressive"]), ("both", ["-progressive", "-restart", "2"]), ("grey", ["-grayscale"]), ("arranged", ["-optimize", "-restart", "5B"])])
        {
            await media.RunAsync(MediaTool.Jpegtran, [.. options, "-outfile", media.PathOf(name + ".jpg"), path]);
            pictures.Add(await File.ReadAllBytesAsync(media.PathOf(name + ".jpg"), Cancellation));
        }
    }

    public ValueTask DisposeAsync()
    {
        media.Dispose();
        return default;
    }

    [Fact]
    public void Honest_pictures_pass_whatever_is_padded_or_said_beside()
    {
        for (var i = 0; i < Many / 2; i++)
        {
            var honest = Honest(pictures[random.Next(pictures.Count)], out var tail);
            var facts = Jpeg.Inspect(honest);
            Assert.True(facts.Failure is null, $"{i}: {facts.Failure}");
            Assert.Equal((honest.Length - tail, tail), (facts.Value.End, facts.Value.Tail));
        }
    }

    [Fact]
    public void Pictures_with_parts_missing_or_in_the_wrong_place_do_not_pass()
    {
        for (var i = 0; i < Many / 2; i++)
        {
            var picture = pictures[random.Next(pictures.Count)];
            var (damaged, how) = Damaged(picture);
            Assert.True(Jpeg.Inspect(damaged).Failure is { Kind: FailureKind.BadInput }, $"{i}: {how} passed.");
        }
    }

    [Fact]
    public async Task What_passes_with_bits_flipped_in_its_headers_can_be_decoded()
    {
        var (passed, refused) = (0, 0);
        while (passed < Decoded)
        {
            var picture = (byte[])pictures[random.Next(pictures.Count)].Clone();
            var at = random.Next(2, Scan(picture));
            picture[at] ^= (byte)(1 << random.Next(8));
            if (Jpeg.Inspect(picture).Failure is not null)
            {
                refused++;
                continue;
            }

            passed++;
            var path = media.PathOf("flipped.jpg");
            await File.WriteAllBytesAsync(path, picture, Cancellation);
            var (status, said) = await DecodeAsync(path);
            Assert.True(status is 0, $"A bit flipped at {at} passed, and a decoder says: {said}");
        }

        Assert.True(refused > 0);
    }

    [Fact]
    public void A_picture_is_walked_fast()
    {
        var big = Picture.Jpeg(3, 2560, 1440);
        using var many = new MemoryStream();
        var noise = new byte[2560 * 1440 * 3];
        random.NextBytes(noise);
        var jpeg = new Tidemark.Simulator.Jpeg.JpegEncoder(95).Encode(noise, 2560, 1440);
        Assert.Null(Jpeg.Inspect(jpeg).Failure);
        Assert.Null(Jpeg.Inspect(big).Failure);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 10; i++)
        {
            _ = Jpeg.Inspect(jpeg);
        }

        var perMegabyte = Stopwatch.GetElapsedTime(start).TotalMilliseconds / 10 / (jpeg.Length / 1e6);
        TestContext.Current.TestOutputHelper?.WriteLine($"{perMegabyte:0.00} ms a megabyte ({jpeg.Length / 1e6:0.0} MB of noise)");
    }

    private byte[] Honest(byte[] picture, out int tail)
    {
        List<byte> bytes = [.. picture];
        if (random.Next(3) == 0)
        {
            bytes.InsertRange(2, Segment((byte)(random.Next(2) == 0 ? 0xFE : 0xE0 + random.Next(16)), random.Next(2000)));
        }

        if (random.Next(4) == 0)
        {
            bytes.InsertRange(2, Enumerable.Repeat((byte)0xFF, random.Next(1, 5)));
        }

        tail = random.Next(3) == 0 ? 0 : random.Next(5) == 0 ? Jpeg.LongestTail : random.Next(Jpeg.LongestTail + 1);
        var padding = new byte[tail];
        switch (random.Next(4))
        {
            case 0: Array.Fill(padding, (byte)'\n'); break;
            case 1: Array.Fill(padding, (byte)0xFF); break;
            case 2: random.NextBytes(padding); break;
        }

        return [.. bytes, .. padding];
    }

    private (byte[] Bytes, string How) Damaged(byte[] picture)
    {
        var segments = Segments(picture);
        var scan = Scan(picture);
        byte[] Without(byte marker) => [.. picture[..2], .. segments.Where(s => s.Marker != marker).SelectMany(s => picture[s.From..s.To]), .. picture[scan..]];
        byte[] Moved(byte marker) => [.. picture[..2], .. segments.Where(s => s.Marker != marker).SelectMany(s => picture[s.From..s.To]), .. picture[scan..^2], .. segments.Where(s => s.Marker == marker).SelectMany(s => picture[s.From..s.To]), 0xFF, 0xD9];
        var sof = segments.First(s => s.Marker is 0xC0 or 0xC1 or 0xC2);
        switch (random.Next(12))
        {
            case 0:
                var cut = random.Next(picture.Length);
                return (picture[..cut], $"cut at {cut}");
            case 1:
                return (picture[..^2], "no end marker");
            case 2:
                var kept = random.Next(scan, picture.Length - 2);
                byte[] padded = [.. picture[..kept], .. new byte[random.Next(1, 70_000)]];
                return (padded, $"cut at {kept}, padded with zeros");
            case 3:
                byte[] lines = [.. picture[..^2], .. Enumerable.Repeat((byte)'\n', random.Next(1, 5000))];
                return (lines, "newlines for an end marker");
            case 4:
                return (Without(0xDB), "no quantization table");
            case 5:
                return (Without(sof.Marker), "no frame header");
            case 6:
                return (Moved(0xDB), "quantization tables after the scan");
            case 7:
                return (Moved(sof.Marker), "frame header after the scan");
            case 8:
                return (Moved(0xC4), "Huffman tables after the scan");
            case 9:
                byte[] twice = [.. picture[..sof.To], .. picture[sof.From..]];
                return (twice, "two frame headers");
            case 10:
                var huge = (byte[])picture.Clone();
                (huge[sof.From + 5], huge[sof.From + 6]) = (0xFF, 0xDC);
                (huge[sof.From + 7], huge[sof.From + 8]) = (random.Next(2) == 0 ? (byte)0xFF : (byte)0x0B, 0xDC);
                return (huge, "a claim of a huge size");
            default:
                return WithoutRestart(picture, scan) is { } gone ? (gone, "a restart marker gone or another") : (Without(0xDB), "no quantization table");
        }
    }

    // One of its restart markers becomes data, or another's number.
    private byte[]? WithoutRestart(byte[] picture, int scan)
    {
        var places = Enumerable.Range(scan, picture.Length - scan - 3).Where(i => picture[i] == 0xFF && picture[i + 1] is >= 0xD0 and <= 0xD7).ToList();
        if (places.Count < 3)
        {
            return null;
        }

        var damaged = (byte[])picture.Clone();
        var at = places[random.Next(places.Count - 2)] + 1;
        damaged[at] = random.Next(2) == 0 ? (byte)0 : (byte)(0xD0 + ((damaged[at] - 0xD0 + 1 + random.Next(7)) % 8));
        return damaged;
    }

    private byte[] Segment(byte marker, int length)
    {
        var body = new byte[length];
        random.NextBytes(body);
        return [0xFF, marker, (byte)((length + 2) >> 8), (byte)(length + 2), .. body];
    }

    private static List<(byte Marker, int From, int To)> Segments(byte[] picture)
    {
        var segments = new List<(byte, int, int)>();
        for (var at = 2; picture[at + 1] != 0xDA;)
        {
            var end = at + 2 + (picture[at + 2] << 8) + picture[at + 3];
            segments.Add((picture[at + 1], at, end));
            at = end;
        }

        return segments;
    }

    private static int Scan(byte[] picture) => Segments(picture)[^1].To;

    private async Task<(int Status, string Said)> DecodeAsync(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("djpeg", ["-fast", "-outfile", media.PathOf("out.ppm"), path]) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode is 2 ? 0 : process.ExitCode, said);
    }
}
