using System.Net;
using System.Net.Sockets;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Media;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>One step of a test of a source.</summary>
/// <param name="Step"><c>name</c>, <c>connection</c>, <c>answer</c> or <c>image</c>.</param>
/// <param name="Message">What was found, or what went wrong.</param>
/// <param name="Mend">What to do; null where the step went well.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record SourceTestStep(string Step, bool Ok, string Message, string? Mend, double Milliseconds);

/// <summary>Tries a source step by step and stops at the first that fails. Archives nothing.</summary>
public sealed class SourceTest(FrameIndexFeed feed, TimeProvider time)
{
    // All four must fit into the ten seconds that every answer is bound to.
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(9);

    public async Task<IReadOnlyList<SourceTestStep>> RunAsync(SourceConfig config, CancellationToken cancellation)
    {
        var uri = new Uri(config.Url);
        var rules = new AddressRules(config);
        using var client = new OutsideClient(rules, time, Stall);
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var steps = new List<SourceTestStep>();
        var addresses = Array.Empty<IPAddress>();
        FrameListing? listing = null;

        _ = await StepAsync(steps, "name", async () =>
            {
                var found = await Dns.GetHostAddressesAsync(uri.IdnHost, either.Token);
                addresses = [.. found.Where(ip => rules.CheckMachine(uri.IdnHost, ip) is null)];
                if (addresses.Length == 0)
                {
                    return found.Select(ip => rules.CheckMachine(uri.IdnHost, ip)).FirstOrDefault(refused => refused is not null)
                        ?? new Failure(FailureKind.Unreachable, "name_unknown", $"'{uri.IdnHost}' has no address.", "Check the address.");
                }

                return $"{uri.IdnHost} is {string.Join(", ", addresses.Select(ip => ip.ToString()))}";
            }, uri, cancellation)
            && await StepAsync(steps, "connection", async () =>
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(addresses, uri.Port, either.Token);
                var machine = (IPEndPoint)socket.RemoteEndPoint!;
                return $"connected to {new IPEndPoint(machine.Address.IsIPv4MappedToIPv6 ? machine.Address.MapToIPv4() : machine.Address, machine.Port)}";
            }, uri, cancellation)
            && await StepAsync(steps, "answer", async () =>
            {
                if (!(await FrameIndexFeed.ListAsync(config, client, time, either.Token)).TryGet(out listing, out var failure))
                {
                    return failure;
                }

                return listing.Frames.Count == 0
                    ? new Failure(FailureKind.BadInput, "empty_list", $"The list at '{config.Index!.List}' is empty.", "Try again when the camera has taken a picture.")
                    : Describe(listing);
            }, uri, cancellation)
            && await StepAsync(steps, "image", () => LookAsync(listing!.Frames[^1], client, either.Token), uri, cancellation);
        return steps;
    }

    private static string Describe(FrameListing listing)
    {
        var newest = listing.Frames[^1];
        var unusable = listing.Unusable > 0 ? $"; {listing.Unusable} entries are unusable: {listing.FirstFault}" : "";
        return $"{listing.Frames.Count} frames listed, newest {Rfc3339.Format(newest.Time)}{(newest.Name is null ? "" : $" ({newest.Name})")}{unusable}";
    }

    private async Task<Result<string>> LookAsync(ListedFrame frame, OutsideClient client, CancellationToken cancellation)
    {
        if (!(await feed.DownloadAsync(frame.Image, client, cancellation)).TryGet(out var path, out var failure))
        {
            return failure;
        }

        try
        {
            var content = await File.ReadAllBytesAsync(path, cancellation);
            return Jpeg.Inspect(content).TryGet(out var facts, out failure)
                ? $"{facts.Width}×{facts.Height} JPEG, {content.Length / 1024.0:0} KiB, from {frame.Image.Shown()}"
                : failure with { Message = $"{frame.Image.Shown()}: {failure.Message}", Mend = failure.Mend ?? "The fault is in the picture; open its address in a browser to see." };
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<bool> StepAsync(List<SourceTestStep> steps, string step, Func<Task<Result<string>>> body, Uri uri, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        Result<string> result;
        try
        {
            result = await body();
        }
        catch (SocketException error)
        {
            result = HttpFailures.Broken(error, uri);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            result = new Failure(FailureKind.Stalled, "stalled", $"It took longer than {Limit.TotalSeconds:0} s in all.", "Try again; if it stays so, the source is too slow or hangs.");
        }

        var took = Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1);
        var ok = result.TryGet(out var message, out var failure);
        steps.Add(new SourceTestStep(step, ok, message ?? failure!.Message, failure?.Mend, took));
        return ok;
    }
}
