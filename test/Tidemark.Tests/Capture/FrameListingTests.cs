using System.Text;
using System.Text.Json;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Tests.Capture;

public sealed class FrameListingTests
{
    private static readonly Uri Address = new("http://cam.example.org/site/index.json");
    private static readonly FrameIndexPointers Pointers = new("/frames", "/t", "/u", "/n");
    private static readonly FrameListingRules Rules = new(Pointers, null, new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("\"2026-11-22T08:15:30.250Z\"", "2026-11-22T08:15:30.250Z")]
    [InlineData("\"2026-11-22T09:15:30+01:00\"", "2026-11-22T08:15:30.000Z")]
    [InlineData("1795335330", "2026-11-22T08:15:30.000Z")]
    [InlineData("1795335330.25", "2026-11-22T08:15:30.250Z")]
    [InlineData("1795335330250", "2026-11-22T08:15:30.250Z")]
    [InlineData("1.79533533e9", "2026-11-22T08:15:30.000Z")]
    public void Times_are_RFC_3339_seconds_or_milliseconds(string time, string instant) =>
        Assert.Equal(instant, Rfc3339.Format(Assert.Single(Parse($$"""{"frames":[{"t":{{time}},"u":"a.jpg"}]}""").Value.Frames).Time));

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("\"2026-11-22T08:15:30\"")]
    [InlineData("\"0001-01-01T00:00:00Z\"")]
    [InlineData("\"9999-12-31T23:59:59Z\"")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e300")]
    [InlineData("253402300799001")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("\"\\ud800\"")]
    public void What_is_no_sensible_time_is_said_with_what_was_found(string time)
    {
        var failure = Parse($$"""{"frames":[{"t":{{time}},"u":"a.jpg"}]}""").Failure!;
        Assert.Equal((FailureKind.BadInput, "no_time"), (failure.Kind, failure.Code));
        Assert.Contains("--time", failure.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jpg", "http://cam.example.org/site/a.jpg")]
    [InlineData("/a.jpg", "http://cam.example.org/a.jpg")]
    [InlineData("../a.jpg?x=1", "http://cam.example.org/a.jpg?x=1")]
    [InlineData("//images.example.org/a.jpg", "http://images.example.org/a.jpg")]
    [InlineData("https://images.example.org/a.jpg", "https://images.example.org/a.jpg")]
    public void Addresses_are_relative_to_the_index(string text, string image) =>
        Assert.Equal(image, Assert.Single(Parse($$"""{"frames":[{"t":1795335330,"u":"{{text}}"}]}""").Value.Frames).Image.ToString());

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("\"http://[::bad\"")]
    [InlineData("\"\\udc00\"")]
    public void What_is_no_address_is_said(string image) => Assert.Equal("no_image", Parse($$"""{"frames":[{"t":1795335330,"u":{{image}}}]}""").Failure?.Code);

    [Fact]
    public void Frames_come_oldest_first_one_an_instant_with_their_names()
    {
        var listing = Parse("""{"frames":[{"t":30,"u":"c","n":"third"},{"t":10,"u":"a","n":7},{"t":20,"u":"b"},{"t":10.0001,"u":"x","n":"late"}]}""").Value;

        Assert.Equal([("/site/a", "7"), ("/site/b", null), ("/site/c", "third")], listing.Frames.Select(frame => (frame.Image.AbsolutePath, frame.Name)));
        Assert.Equal((0, null), (listing.Unusable, listing.FirstFault));
    }

    [Fact]
    public void Bad_entries_are_counted_and_do_not_spoil_the_good_ones()
    {
        var listing = Parse("""{"frames":[{"t":10,"u":"a"},{"u":"b"},{"t":20},7,null,[],{"t":30,"u":"c"}]}""").Value;

        Assert.Equal((2, 5, "no_time"), (listing.Frames.Count, listing.Unusable, listing.FirstFault?.Code));
        Assert.StartsWith("Entry 1 of", listing.FirstFault!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\\u0000")]
    [InlineData("\\ud83d")]
    [InlineData("\\udc26x")]
    public void A_name_that_no_database_would_take_is_mended_and_the_frame_kept(string bad)
    {
        var name = Assert.Single(Parse($$"""{"frames":[{"t":10,"u":"a","n":"cam {{bad}}"}]}""").Value.Frames).Name;

        Assert.True(name is null || (!name.Contains('\0', StringComparison.Ordinal) && new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(name) > 0));
    }

    [Fact]
    public void A_long_name_is_cut_and_never_through_the_middle_of_a_character()
    {
        var name = Assert.Single(Parse($$"""{"frames":[{"t":10,"u":"a","n":"x{{string.Concat(Enumerable.Repeat("🐦", 300))}}"}]}""").Value.Frames).Name!;

        Assert.InRange(name.Length, 200, 255);
        Assert.False(char.IsHighSurrogate(name[^1]));
    }

    [Theory]
    [InlineData("<!DOCTYPE html><title>Login</title>")]
    [InlineData("\r\n \t<?xml version='1.0'?>")]
    public void A_page_instead_of_JSON_is_said_to_be_one(string page) => Assert.Equal("not_json", Parse(page).Failure?.Code);

    [Fact]
    public void Malformed_JSON_is_said_with_its_place()
    {
        var failure = Parse("{\n  \"frames\": [\n    {\"t\": 10, \"u\"\n").Failure!;
        Assert.Equal((FailureKind.BadInput, "malformed_json"), (failure.Kind, failure.Code));
        Assert.Matches("line [34], byte [0-9]+", failure.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}{}")]
    [InlineData("{\"frames\":[NaN]}")]
    [InlineData("{\"frames\":[],}")]
    public void Nothing_that_is_no_JSON_is_taken_for_some(string text) => Assert.Equal("malformed_json", Parse(text).Failure?.Code);

    [Fact]
    public void A_wrong_pointer_says_the_members_there_are()
    {
        var failure = Parse("""{"site":"harbour","images":[],"now":1}""").Failure!;
        Assert.Equal("no_list", failure.Code);
        Assert.Contains("site, images, now", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--list", failure.Mend, StringComparison.Ordinal);
        Assert.Contains("empty pointer", Parse("[]").Failure!.Message, StringComparison.Ordinal);
        Assert.Equal("no_list", Parse("""{"frames":{}}""").Failure?.Code);
        Assert.Equal("no_list", Parse("""{"\ud800":1}""").Failure?.Code);
    }

    [Fact]
    public void A_list_at_the_root_is_found_by_the_empty_pointer() =>
        Assert.Single(FrameListing.Parse(Encoding.UTF8.GetBytes("""[{"t":10,"u":"a"}]"""), Address, Rules with { Pointers = Pointers with { List = "" } }).Value.Frames);

    [Fact]
    public void An_empty_list_is_no_fault() => Assert.Empty(Parse("""{"frames":[]}""").Value.Frames);

    [Fact]
    public void Of_a_hundred_thousand_entries_none_is_dropped()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new { frames = Enumerable.Range(1, 100_000).Select(i => new { t = i * 60, u = $"{i}.jpg" }) });

        var listing = FrameListing.Parse(json, Address, Rules).Value;

        Assert.Equal(100_000, listing.Frames.Count);
        Assert.Equal((60L, 6_000_000L), (listing.Frames[0].Time.ToUnixTimeSeconds(), listing.Frames[^1].Time.ToUnixTimeSeconds()));
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        Assert.Equal("malformed_json", Parse("{\"frames\":" + new string('[', 100_000) + new string(']', 100_000) + "}").Failure?.Code);
        Assert.Equal("malformed_json", Parse(new string('{', 1_000_000)).Failure?.Code);
    }

    private static Result<FrameListing> Parse(string json) => FrameListing.Parse(Encoding.UTF8.GetBytes(json), Address, Rules);

    [Fact]
    public void A_single_object_is_a_list_of_one() =>
        Assert.Equal("a.jpg", Assert.Single(Parse("""{"frames":{"t":"2026-11-22T08:15:30Z","u":"a.jpg"}}""").Value.Frames).Image.Segments[^1]);

    [Fact]
    public void Local_times_without_a_zone_are_refused_and_the_mend_is_said()
    {
        var failure = Parse("""{"frames":[{"t":"2026-11-22 08:15:30","u":"a.jpg"}]}""").Failure!;
        Assert.Contains("--zone", failure.Mend!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_passes_of_a_repeated_hour_find_their_places_in_either_order(bool newestFirst)
    {
        // Lisbon, 2026-10-25: at 02:00 clocks go back to 01:00; 00:30Z is 01:30 and so is 01:30Z.
        string[] times = ["01:10", "01:30", "01:50", "01:10", "01:30", "01:50", "02:10"];
        var entries = times.Select((time, i) => $$"""{"t":"2026-10-25 {{time}}:00","u":"{{i}}.jpg"}""");
        var json = $$"""{"frames":[{{string.Join(',', newestFirst ? entries.Reverse() : entries)}}]}""";
        var rules = Rules with { Zone = Zone.Parse("Europe/Lisbon").Value, Came = new DateTimeOffset(2026, 10, 25, 2, 11, 0, TimeSpan.Zero) };

        var frames = FrameListing.Parse(Encoding.UTF8.GetBytes(json), Address, rules).Value.Frames;

        Assert.Equal(["00:10", "00:30", "00:50", "01:10", "01:30", "01:50", "02:10"], frames.Select(frame => frame.Time.ToString("HH:mm")));
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"/site/{i}.jpg"), frames.Select(frame => frame.Image.AbsolutePath));
        Assert.Equal(6, frames.Count(frame => frame.Note == LocalTimes.Ambiguous));
    }
}
