using System.Net;
using System.Text.Json;
using Tidemark.Tests.Media;

namespace Tidemark.Tests.Timelapse;

/// <summary>What becomes of a timelapse when its frames are not as one would like.</summary>
public sealed class StretchBadDayTests(StretchedNode stretched) : IClassFixture<StretchedNode>, IDisposable
{
    private static readonly DateTimeOffset Start = StretchedNode.Midnight;

    private readonly MediaFixture media = new();

    public void Dispose() => media.Dispose();

    [Fact]
    public async Task A_frame_that_cannot_be_used_is_left_out_and_named()
    {
        var source = await stretched.SourceAsync("unusable");
        await stretched.PutAsync(source, Start, 8, "320x240");
        var paths = Enumerable.Range(0, 9).Select(number => stretched.Node.Data.FramePath(source, Start.AddMinutes(10 * number))).ToList();
        var whole = await File.ReadAllBytesAsync(paths[1]);
        await File.WriteAllBytesAsync(paths[1], whole[..^200]);
        // One came so, the other became so.
        var damaged = await media.MakeAsync("damaged.jpg", "testsrc2=s=320x240", "-frames:v", "1", "-pix_fmt", "yuvj420p", "-q:v", "3");
        MediaFixture.Damage(damaged);
        await stretched.PutAsync(source, Start.AddMinutes(80), damaged);
        MediaFixture.Damage(paths[2]);
        File.Copy(await media.MakeAsync("picture.png", "testsrc2=s=320x240", "-frames:v", "1"), paths[4], overwrite: true);
        File.Delete(paths[6]);

        var made = await stretched.MakeAsync(source, Start, Start.AddDays(1));

        Assert.Equal(4, StretchedNode.Frames(made));
        var told = made.GetProperty("leftOut").EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Equal(5, told.Count);
        Assert.All(new[] { 1, 2, 4, 6, 8 }, number => Assert.Contains(told, one => one.Contains(paths[number], StringComparison.Ordinal)));
        Assert.Contains(told, one => one.Contains("PNG", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_frame_that_is_not_what_was_archived_is_left_out_until_it_is_put_back()
    {
        var source = await stretched.SourceAsync("rotten");
        await stretched.PutAsync(source, Start, 4);
        // A second later, in the same place: no picture of it is one of the others.
        var later = await stretched.SourceAsync("later");
        await stretched.PutAsync(later, Start, 2);
        var first = await stretched.MadeAsync([source], Start, Start.AddDays(1));
        foreach (var name in stretched.Kept())
        {
            File.Delete(Path.Combine(stretched.Node.Data.Stretches, name));
        }

        // It decodes, and shows something else.
        var (path, other) = (stretched.Node.Data.FramePath(source, Start.AddMinutes(10)), stretched.Node.Data.FramePath(later, Start.AddMinutes(10)));
        var before = await File.ReadAllBytesAsync(path);
        Assert.NotEqual(before, await File.ReadAllBytesAsync(other));
        File.Copy(other, path, overwrite: true);
        var without = await stretched.MakeAsync(source, Start, Start.AddDays(1));
        Assert.Equal(3, StretchedNode.Frames(without));
        var told = Assert.Single(without.GetProperty("leftOut").EnumerateArray()).GetString()!;
        Assert.Contains(path, told, StringComparison.Ordinal);
        Assert.Contains("tidemark archive verify", told, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(path, before);
        Assert.Equal(first, await stretched.MadeAsync([source], Start, Start.AddDays(1)));
    }

    [Fact]
    public async Task A_source_that_is_out_and_whose_last_frames_cannot_be_used_costs_the_others_nothing()
    {
        var (well, source) = (await stretched.SourceAsync("well"), await stretched.SourceAsync("out"));
        await stretched.PutAsync(well, Start, 3);
        await stretched.PutAsync(well, Start.AddDays(1), 3);
        await stretched.PutAsync(source, Start, 3);
        foreach (var number in (int[])[1, 2])
        {
            File.Delete(stretched.Node.Data.FramePath(source, Start.AddMinutes(10 * number)));
        }

        Assert.Equal(6, StretchedNode.Frames(await stretched.MakeAsync([well, source], Start, Start.AddDays(2), ",\"layout\":\"pair\"")));
        Assert.Equal(48, StretchedNode.Frames(await stretched.MakeAsync(source, Start, Start.AddDays(2), ",\"pace\":\"even\",\"every\":3600")));
        // Nothing can be shown of it, and the other is.
        File.Delete(stretched.Node.Data.FramePath(source, Start));
        Assert.Equal(6, StretchedNode.Frames(await stretched.MakeAsync([well, source], Start, Start.AddDays(2), ",\"layout\":\"pair\"")));
    }

    [Fact]
    public async Task Where_no_frame_can_be_used_it_says_so()
    {
        var source = await stretched.SourceAsync("hopeless");
        await stretched.PutAsync(source, Start, 2);
        foreach (var number in (int[])[0, 1])
        {
            await File.WriteAllTextAsync(stretched.Node.Data.FramePath(source, Start.AddMinutes(10 * number)), "<html>gone</html>");
        }

        var failure = (await stretched.MakeAsync(source, Start, Start.AddDays(1))).GetProperty("failure");
        Assert.Equal("no_frames", failure.GetProperty("code").GetString());
        Assert.Contains("HTML", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("kind", "soak")]
    public async Task A_hundred_thousand_frames_become_one_video()
    {
        const int Every = 10, Frames = 100_000, Distinct = 250;
        var source = await stretched.SourceAsync("long");
        await media.MakeAsync("l%03d.jpg", "testsrc2=s=32x32:r=25", "-frames:v", $"{Distinct}", "-pix_fmt", "yuvj420p", "-q:v", "3");
        await Parallel.ForEachAsync(Enumerable.Range(0, Frames), TestContext.Current.CancellationToken, async (number, _) =>
            await stretched.PutAsync(source, Start.AddSeconds(Every * number), media.PathOf($"l{(number % Distinct) + 1:000}.jpg")));
        var before = stretched.Kept();

        Assert.Equal(Frames, StretchedNode.Frames(await stretched.MakeAsync(source, Start, Start.AddDays(30))));

        // 11.6 days. One frame more costs the last of them.
        var twelve = stretched.Kept();
        Assert.Equal(12, twelve.Except(before).Count());
        await stretched.PutAsync(source, Start.AddSeconds(Every * Frames), media.PathOf("l001.jpg"));
        Assert.Equal(Frames + 1, StretchedNode.Frames(await stretched.MakeAsync(source, Start, Start.AddDays(30))));
        Assert.Single(stretched.Kept().Except(twelve));
    }

    [Fact]
    public async Task Frames_of_other_kinds_are_shown_in_the_sources_size()
    {
        var source = await stretched.SourceAsync("motley");
        await stretched.PutAsync(source, Start, 3);
        await stretched.PutAsync(source, Start.AddHours(1), await media.MakeAsync("grey.jpg", "testsrc2=s=64x48", "-frames:v", "1", "-pix_fmt", "gray", "-c:v", "mjpeg", "-strict", "unofficial"));
        await stretched.PutAsync(source, Start.AddHours(2), await media.MakeAsync("other.jpg", "testsrc2=s=100x90", "-frames:v", "1", "-pix_fmt", "yuvj422p"));
        var made = await stretched.MakeAsync(source, Start, Start.AddDays(1));

        Assert.Equal((5, 64, 48), (StretchedNode.Frames(made), made.GetProperty("asset").GetProperty("width").GetInt32(), made.GetProperty("asset").GetProperty("height").GetInt32()));
        Assert.Empty(made.GetProperty("leftOut").EnumerateArray());
    }

    [Fact]
    public async Task A_source_that_changed_resolution_in_mid_range_keeps_the_size_that_it_began_with()
    {
        var source = await stretched.SourceAsync("replaced");
        await stretched.PutAsync(source, Start, 4);
        await stretched.PutAsync(source, Start.AddDays(1), 2);
        await stretched.PutAsync(source, Start.AddDays(1).AddHours(6), 2, "160x120");
        await stretched.PutAsync(source, Start.AddDays(2), 4, "160x120");
        var made = await stretched.MakeAsync(source, Start, Start.AddDays(3), ",\"crop\":\"32x32+8+8\"");

        Assert.Equal((12, 32, 32), (StretchedNode.Frames(made), made.GetProperty("asset").GetProperty("width").GetInt32(), made.GetProperty("asset").GetProperty("height").GetInt32()));
    }

    [Fact]
    public async Task One_frame_is_a_timelapse_too()
    {
        var source = await stretched.SourceAsync("one");
        await stretched.PutAsync(source, Start.AddHours(3), 1);
        Assert.Equal(1, StretchedNode.Frames(await stretched.MakeAsync(source, Start, Start.AddDays(1))));
    }

    [Theory]
    [InlineData("webm", "video/webm", "webm")]
    [InlineData("gif", "image/gif", "gif")]
    [InlineData("h265", "video/mp4", "mp4")]
    public async Task Other_formats_come_with_their_type_and_name(string format, string type, string ending)
    {
        var source = await stretched.SourceAsync($"format-{format}");
        await stretched.PutAsync(source, Start.AddHours(20), 5);
        await stretched.PutAsync(source, Start.AddDays(1), 4);
        var made = await stretched.MakeAsync(source, Start, Start.AddDays(2), $",\"format\":\"{format}\",\"fps\":12");

        Assert.Equal(9, StretchedNode.Frames(made));
        var asset = made.GetProperty("asset");
        Assert.Equal((type, format), (asset.GetProperty("contentType").GetString(), made.GetProperty("asked").GetProperty("format").GetString()));
        Assert.EndsWith("." + ending, asset.GetProperty("name").GetString(), StringComparison.Ordinal);
        using var served = await stretched.Node.Http.GetAsync(asset.GetProperty("url").GetString(), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, type), (served.StatusCode, served.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Even_pictures_hold_what_is_missing_and_a_GIF_that_is_large_is_refused()
    {
        var source = await stretched.SourceAsync("even");
        await stretched.PutAsync(source, Start, 6);
        await stretched.PutAsync(source, Start.AddDays(2), 6);
        // Two days and an hour, a picture each half hour; the day without frames as well.
        var made = await stretched.MakeAsync(source, Start, Start.AddDays(2).AddHours(1), ",\"pace\":\"even\",\"every\":1800");
        Assert.Equal(98, StretchedNode.Frames(made));
        // What is left out is what lies further than ten minutes from any frame.
        Assert.Equal(10, StretchedNode.Frames(await stretched.MakeAsync(source, Start, Start.AddDays(2).AddHours(1).AddMinutes(1), ",\"pace\":\"even\",\"every\":900,\"missing\":\"skip\"")));

        var failed = await stretched.MakeAsync(source, Start, Start.AddDays(3), ",\"format\":\"gif\",\"size\":\"1920x1080\"");
        Assert.Equal("gif_large", failed.GetProperty("failure").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_length_is_kept()
    {
        var source = await stretched.SourceAsync("length");
        await stretched.PutAsync(source, Start, 30);
        Assert.Equal(2500, Duration(await stretched.MakeAsync(source, Start, Start.AddDays(1), ",\"seconds\":2.5")));
        Assert.Equal(2500, Duration(await stretched.MakeAsync(source, Start, Start.AddHours(5), ",\"seconds\":2.5,\"pace\":\"even\"")));
    }

    [Fact]
    public async Task A_length_is_kept_by_daylight_with_gaps_and_from_before_the_first_frame()
    {
        // In Lisbon the sun is up for ten hours.
        var source = await stretched.SourceAsync("length-lit", ",\"daylight\":{\"latitude\":38.7,\"longitude\":-9.1}");
        await stretched.PutAsync(source, Start.AddHours(9), 6);
        await stretched.PutAsync(source, Start.AddDays(2).AddHours(9), 6);
        foreach (var missing in new[] { "hold", "slate" })
        {
            var made = await stretched.MakeAsync(source, Start.AddDays(-20), Start.AddDays(3), $",\"seconds\":2.5,\"pace\":\"even\",\"daylight\":true,\"missing\":\"{missing}\"");
            Assert.Equal((2500, 60), (Duration(made), StretchedNode.Frames(made)));
        }

        // What is left takes the time that was asked for.
        var skipped = await stretched.MakeAsync(source, Start.AddDays(-20), Start.AddDays(3), ",\"seconds\":2.5,\"pace\":\"even\",\"daylight\":true,\"missing\":\"skip\"");
        Assert.Equal(2500, Duration(skipped));
        Assert.InRange(StretchedNode.Frames(skipped), 3, 10);
    }

    [Fact]
    public async Task Counting_ends_where_the_pictures_are_too_many()
    {
        var source = await stretched.SourceAsync("many");
        await stretched.PutAsync(source, Start, 1);
        var failure = (await stretched.MakeAsync(source, Start, Start.AddDays(9), ",\"pace\":\"even\",\"secondsPerDay\":86400")).GetProperty("failure");
        Assert.Equal(("too_long", "The timelapse would have more than 5,000,000 pictures, which are the most that are made."), (failure.GetProperty("code").GetString(), failure.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("hold", "")]
    [InlineData("slate", ",\"crop\":\"32x24+8+8\"")]
    [InlineData("slate", ",\"pace\":\"even\",\"every\":600,\"deflicker\":true")]
    public async Task A_source_without_any_frame_leaves_its_place_empty_and_is_named(string missing, string more)
    {
        var id = $"dead-{missing}-{more.Length}";
        var (dead, alive) = (await stretched.SourceAsync(id), await stretched.SourceAsync(id + "-alive"));
        await stretched.PutAsync(dead, Start.AddDays(-1), 3);
        await stretched.PutAsync(alive, Start, 6, "128x96");
        foreach (IReadOnlyList<string> pair in new[] { (string[])[dead, alive], [alive, dead] })
        {
            var made = await stretched.MakeAsync(pair, Start, Start.AddHours(1), $",\"layout\":\"pair\",\"missing\":\"{missing}\"{more}");
            Assert.Equal(6, StretchedNode.Frames(made));
            Assert.Equal(more.Contains("crop", StringComparison.Ordinal) ? (64, 24) : (256, 96), (made.GetProperty("asset").GetProperty("width").GetInt32(), made.GetProperty("asset").GetProperty("height").GetInt32()));
            Assert.Equal($"{dead} has no frames in this range; its place is empty.", Assert.Single(made.GetProperty("leftOut").EnumerateArray()).GetString());
        }

        // Where what is missing is skipped nothing would be left; and where nobody has frames there is nothing to show.
        string? Code(JsonElement made) => made.GetProperty("failure").GetProperty("code").GetString();
        Assert.Equal("no_frames", Code(await stretched.MakeAsync([alive, dead], Start, Start.AddHours(1), ",\"layout\":\"pair\",\"missing\":\"skip\"")));
        Assert.Equal("no_frames", Code(await stretched.MakeAsync([dead, dead], Start, Start.AddHours(1), $",\"layout\":\"pair\",\"missing\":\"{missing}\"{more}")));
    }

    private static int Duration(JsonElement made)
    {
        Assert.True(made.GetProperty("state").GetString() == "done", made.ToString());
        return made.GetProperty("asset").GetProperty("durationMs").GetInt32();
    }
}
