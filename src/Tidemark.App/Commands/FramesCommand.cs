using System.CommandLine;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Time;

namespace Tidemark.App.Commands;

internal static class FramesCommand
{
    public static Command Make()
    {
        var source = new Argument<string>("SOURCE") { Description = "The source's name" };
        var from = new Option<string>("--from") { Description = $"Start of the range: {TimeArgument.Forms}", HelpName = "TIME", DefaultValueFactory = _ => "24h" };
        var to = new Option<string>("--to") { Description = "End of the range, not in it", HelpName = "TIME", DefaultValueFactory = _ => "now" };
        var command = new Command("frames", "Lists a source's frames of a time range") { source, from, to };
        command.Runs(async (parsed, client, output, cancellation) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            if (!TimeArgument.Parse("--from", parsed.GetValue(from)!, now).TryGet(out var start, out var failure) || !TimeArgument.Parse("--to", parsed.GetValue(to)!, now).TryGet(out var end, out failure))
            {
                return output.Fail(failure);
            }

            var frames = new List<FrameShape>();
            string? cursor = null;
            do
            {
                var path = $"api/v1/sources/{Uri.EscapeDataString(parsed.GetValue(source)!)}/frames?from={Rfc3339.Format(start)}&to={Rfc3339.Format(end)}&limit=1000{(cursor is null ? "" : $"&cursor={cursor}")}";
                if (!(await client.GetAsync(path, ApiJson.Default.FrameListShape, cancellation)).TryGet(out var page, out failure))
                {
                    return output.Fail(failure);
                }

                frames.AddRange(page.Frames);
                cursor = page.Next;
            }
            while (cursor is not null);

            output.Result(new FrameListShape(frames, null), ApiJson.Default.FrameListShape, words =>
            {
                words.Table(["time", "size", "picture", "name"], frames.Select(frame => (IReadOnlyList<string>)
                    [Rfc3339.Format(frame.Time), Units.Size(frame.Bytes), $"{frame.Width}×{frame.Height}", frame.Name ?? "–"]));
                words.Line($"{frames.Count} frames, {Units.Size(frames.Sum(frame => frame.Bytes))}");
            });
            return ExitCodes.Done;
        });
        return command;
    }
}
