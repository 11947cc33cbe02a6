using System.Net;
using System.Net.Sockets;
using Tidemark.Archive;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Media;
using Tidemark.Sources;
using Tidemark.Time;

namespace Tidemark.Capture;

/// <summary>One step of a test of a source.</summary>
/// <param name="Step"><c>name</c>, <c>connection</c>, <c>answer</c>, <c>image</c>; of a folder <c>folder</c>, <c>answer</c>, <c>image</c>.</param>
/// <param name="Message">What was found, or what went wrong.</param>
/// <param name="Mend">What to do; null where the step went well.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record SourceTestStep(string Step, bool Ok, string Message, string? Mend, double Milliseconds);

/// <summary>Tries a source step by step and stops at the first that fails. Archives nothing, and puts nothing into quarantine.</summary>
public sealed class SourceTest(DataFolder folder, CaptureOptions options, TimeProvider time)
{
    // All four must fit into the ten seconds that every answer is bound to.
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(9);

    /// <param name="pins">What its devices showed when they were first met; null: it was never met.</param>
    public async Task<IReadOnlyList<SourceTestStep>> RunAsync(SourceConfig config, CertificatePins? pins, CancellationToken cancellation)
    {
        using var client = new OutsideClient(new AddressRules(config), time, Stall, pins ?? new CertificatePins("", null, null, time));
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var run = new Run(config, client, time, either.Token, cancellation);
        _ = config.Kind switch
        {
            SourceKind.FrameFolder => await FolderAsync(run),
            SourceKind.FrameSnapshot => await ReachesAsync(run) && await SnapshotAsync(run),
            _ => await ReachesAsync(run) && await IndexAsync(run),
        };
        return run.Steps;
    }

