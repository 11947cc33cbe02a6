using System.Text.Json;
using Tidemark.Archive;

namespace Tidemark.Tests.Archive;

public sealed class SealerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sealed_day_satisfies_sha256sum_and_is_listed_as_before()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2, 3);
        await File.WriteAllBytesAsync(rig.Place["20261122T000100.000Z.thumb.jpg"], Picture.Jpeg(9), Cancellation);

        var outcome = await rig.SealAsync();

        Assert.Equal((1, true, 0, null), (outcome.Revision, outcome.New, outcome.Adopted, outcome.Waiting));
        var (code, said) = await SealRig.Sha256SumAsync(rig.Place.Folder);
        Assert.Equal((0, 5), (code, said.Split(": OK").Length - 1));
        Assert.Equal([1, 2, 3], (await rig.FramesAsync()).Select(frame => frame.Time.Minute));
        var manifest = Manifest.Parse(await File.ReadAllBytesAsync(rig.Place["manifest.1.json"], Cancellation), "harbour", SealRig.Day).Value;
        Assert.Equal(("1.jpg", "20261122T000100.000Z.thumb.jpg", null), (manifest.Frames[0].Name, Assert.Single(manifest.Crops).File, manifest.Previous));
        File.Delete(rig.Place["20261122T000100.000Z.thumb.jpg"]);
        Assert.NotEqual(0, (await SealRig.Sha256SumAsync(rig.Place.Folder)).Code);
    }

    [Fact]
    public async Task Every_crop_of_a_frame_is_sealed()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        string[] crops = [.. Enumerable.Range(1, 4).Select(number => CropName.Of(DayFolder.FrameName(SealRig.Day.AddMinutes(1)), number))];
        foreach (var crop in crops)
        {
            await File.WriteAllBytesAsync(rig.Place[crop], Picture.Jpeg(9), Cancellation);
        }

        await rig.SealAsync();

        var (code, said) = await SealRig.Sha256SumAsync(rig.Place.Folder);
        Assert.Equal((0, 6), (code, said.Split(": OK").Length - 1));
        Assert.Empty(rig.Place.List().Foreign);
        Assert.Equal(crops, Manifest.Parse(await File.ReadAllBytesAsync(rig.Place["manifest.1.json"], Cancellation), "harbour", SealRig.Day).Value.Crops.Select(crop => crop.File));
    }

    [Theory]
    [InlineData("20261122T000100.000Z.thumb.jpg", "20261122T000100.000Z", 1)]
    [InlineData("a/b.thumb9.jpg", "a/b", 9)]
    [InlineData("a.thumb1.jpg", null, 0)]
    [InlineData("a.thumb10.jpg", null, 0)]
    [InlineData("a.Thumb2.jpg", null, 0)]
    [InlineData("2.jpg", null, 0)]
    [InlineData(".jpg", null, 0)]
    public void A_crops_name_says_whose_it_is_and_which(string name, string? stem, int number)
    {
        Assert.Equal(stem is null ? null : (stem, number), CropName.Read(name));
        Assert.Equal(name, stem is null ? name : CropName.Of(stem + ".jpg", number));
    }

    [Fact]
    public async Task Sealing_again_does_nothing_and_a_frame_that_comes_late_makes_a_new_revision()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 3);
        await rig.SealAsync();
        var first = await File.ReadAllBytesAsync(rig.Place["manifest.1.json"], Cancellation);
        Assert.False((await rig.SealAsync()).New);
        await rig.AssertWholeAsync(1, 1, 3);

        await rig.StoreAsync(2);
        var outcome = await rig.SealAsync();

        Assert.Equal((2, true), (outcome.Revision, outcome.New));
        await rig.AssertWholeAsync(2, 1, 2, 3);
        Assert.Equal(first, await File.ReadAllBytesAsync(rig.Place["manifest.1.json"], Cancellation));
        Assert.True(File.Exists(rig.Place["SHA256SUMS.1"]));
        var manifest = Manifest.Parse(await File.ReadAllBytesAsync(rig.Place["manifest.2.json"], Cancellation), "harbour", SealRig.Day).Value;
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(first)), manifest.Previous);
        Assert.Equal(0, (await SealRig.Sha256SumAsync(rig.Place.Folder)).Code);
    }

    [Fact]
    public async Task A_file_without_a_row_is_adopted_and_one_that_came_a_moment_ago_is_waited_for()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        await rig.StoreAsync(2, row: false);
        File.SetLastWriteTimeUtc(rig.Place[DayFolder.FrameName(SealRig.Day.AddMinutes(2))], rig.Time.GetUtcNow().AddMinutes(-14).UtcDateTime);

        var waiting = await rig.SealAsync();
        Assert.Equal((0, false), (waiting.Revision, waiting.New));
        Assert.NotNull(waiting.Waiting);

        rig.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, (await rig.SealAsync()).Adopted);
        await rig.AssertWholeAsync(1, 1, 2);
    }

    [Fact]
    public async Task What_is_no_picture_is_left_alone_and_in_no_manifest()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1);
        string[] others = ["20261122T000200.000Z.jpg", "20261122T000300.000Z.jpg.skip", "20261122T000400.000Z.jpg.tmp", "notes.txt", "-n\\x\n.jpg"];
        foreach (var name in others)
        {
            await File.WriteAllTextAsync(rig.Place[name], "<html>", Cancellation);
        }

        var outcome = await rig.SealAsync();

        Assert.Equal(others[..1], outcome.Unusable);
        Assert.Equal(["-n\\x\n.jpg", "notes.txt"], rig.Place.List().Foreign);
        await rig.AssertWholeAsync(1, 1);
        Assert.All(others, name => Assert.Equal("<html>", File.ReadAllText(rig.Place[name])));
        Assert.Equal(0, (await SealRig.Sha256SumAsync(rig.Place.Folder)).Code);
    }

    [Fact]
    public async Task A_row_without_a_file_and_a_file_that_is_not_what_came_in_are_told()
    {
        await using var rig = await SealRig.MakeAsync();
        await rig.StoreAsync(1, 2, 3);
        File.Delete(rig.Place[DayFolder.FrameName(SealRig.Day.AddMinutes(1))]);
        await File.WriteAllBytesAsync(rig.Place[DayFolder.FrameName(SealRig.Day.AddMinutes(2))], Picture.Jpeg(9), Cancellation);

        var outcome = await rig.SealAsync();

        Assert.Equal(("20261122T000100.000Z.jpg", "20261122T000200.000Z.jpg"), (Assert.Single(outcome.Missing), Assert.Single(outcome.Differing)));
        Assert.Equal([("20261122T000100.000Z.jpg", "missing"), ("20261122T000200.000Z.jpg", "differs")], (await rig.Days.DamageAsync(9, Cancellation)).Select(damage => (damage.File, damage.Code)));
        // What came in is what the sums say, so that what is lost stays to be seen.
        Assert.Contains("20261122T000200.000Z.jpg: FAILED", (await SealRig.Sha256SumAsync(rig.Place.Folder)).Said, StringComparison.Ordinal);
        Assert.False((await rig.SealAsync()).New);
    }

    [Fact]
    public async Task Two_nodes_that_seal_one_day_at_once_make_one_revision()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var rig = await SealRig.MakeAsync();
            await rig.StoreAsync(1, 2, 3);

            var both = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => rig.SealAsync(), Cancellation)));

            Assert.All(both, outcome => Assert.Equal(1, outcome.Revision));
            await rig.AssertWholeAsync(1, 1, 2, 3);
            Assert.Empty(Directory.EnumerateFiles(rig.Place.Folder, "manifest.2*"));
        }
    }

    [Fact]
    public async Task The_days_slots_are_in_the_manifest_and_are_waited_for()
    {
        var slots = new DaySlots(false, null);
        await using var rig = await SealRig.MakeAsync(options: new SealOptions { Slots = (_, _, _, _) => Task.FromResult(slots) });
        await rig.StoreAsync(1);
        Assert.NotNull((await rig.SealAsync()).Waiting);
        Assert.False(File.Exists(rig.Place["manifest.1.json"]));

        slots = new DaySlots(true, """{"hours":[1,2]}""");
        await rig.SealAsync();

        var manifest = Manifest.Parse(await File.ReadAllBytesAsync(rig.Place["manifest.1.json"], Cancellation), "harbour", SealRig.Day).Value;
        Assert.Equal(2, manifest.Slots!.Value.GetProperty("hours").GetArrayLength());
        // A silent day has slots and no frame.
        Assert.True((await rig.SealAsync(day: -1)).New);
        Assert.False((await rig.SealAsync(day: -1)).New);
    }

    [Fact]
    public void A_manifest_that_names_what_is_not_of_its_day_is_refused()
    {
        var good = new Manifest("harbour", SealRig.Day, 1, SealRig.Day, null, [new Frame("harbour", SealRig.Day, null, 1, 1, 1, new byte[32], SealRig.Day)], [], null);
        var json = System.Text.Encoding.UTF8.GetString(good.ToJson());
        Assert.Null(Parse(json).Failure);
        foreach (var (from, to) in new[] { ("20261122T000000.000Z.jpg", "../../x.jpg"), ("20261122T000000.000Z.jpg", "20261123T000000.000Z.jpg"), ("harbour", "../pier"), ("\"version\":1", "\"version\":2"), (new string('0', 64), "00"), ("[", "") })
        {
            Assert.Equal("manifest_damaged", Parse(json.Replace(from, to, StringComparison.Ordinal)).Failure?.Code);
        }

        static Result<Manifest> Parse(string text) => Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(text), "harbour", SealRig.Day);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(json).RootElement.ValueKind);
    }
}
