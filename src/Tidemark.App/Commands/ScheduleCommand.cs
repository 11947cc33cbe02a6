using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark schedule</c>: timelapses that are made again and again.</summary>
internal static class ScheduleCommand
{
    private const string Path = "api/v1/timelapse-schedules";

    private static readonly Argument<string> Name = new("NAME") { Description = "What it is called, 1 to 63 of a-z, 0-9 and '-'; files are named by it" };

    public static Command Make() => new("schedule", "Timelapses that are made every day, week or month: set, list, run, pause, resume, remove")
    {
        Set(), List(), Run(), Pause("pause", "Makes none by itself until it is resumed", paused: true), Pause("resume", "Goes on with a paused one", paused: false), Remove(),
    };

    private static Command Set()
    {
        var every = new Option<string>("--each") { Description = "day, week (from Monday) or month: made when one has ended", HelpName = "PERIOD", DefaultValueFactory = _ => "day" };
        var last = new Option<string?>("--last") { Description = "Keep the last days current instead, each video in place of the one before: 7d", HelpName = "DAYS" };
        var zone = new Option<string?>("--zone") { Description = "Whose midnight it is (IANA name); default: the first source's zone, else UTC", HelpName = "ZONE" };
        var folder = new Option<string?>("--folder") { Description = "Put the video into this folder of the node too; it must be among 'timelapse.folders'", HelpName = "FOLDER" };
        var command = new Command("set", "Makes a recurring timelapse, or changes the one of that name") { Name, TimelapseOptions.Sources, every, last, zone, folder };
        TimelapseOptions.Look.ForEach(command.Options.Add);
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var text = parsed.GetValue(last);
            if (!Days(text, out var days))
            {
                return output.Fail(new Failure(FailureKind.BadInput, "last", $"--last {text} is no number of days.", "Write it like 7d."));
            }

            if (!(await TimelapseOptions.LookAsync(parsed, "mp4", client, cancellation)).TryGet(out var look, out var failure))
            {
                return output.Fail(failure);
            }

            return await PutAsync(parsed.GetValue(Name)!, new ScheduleRequest(parsed.GetValue(every)!, look, days, parsed.GetValue(zone), parsed.GetValue(folder)), client, output, cancellation);
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists recurring timelapses, with the newest of each");
        command.Runs(async (_, client, output, cancellation) =>
        {
            if (!(await client.GetAsync(Path, ApiJson.Default.ScheduleListShape, cancellation)).TryGet(out var list, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(list, ApiJson.Default.ScheduleListShape, words =>
            {
                if (list.Schedules.Count == 0)
                {
                    words.Line("There are none. Make one: tidemark schedule set beach-week beach --each week");
                    return;
                }

                words.Table(["name", "of", "what", "next", "newest"], list.Schedules.Select(schedule => (IReadOnlyList<string>)
                    [schedule.Name, string.Join(", ", schedule.Timelapse.Sources), What(schedule), schedule.NextAt is { } next ? Rfc3339.Format(next) : "paused", Newest(schedule)]));
            });
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Run()
    {
        var command = new Command("run", "Makes the latest now, whether or not it was made before") { Name };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (!(await client.PostAsync($"{Path}/{Escaped(parsed)}/run", null, ApiJson.Default.TimelapseShape, cancellation)).TryGet(out var run, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(run, ApiJson.Default.TimelapseShape, words => words.Line($"It is being made: tidemark job watch {run.Id}"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Pause(string verb, string about, bool paused)
    {
        var command = new Command(verb, about) { Name };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (!(await client.GetAsync($"{Path}/{Escaped(parsed)}", ApiJson.Default.ScheduleShape, cancellation)).TryGet(out var now, out var failure))
            {
                return output.Fail(failure);
            }

            return await PutAsync(now.Name, new ScheduleRequest(now.Every, now.Timelapse, now.Days, now.Zone, now.Folder, paused), client, output, cancellation);
        });
        return command;
    }

    private static Command Remove()
    {
        var command = new Command("remove", "Makes no more of it; what was made stays") { Name };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (await client.DeleteAsync($"{Path}/{Escaped(parsed)}", cancellation) is { } failure)
            {
                return output.Fail(failure);
            }

            output.Result(new RemovedShape(parsed.GetValue(Name)!), ApiJson.Default.RemovedShape, words => words.Line("No more of it is made; what was made stays."));
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<int> PutAsync(string name, ScheduleRequest request, NodeClient client, Output output, CancellationToken cancellation)
    {
        if (!(await client.PutAsync($"{Path}/{Uri.EscapeDataString(name)}", NodeClient.Body(request, ApiJson.Default.ScheduleRequest), ApiJson.Default.ScheduleShape, cancellation)).TryGet(out var schedule, out var failure))
        {
            return output.Fail(failure);
        }

        output.Result(schedule, ApiJson.Default.ScheduleShape, words => words.Line(schedule.NextAt is { } next
            ? $"{schedule.Name}: {What(schedule)}, next at {Rfc3339.Format(next)}. To make the latest now: tidemark schedule run {schedule.Name}"
            : $"{schedule.Name} is paused. To go on: tidemark schedule resume {schedule.Name}"));
        return ExitCodes.Done;
    }

    private static string What(ScheduleShape schedule) =>
        (schedule.Days is { } days ? $"the last {days} day{(days == 1 ? "" : "s")}, every {schedule.Every}" : $"each {schedule.Every}") + $" in {schedule.Zone}" + (schedule.Folder is { } folder ? $", into {folder}" : "");

    private static string Newest(ScheduleShape schedule) => schedule.Last is not { } last ? "none yet" : $"{last.State} {Rfc3339.Format(last.EndedAt ?? last.CreatedAt)}";

    private static bool Days(string? text, out int? days)
    {
        days = null;
        if (text is null)
        {
            return true;
        }

        if (!Units.TryParseDuration(text, out var span) || span.Ticks % TimeSpan.TicksPerDay != 0)
        {
            return false;
        }

        days = (int)span.TotalDays;
        return true;
    }

    private static string Escaped(ParseResult parsed) => Uri.EscapeDataString(parsed.GetValue(Name)!);
}