    private static async Task<bool> ReachesAsync(Run run)
    {
        var (uri, rules) = (run.Address, new AddressRules(run.Config));
        var addresses = Array.Empty<IPAddress>();
        return await run.StepAsync("name", async () =>
            {
                var found = await NameLookups.OfThisMachine.AddressesAsync(uri.IdnHost, run.Cancellation);
                addresses = [.. found.Where(ip => rules.CheckMachine(uri.IdnHost, ip) is null)];
                return addresses.Length > 0 ? $"{uri.IdnHost} is {string.Join(", ", addresses.Select(ip => ip.ToString()))}"
                    : found.Select(ip => rules.CheckMachine(uri.IdnHost, ip)).FirstOrDefault(refused => refused is not null)
                        ?? new Failure(FailureKind.Unreachable, "name_unknown", $"'{uri.IdnHost}' has no address.", "Check the address.");
            })
            && await run.StepAsync("connection", async () =>
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(addresses, uri.Port, run.Cancellation);
                var machine = (IPEndPoint)socket.RemoteEndPoint!;
                return $"connected to {new IPEndPoint(machine.Address.IsIPv4MappedToIPv6 ? machine.Address.MapToIPv4() : machine.Address, machine.Port)}";
            });
    }

    private async Task<bool> IndexAsync(Run run)
    {
        FrameListing? listing = null;
        return await run.StepAsync("answer", async () =>
            {
                if (!(await FrameIndexFeed.ListAsync(run.Config, run.Client, time, run.Cancellation)).TryGet(out var read, out var failure))
                {
                    return failure;
                }

                listing = read.Listing;
                return listing.Frames.Count == 0
                    ? new Failure(FailureKind.BadInput, "empty_list", $"The list at '{run.Config.Index!.List}' is empty.", "Try again when the camera has taken a picture.")
                    : Describe(listing) + Clock(read.Head);
            })
            && await run.StepAsync("image", async () => (await DownloadAsync(listing!.Frames[^1].Image, run)).TryGet(out var picture, out var failure) ? Describe(picture.Content, listing.Frames[^1].Image.Shown()) : failure);
    }

    private async Task<bool> SnapshotAsync(Run run)
    {
        byte[] content = [];
        return await run.StepAsync("answer", async () =>
            {
                if (!(await DownloadAsync(run.Address, run)).TryGet(out var picture, out var failure)
                    || !FrameSnapshotFeed.InstantOf(picture.Head, run.Config.TimeFrom ?? SnapshotTime.Auto, null).TryGet(out var at, out failure))
                {
                    return failure;
                }

                content = picture.Content;
                var (tag, modified) = picture.Head.Validators;
                var again = tag is null && modified is null ? "it says nothing by which a repeat is known; bytes are compared" : $"it is asked again by {(tag is null ? "" : "ETag")}{(tag is null || modified is null ? "" : " and ")}{(modified is null ? "" : "Last-Modified")}";
                return $"its time would be {Rfc3339.Format(at.Instant)} ({at.Note}); {again}{Clock(picture.Head)}";
            })
            && await run.StepAsync("image", () => Task.FromResult(Describe(content, run.Address.Shown())));
    }

    private static async Task<bool> FolderAsync(Run run)
    {
        List<UploadedFile> files = [];
        var (path, newest) = (run.Config.Folder!, (UploadedFile?)null);
        return await run.StepAsync("folder", () => Task.FromResult<Result<string>>(Directory.Exists(path)
                ? $"{path} is there"
                : new Failure(FailureKind.Infrastructure, "folder_missing", $"The folder {path} is not there.", "Make it, or mount what it lies on.")))
            && await run.StepAsync("answer", () =>
            {
                files = UploadedFile.In(path);
                newest = files.Where(file => file.Taken(run.Config) is { Failure: null }).MaxBy(file => file.Taken(run.Config)!.Value.Value.Instant);
                return Task.FromResult<Result<string>>(
                    newest is not null ? $"{files.Count} pictures, newest '{newest.Shown}' of {Rfc3339.Format(newest.Taken(run.Config)!.Value.Value.Instant)}"
                    : files.Select(file => file.Taken(run.Config)?.Failure).FirstOrDefault(failure => failure is not null)
                        ?? new Failure(FailureKind.BadInput, "empty_folder", files.Count == 0 ? $"{path} has no pictures (*.jpg) in it." : $"None of the {files.Count} pictures in {path} has a name like {run.Config.NamePattern}.", "Try again when the camera has uploaded a picture; or correct --name-pattern."));
            })
            && await run.StepAsync("image", async () =>
            {
                using var content = new MemoryStream();
                await using var stream = newest!.Open();
                await stream.CopyToAsync(content, run.Cancellation);
                return Describe(content.ToArray(), newest.Shown);
            });
    }

    private static string Describe(FrameListing listing)
    {
        var newest = listing.Frames[^1];
        var unusable = listing.Unusable > 0 ? $"; {listing.Unusable} entries are unusable: {listing.FirstFault}" : "";
        return $"{listing.Frames.Count} frames listed, newest {Rfc3339.Format(newest.Time)}{(newest.Name is null ? "" : $" ({newest.Name})")}{unusable}";
    }

    private static Result<string> Describe(byte[] content, string from) => Jpeg.Inspect(content).TryGet(out var facts, out var failure)
        ? $"{facts.Width}×{facts.Height} JPEG, {content.Length / 1024.0:0} KiB, from {from}"
        : failure with { Message = $"{from}: {failure.Message}", Mend = failure.Mend ?? "The fault is in the picture; open its address in a browser to see." };

    private static string Clock(OutsideAnswer head) =>
        head.ClockAhead.Duration() > OutsideAnswer.ClockTolerance ? $"; its clock is {head.ClockAhead.Duration().TotalSeconds:0} s {(head.ClockAhead > TimeSpan.Zero ? "ahead" : "behind")}" : "";

    private async Task<Result<(byte[] Content, OutsideAnswer Head)>> DownloadAsync(Uri image, Run run)
    {
        var path = Path.Combine(folder.Incoming, Guid.CreateVersion7(time.GetUtcNow()).ToString("N") + ".test");
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
            if (!(await run.Client.FetchAsync(new OutsideRequest(image, Downloads.AcceptImage, options.MostFrameBytes), _ => file, run.Cancellation)).TryGet(out var head, out var failure))
            {
                return failure;
            }

            var content = new byte[file.Length];
            file.Position = 0;
            await file.ReadExactlyAsync(content, run.Cancellation);
            return (content, head);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, path);
        }
    }

    /// <summary>One test under way.</summary>
    private sealed class Run(SourceConfig config, OutsideClient client, TimeProvider time, CancellationToken cancellation, CancellationToken asked)
    {
        public SourceConfig Config => config;

        public OutsideClient Client => client;

        public Uri Address { get; } = Uri.TryCreate(config.Url, UriKind.Absolute, out var uri) ? uri : new Uri("file:///");

        /// <summary>Of who asked, or of the time that all steps have.</summary>
        public CancellationToken Cancellation => cancellation;

        public List<SourceTestStep> Steps { get; } = [];

        public async Task<bool> StepAsync(string step, Func<Task<Result<string>>> body)
        {
            var start = time.GetTimestamp();
            Result<string> result;
            try
            {
                result = await body();
            }
            catch (SocketException error)
            {
                result = HttpFailures.Broken(error, Address);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                result = DiskFailures.Map(error);
            }
            catch (OperationCanceledException) when (!asked.IsCancellationRequested)
            {
                result = new Failure(FailureKind.Stalled, "stalled", $"It took longer than {Limit.TotalSeconds:0} s in all.", "Try again; if it stays so, the source is too slow or hangs.");
            }

            var took = Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1);
            var ok = result.TryGet(out var message, out var failure);
            Steps.Add(new SourceTestStep(step, ok, message ?? failure!.Message, failure?.Mend, took));
            return ok;
        }
    }
}
