using Tidemark.Capture;

namespace Tidemark.Tests.Capture;

public sealed class SlotHourTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("""[[2],[40,"unchanged"],[1,"ok",null,1],[17,"failed","stalled"]]""")]
    [InlineData("""[[3600,"missed","overrun"]]""")]
    public void Text_comes_back_as_it_was(string text) => Assert.Equal(text, SlotHour.Parse(text).ToText());

    [Fact]
    public void The_first_that_is_said_of_a_slot_stays()
    {
        var hour = SlotHour.Parse("[]");
        Assert.True(hour.Set(3, new SlotEnd(Outcome.Ok, null, 2)));
        Assert.False(hour.Set(3, new SlotEnd(Outcome.Failed, "stalled", 0)));
        Assert.True(hour.Set(1, new SlotEnd(Outcome.Ok, null, 2)));

        Assert.Equal("""[[1],[1,"ok",null,2],[1],[1,"ok",null,2]]""", hour.ToText());
        Assert.Null(hour[0]);
        Assert.Null(hour[100]);
    }

    [Theory]
    [InlineData(1, 3600)]
    [InlineData(7, 515)]
    [InlineData(60, 60)]
    [InlineData(700, 6)]
    [InlineData(7000, 1)]
    public void No_two_slots_of_an_hour_have_the_same_place_whatever_the_interval(int everySeconds, int most)
    {
        var every = TimeSpan.FromSeconds(everySeconds);
        foreach (var hours in Enumerable.Range(0, 50))
        {
            var hour = CaptureRig.Start.AddHours(hours);
            var range = new Tidemark.Time.TimeRange(SlotHour.Of(hour), SlotHour.Of(hour).AddHours(1));
            var places = new Tidemark.Time.Schedule(every, TimeSpan.FromMilliseconds(everySeconds * 370)).Slots(range).Select(slot => SlotHour.PlaceOf(slot, every)).ToList();

            Assert.Equal(Enumerable.Range(0, places.Count), places);
            Assert.InRange(places.Count, 0, most);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""[[1,"splendid"]]""")]
    public void What_is_no_such_text_is_an_error(string text) => Assert.ThrowsAny<Exception>(() => SlotHour.Parse(text));
}
