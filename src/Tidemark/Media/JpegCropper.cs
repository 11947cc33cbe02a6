namespace Tidemark.Media;

/// <summary>
/// Cuts parts out of JPEGs without loss, by <c>jpegtran</c> (M1, M2). Everything that is beside the picture is copied
/// (<c>-copy all</c>): without its colour profile and its orientation the same coefficients would be another picture.
/// Coordinates are those of the stored picture, before any orientation.
/// </summary>
public sealed class JpegCropper(MediaTools tools)
{
    private static readonly ToolLimits Limits = ToolLimits.Brief with { AddressSpaceBytes = 1L << 30, FileBytes = 256L << 20 };

    /// <summary>Cuts a part out into a new file; what is there is overwritten.</summary>
    /// <param name="picture">Absolute path of a JPEG that was looked at.</param>
    /// <param name="width">The picture's.</param>
    /// <param name="height">The picture's.</param>
    /// <param name="output">Absolute path.</param>
    /// <returns>BadInput <c>crop_outside</c> where the part reaches beyond the picture; null where it is done.</returns>
    public async Task<Failure?> CropAsync(string picture, int width, int height, JpegCrop crop, string output, CancellationToken cancellation)
    {
        if (crop.X + crop.Width > width || crop.Y + crop.Height > height)
        {
            return new Failure(FailureKind.BadInput, "crop_outside", $"The crop {crop} reaches beyond the picture, which is {width}x{height}.", "Change the source's crops: tidemark source set.");
        }

        if (!tools.Find(MediaTool.Jpegtran).TryGet(out var path, out var missing))
        {
            return missing;
        }

        try
        {
            using var scratch = Scratch.Create(tools);
            var cut = scratch.PathOf("crop.jpg");
            var command = new ToolCommand(path, ["-crop", crop.ToString(), "-copy", "all", "-outfile", cut, picture], scratch.Folder) { Limits = Limits };
            if (!(await Tool.RunAsync(command, tools.Time, null, cancellation)).TryGet(out var run, out var failure))
            {
                return failure;
            }

            if (run.Status != 0)
            {
                return new Failure(run.Signal is null ? FailureKind.BadInput : FailureKind.ToolCrash, "crop_failed", $"jpegtran cut no {crop} out of {Path.GetFileName(picture)}: {Said(run)}");
            }

            var made = await File.ReadAllBytesAsync(cut, cancellation);
            if (Jpeg.Inspect(made).Failed(out var broken))
            {
                return broken with { Kind = FailureKind.Verification };
            }

            await File.WriteAllBytesAsync(output, made, cancellation);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, output);
        }
    }

    private static string Said(ToolRun run)
    {
        var said = run.StandardError.Trim().Split('\n')[^1];
        return said.Length > 0 ? said : $"it ended with {run.Status}";
    }
}
