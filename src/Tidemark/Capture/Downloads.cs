using System.Security.Cryptography;
using System.Text;
using Tidemark.Archive;
using Tidemark.Sources;

namespace Tidemark.Capture;

/// <summary>A picture that arrived.</summary>
/// <param name="Path">A file of its own under <c>incoming/</c>; whoever takes it removes it. Null where the answer was that nothing is new.</param>
/// <param name="Took">From the request to the last byte.</param>
public sealed record Arrival(string? Path, OutsideAnswer Answer, long Bytes, TimeSpan Took);

/// <summary>
/// Fetches pictures into <c>incoming/NODE/</c> (C4). What is cut off stays as a part, with a note beside it of where it came
/// from and its validator, so that it is gone on with: at once, and then at the next poll. What does not fit is begun anew.
/// One source's picture is never fetched twice at the same time.
/// </summary>
public sealed class Downloads(DataFolder folder, CaptureOptions options, TimeProvider time)
{
    internal const string AcceptImage = "image/jpeg,image/*;q=0.5";

    /// <summary>Fetches a picture, or what is missing of it.</summary>
    /// <param name="known">What is known of it; where nothing is newer, nothing is fetched. Null: it is wanted in any case.</param>
    public async Task<Result<Arrival>> FetchAsync(string source, Uri image, Validators? known, OutsideClient client, CancellationToken cancellation)
    {
        var part = new Part(Path.Combine(folder.Incoming, NameOf(source, image)), image.AbsoluteUri, time);
        var (began, resumed) = (time.GetTimestamp(), false);
        try
        {
            while (true)
            {
                var here = part.Here();
                var answer = await FetchAsync(part, here, image, known, client, cancellation);
                if (answer.TryGet(out var arrived, out var failure))
                {
                    return arrived.Unchanged
                        ? new Arrival(null, arrived, 0, time.GetElapsedTime(began))
                        : new Arrival(part.Finish(), arrived, new FileInfo(part.Path).Length, time.GetElapsedTime(began));
                }

                if (failure.Code == HttpFailures.RangeCode)
                {
                    // Without a part there is no such answer, so this comes once.
                    part.Drop();
                    continue;
                }

                var left = part.Leave(failure);
                if (failure.Code == HttpFailures.BrokenCode && !resumed && left > (here?.Bytes ?? 0))
                {
                    resumed = true;
                    continue;
                }

                return failure;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            part.Drop();
            return DiskFailures.Map(error);
        }
        catch (OperationCanceledException)
        {
            part.Leave(null);
            throw;
        }
    }

    private async Task<Result<OutsideAnswer>> FetchAsync(Part part, PartHere? here, Uri image, Validators? known, OutsideClient client, CancellationToken cancellation)
    {
        try
        {
            return await client.FetchAsync(new OutsideRequest(image, AcceptImage, options.MostFrameBytes) { Known = here is null ? known : null, Part = here }, part.Begin, cancellation);
        }
        finally
        {
            await part.CloseAsync();
        }
    }

    // Ours, never the origin's; the same for the same picture, so that it is found again.
    private static string NameOf(string source, Uri image) => $"{source}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image.AbsoluteUri)).AsSpan(0, 10))}.part";
}
