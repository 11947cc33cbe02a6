using Tidemark.Time;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>When recurring timelapses are due, of what, and under which name: design/timelapse.md L12.</summary>
public class TimelapseScheduleTests
{
    [Theory]
    // Each: now, then for which instant it was due last, and for which next, and what is shown then.
    [InlineData(ScheduleEvery.Day, null, "UTC", "2026-11-28T10:00:00Z", "2026-11-28T00:15:00Z", "2026-11-29T00:15:00Z", "2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z", "pier-2026-11-27.mp4")]
    [InlineData(ScheduleEvery.Day, null, "UTC", "2026-11-28T00:14:59Z", "2026-11-27T00:15:00Z", "2026-11-28T00:15:00Z", "2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z", "pier-2026-11-26.mp4")]
    [InlineData(ScheduleEvery.Day, null, "UTC", "2026-11-28T00:15:00Z", "2026-11-28T00:15:00Z", "2026-11-29T00:15:00Z", "2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z", "pier-2026-11-27.mp4")]
    [InlineData(ScheduleEvery.Day, 7, "UTC", "2026-11-28T10:00:00Z", "2026-11-28T00:15:00Z", "2026-11-29T00:15:00Z", "2026-11-21T00:00:00Z", "2026-11-28T00:00:00Z", "pier.mp4")]
    [InlineData(ScheduleEvery.Week, null, "UTC", "2026-11-28T10:00:00Z", "2026-11-23T00:15:00Z", "2026-11-30T00:15:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", "pier-2026-W47.mp4")]
    [InlineData(ScheduleEvery.Week, null, "UTC", "2027-01-05T10:00:00Z", "2027-01-04T00:15:00Z", "2027-01-11T00:15:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z", "pier-2026-W53.mp4")]
    [InlineData(ScheduleEvery.Month, null, "UTC", "2026-03-31T23:59:00Z", "2026-03-01T00:15:00Z", "2026-04-01T00:15:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", "pier-2026-02.mp4")]
    [InlineData(ScheduleEvery.Month, 30, "UTC", "2026-03-31T23:59:00Z", "2026-03-01T00:15:00Z", "2026-04-01T00:15:00Z", "2026-01-30T00:00:00Z", "2026-03-01T00:00:00Z", "pier.mp4")]
    // The day of 25 hours and that of 23, and one whose midnight is skipped.
    [InlineData(ScheduleEvery.Day, null, "Europe/Lisbon", "2026-10-26T09:00:00Z", "2026-10-26T00:15:00Z", "2026-10-27T00:15:00Z", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", "pier-2026-10-25.mp4")]
    [InlineData(ScheduleEvery.Day, null, "Europe/Lisbon", "2026-03-29T23:30:00Z", "2026-03-29T23:15:00Z", "2026-03-30T23:15:00Z", "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z", "pier-2026-03-29.mp4")]
    [InlineData(ScheduleEvery.Day, null, "America/Asuncion", "2023-10-01T12:00:00Z", "2023-10-01T04:15:00Z", "2023-10-02T03:15:00Z", "2023-09-30T04:00:00Z", "2023-10-01T04:00:00Z", "pier-2023-09-30.mp4")]
    public void What_is_due_follows_the_calendar_of_its_zone(ScheduleEvery every, int? days, string zone, string now, string due, string next, string from, string to, string file)
    {
        var schedule = Schedule(every, days, zone);
        var found = schedule.Due(Instant(now));

        Assert.Equal((due, next), (Text(found.Start), Text(found.End)));
        Assert.Equal((from, to), (Text(schedule.At(found.Start).From), Text(schedule.At(found.Start).To)));
        Assert.Equal(file, schedule.FileName(found.Start));
    }

    [Fact]
    public void One_follows_the_other_without_gap_in_every_zone()
    {
        foreach (var zone in (string[])["Europe/Lisbon", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tehran"])
        {
            foreach (var every in Enum.GetValues<ScheduleEvery>())
            {
                var schedule = Schedule(every, null, zone);
                var due = schedule.Due(Instant("2011-01-01T00:00:00Z"));
                while (due.Start < Instant("2013-01-01T00:00:00Z"))
                {
                    var next = schedule.Due(due.End);
                    Assert.Equal(due.End, next.Start);
                    Assert.Equal(schedule.Shown(due.Start).End, schedule.Shown(next.Start).Start);
                    Assert.Equal(due, schedule.Due(due.End.AddTicks(-1)));
                    due = next;
                }
            }
        }
    }

    [Fact]
    public void Every_fault_is_named_with_its_field()
    {
        var faults = (Schedule(ScheduleEvery.Day, 0, "Mars/Olympus") with { Name = "../etc" }).Check();

        Assert.Equal(["name", "days", "zone"], faults.Select(fault => fault.Field));
        Assert.Empty(Schedule(ScheduleEvery.Day, 3660, "Europe/Lisbon").Check());
    }

    private static TimelapseSchedule Schedule(ScheduleEvery every, int? days, string zone) =>
        new("pier", every, days, zone, null, false, new TimelapseRequest(["pier"], default, default, TimelapseLayout.Single, 24, null, null), default);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text);

    private static string Text(DateTimeOffset instant) => Rfc3339.Format(instant).Replace(".000Z", "Z", StringComparison.Ordinal);
}
