using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary>
/// <c>tidemark archive import</c>. The running node does it: capture goes on meanwhile, and the database stays one process's.
/// </summary>
internal static class ArchiveImportCommand
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    // People read so many; programs get all of them with --json.
    private const int MostSaid = 50;

    public static Command Make()
    {
        var folder = new Argument<string>("FOLDER") { Description = "The tree, on the node's machine; it is only read" };
        var source = new Option<string>("--source") { Description = "The source that its frames become frames of", HelpName = "ID", Required = true };
        var pattern = new Option<string?>("--pattern") { Description = $"How names say their time; default: the one that most names fit. {string.Join(", ", Capture.ImportPattern.All.Select(one => $"{one.Id} ({one.Example})"))}", HelpName = "PATTERN" };
        var zone = new Option<string?>("--zone") { Description = "The zone of local times, where names do not say it: UTC, Europe/Lisbon …", HelpName = "ZONE" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Read and judge everything, and write nothing" };
        var link = new Option<bool>("--link") { Description = "Hard links instead of copies, where both lie on one file system: no space is taken, but whoever changes an original changes the archive" };
        var copy = new Option<bool>("--copy") { Description = "Copies (the default)" };
        var command = new Command("import", "Takes an existing tree of frames into the archive; what is there already is passed over, so it may be run again") { folder, source, pattern, zone, dryRun, copy, link };
        command.Validators.Add(result =>
        {
            if (result.GetValue(copy) && result.GetValue(link))
            {
                result.AddError("--copy and --link exclude each other.");
            }
        });
        command.Runs((parsed, client, output, cancellation) => RunAsync(
            new ImportRequestShape(Path.GetFullPath(parsed.GetValue(folder)!), parsed.GetValue(source)!, parsed.GetValue(pattern), parsed.GetValue(zone), parsed.GetValue(link), parsed.GetValue(dryRun)),
            client, output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ImportRequestShape request, NodeClient client, Output output, CancellationToken cancellation)
    {
        if (!(await client.PostAsync("api/v1/archive/imports", NodeClient.Body(request, ApiJson.Default.ImportRequestShape), ApiJson.Default.ImportShape, cancellation)).TryGet(out var import, out var failure))
        {
            return output.Fail(failure);
        }

        var path = $"api/v1/archive/imports/{import.Id}";
        using (var bar = new ProgressBar("import"))
        {
            while (import.State == "running")
            {
                try
                {
                    await Task.Delay(Glance, TimeProvider.System, cancellation);
                    if (!(await client.GetAsync(path, ApiJson.Default.ImportShape, cancellation)).TryGet(out import, out failure))
                    {
                        return output.Fail(failure);
                    }
                }
                catch (OperationCanceledException)
                {
                    bar.Clear();
                    await client.DeleteAsync(path, CancellationToken.None);
                    output.Note("tidemark: the import was called off. What it has imported stays; run it again to go on.");
                    return ExitCodes.Interrupted;
                }

                bar.Show(import.Files == 0 ? "looking" : request.DryRun ? "judging" : "importing", import.Bytes == 0 ? 0 : (double)import.DoneBytes / import.Bytes, $"{import.Done}/{import.Files} files", import.SecondsLeft);
            }
        }

        output.Result(import, ApiJson.Default.ImportShape, words => Say(import, words));
        return import.Failure is { } ended
            ? output.Fail(new Failure(KindOf(ended), ended.Code, ended.Message, ended.Mend))
            : import.Report!.LeftCount > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static FailureKind KindOf(FailureShape failure) => Enum.TryParse<FailureKind>(failure.Kind, ignoreCase: true, out var kind) ? kind : FailureKind.Infrastructure;

    private static void Say(ImportShape import, Output words)
    {
        if (import.Report is not { } report)
        {
            return;
        }

        foreach (var share in report.Shares)
        {
            words.Line($"{(share.Pattern == report.Pattern ? "→" : " ")} {share.Pattern,-13} {share.Files * 100.0 / Math.Max(1, report.Files),4:0.#} % of the names  ({share.Example})");
        }

        foreach (var one in report.Left.Take(MostSaid))
        {
            words.Line($"left  {one.File}: {one.Message} ({one.Code})");
        }

        if (report.LeftCount > MostSaid)
        {
            words.Line($"left  … and {report.LeftCount - MostSaid} more; --json names them.");
        }

        foreach (var note in report.Notes)
        {
            words.Line(note);
        }

        var when = report is { First: { } first, Last: { } last } ? $", {Rfc3339.Format(first)} to {Rfc3339.Format(last)}" : "";
        words.Line($"{report.Imported} frames ({Units.Size(report.ImportedBytes)}) {(import.DryRun ? "would be imported" : "imported")}{when}; {report.Crops} crops; {report.Skipped} there already; {report.LeftCount} left.");
    }
}
