using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary>
/// <c>tidemark archive seal|copy|verify|check</c>. Where a node runs it does the work, since the database is its own; where
/// none does, the command takes the data folder and does the same.
/// </summary>
internal static class ArchiveWorkCommand
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    // People read so many; programs get all of them with --json.
    private const int MostSaid = 100;

    public static Command Seal() => Make("seal", "Seals now what is over: sums, manifest, one row a day; the node does it by itself after each midnight UTC", offline: false);

    public static Command Copy()
    {
        var anew = new Option<bool>("--new") { Description = "Whatever was the second copy before, from now on it is what lies at 'archive.copy' now" };
        return Make("copy", "Brings the second copy ('archive.copy') up to date: each day's files are copied, read back from the disk and compared", offline: true, anew: anew);
    }

    public static Command Verify() => Make("verify", "Reads every file, in the archive and in the second copy, holds it against its sum, and mends each from the other; what was damaged is kept under damaged/", offline: true);

    public static Command Check()
    {
        var repair = new Option<bool>("--repair") { Description = "Mend what can be mended: rows of files that have none, seals that were cut off, sums, totals" };
        return Make("check", "Holds rows, files, manifests, sums, copies and totals against each other, and names every disagreement; reads no frame, changes nothing", offline: true, repair: repair);
    }

    private static Command Make(string kind, string about, bool offline, Option<bool>? repair = null, Option<bool>? anew = null)
    {
        var source = new Option<string?>("--source") { Description = "Only this one", HelpName = "ID" };
        var from = new Option<string?>("--from") { Description = $"First day: {TimeArgument.Forms}", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "End of the range of days, not in it", HelpName = "TIME" };
        var command = new Command(kind, about) { source, from, to };
        foreach (var option in ((Option?[])[repair, anew]).OfType<Option>())
        {
            command.Options.Add(option);
        }

        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var (start, end) = (default(DateTimeOffset?), default(DateTimeOffset?));
            foreach (var (option, text) in ((string, string?)[])[("--from", parsed.GetValue(from)), ("--to", parsed.GetValue(to))])
            {
                if (text is null)
                {
                    continue;
                }

                if (!TimeArgument.Parse(option, text, now).TryGet(out var instant, out var bad))
                {
                    return output.Fail(bad);
                }

                // Days are what there is: the one that an instant lies in.
                if (option == "--from")
                {
                    start = TimeRange.Day(instant).Start;
                }
                else
                {
                    end = instant;
                }
            }

            var request = new ArchiveWorkRequest(kind, parsed.GetValue(source), start, end, repair is not null && parsed.GetValue(repair), anew is not null && parsed.GetValue(anew));
            var begun = await client.PostAsync("api/v1/archive/work", NodeClient.Body(request, ApiJson.Default.ArchiveWorkRequest), ApiJson.Default.ArchiveWorkShape, cancellation);
            if (begun.TryGet(out var work, out var failure))
            {
                return await FollowAsync(work, client, output, cancellation);
            }

            return failure.Code == "no_node" && offline && GlobalOptions.ReadConfig(parsed).Config is { } config ? await AloneAsync(request, config, output, cancellation) : output.Fail(failure);
        });
        return command;
    }

    private static async Task<int> FollowAsync(ArchiveWorkShape work, NodeClient client, Output output, CancellationToken cancellation)
    {
        var path = $"api/v1/archive/work/{work.Id}";
        using (var bar = new ProgressBar(work.Kind))
        {
            while (work.State == "running")
            {
                try
                {
                    await Task.Delay(Glance, TimeProvider.System, cancellation);
                }
                catch (OperationCanceledException)
                {
                    bar.Clear();
                    await client.DeleteAsync(path, CancellationToken.None);
                    output.Note("tidemark: it was called off. What is done stays; run it again to go on.");
                    return ExitCodes.Interrupted;
                }

                if (!(await client.GetAsync(path, ApiJson.Default.ArchiveWorkShape, CancellationToken.None)).TryGet(out var next, out var failure))
                {
                    return output.Fail(failure);
                }

                work = next;
                Show(bar, work);
            }
        }

        return Say(work, output);
    }

    private static async Task<int> AloneAsync(ArchiveWorkRequest request, NodeConfig config, Output output, CancellationToken cancellation)
    {
        if (!(await OfflineArchive.OpenAsync(config, cancellation)).TryGet(out var archive, out var failure))
        {
            return output.Fail(failure);
        }

        await using (archive)
        {
            await using var works = new ArchiveWorks(archive.Work, TimeProvider.System);
            var state = works.Start(request).Value;
            using (var bar = new ProgressBar(request.Kind))
            {
                while (state.EndedAt is null)
                {
                    await Task.Delay(Glance, TimeProvider.System, cancellation);
                    state = works.Find(state.Id).Value;
                    Show(bar, ArchiveWorkShape.Of(state, TimeProvider.System.GetUtcNow()));
                }
            }

            return Say(ArchiveWorkShape.Of(state, TimeProvider.System.GetUtcNow()), output);
        }
    }

    private static void Show(ProgressBar bar, ArchiveWorkShape work)
    {
        if (work.State == "running")
        {
            var count = work.AllBytes > 0 ? $"{Units.Size(work.Bytes)}/{Units.Size(work.AllBytes)}" : work.AllFiles > 0 ? $"{work.Files}/{work.AllFiles}" : $"{work.Files}";
            bar.Show(work.Stage, work.Fraction, $"{count}{(work.Found > 0 ? $", {work.Found} found" : "")}", work.SecondsLeft);
        }
    }

    private static int Say(ArchiveWorkShape work, Output output)
    {
        output.Result(work, ApiJson.Default.ArchiveWorkShape, words =>
        {
            foreach (var finding in work.Findings.Take(MostSaid))
            {
                words.Line($"{(finding.Mended ? "mended" : "      ")}  {finding.Message} ({finding.Code})");
            }

            if (work.Found > MostSaid)
            {
                words.Line($"        … and {work.Found - MostSaid} more; --json names them.");
            }

            words.Line(work.Kind switch
            {
                "seal" => $"{work.Days} days sealed.",
                "copy" => $"{work.Days} days copied and read back, {Units.Size(work.Bytes)}.",
                "verify" => $"{work.Files} files of {work.Days} days read, {Units.Size(work.Bytes)}. {Sum(work)}",
                _ => Sum(work),
            });
        });
        if (work.Failure is { } failure)
        {
            return output.Fail(new Failure(Enum.TryParse<FailureKind>(failure.Kind, ignoreCase: true, out var kind) ? kind : FailureKind.Infrastructure, failure.Code, failure.Message, failure.Mend));
        }

        return work.Found > work.Mended ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static string Sum(ArchiveWorkShape work) => work.Found == 0 ? "All is right." : $"{work.Found} found, {work.Mended} mended.";
}
