using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark quarantine</c>: what came in and cannot be used.</summary>
internal static class QuarantineCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "SOURCE/FILE as the list names it" };

    public static Command Make() => new("quarantine", "What came in and cannot be used: listed, shown, saved") { List(), Show(), Save() };

    private static Command List()
    {
        var source = new Argument<string?>("SOURCE") { Description = "Of this source only", Arity = ArgumentArity.ZeroOrOne };
        var limit = Parsing.Whole("--limit", "How many at most, the newest", 100);
        var command = new Command("list", "Lists what is in quarantine, newest first") { source, limit };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var (entries, most) = (new List<QuarantineShape>(), parsed.GetValue(limit));
            if (most < 1)
            {
                return output.Fail(new Failure(FailureKind.BadInput, "limit", $"--limit {most} is out of range.", "Use 1 or more."));
            }

            QuarantineListShape? page = null;
            do
            {
                var path = $"api/v1/quarantine?limit={Math.Min(1000, most - entries.Count)}{(parsed.GetValue(source) is { } id ? $"&source={Uri.EscapeDataString(id)}" : "")}{(page?.Next is { } next ? $"&cursor={Uri.EscapeDataString(next)}" : "")}";
                if (!(await client.GetAsync(path, ApiJson.Default.QuarantineListShape, cancellation)).TryGet(out page, out var failure))
                {
                    return output.Fail(failure);
                }

                entries.AddRange(page.Entries);
            }
            while (page.Next is not null && entries.Count < most);

            output.Result(new QuarantineListShape(entries, page.Next, page.Counts), ApiJson.Default.QuarantineListShape, words =>
            {
                if (entries.Count == 0)
                {
                    words.Line("Nothing is in quarantine.");
                    return;
                }

                words.Table(["file", "received", "size", "why"], entries.Select(entry => (IReadOnlyList<string>)
                    [$"{entry.Source}/{entry.File}", Rfc3339.Format(entry.ReceivedAt), Units.Size(entry.Bytes), entry.Message]));
                words.Line($"{entries.Count} of {(parsed.GetValue(source) is { } id ? page.Counts.GetValueOrDefault(id) : page.Counts.Values.Sum())}");
            });
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "Says of something in quarantine where it came from, when and why") { File };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (!(await FindAsync(parsed, client, cancellation)).TryGet(out var entry, out var failure))
            {
                return output.Fail(failure);
            }

            output.Result(entry, ApiJson.Default.QuarantineShape, words =>
            {
                words.Line($"{entry.Source}/{entry.File}  {Units.Size(entry.Bytes)}");
                words.Line($"  why       {entry.Message} ({entry.Code})");
                words.Line($"  from      {entry.Origin ?? "the upload folder"}");
                words.Line($"  received  {Rfc3339.Format(entry.ReceivedAt)}{(entry.Time is { } at ? $", to be the frame of {Rfc3339.Format(at)}" : "")}");
                words.Line($"  sha256    {entry.Sha256}");
            });
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Save()
    {
        var target = new Option<string>("-o", "--output") { Description = "File to write; it must not be there yet", HelpName = "PATH", Required = true };
        var command = new Command("save", "Saves the bytes of something in quarantine, as they came") { File, target };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            if (!(await FindAsync(parsed, client, cancellation)).TryGet(out var entry, out var failure))
            {
                return output.Fail(failure);
            }

            var path = Path.GetFullPath(parsed.GetValue(target)!);
            var (made, whole) = (false, false);
            try
            {
                await using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
                {
                    made = true;
                    if (await client.DownloadAsync(entry.Url[1..], stream, cancellation) is { } lost)
                    {
                        return output.Fail(lost);
                    }
                }

                whole = true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return output.Fail(DiskFailures.Map(error, path));
            }
            finally
            {
                if (made && !whole)
                {
                    System.IO.File.Delete(path);
                }
            }

            output.Result(entry, ApiJson.Default.QuarantineShape, words => words.Line($"{path}  {Units.Size(entry.Bytes)}. It is not what it says it is: {entry.Message}"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<Result<QuarantineShape>> FindAsync(ParseResult parsed, NodeClient client, CancellationToken cancellation) =>
        parsed.GetValue(File)!.Split('/') is [var source, var file]
            ? await client.GetAsync($"api/v1/quarantine/{Uri.EscapeDataString(source)}/{Uri.EscapeDataString(file)}", ApiJson.Default.QuarantineShape, cancellation)
            : new Failure(FailureKind.BadInput, "quarantine_file", $"'{parsed.GetValue(File)}' names nothing in quarantine.", "Write SOURCE/FILE as 'tidemark quarantine list' does.");
}
