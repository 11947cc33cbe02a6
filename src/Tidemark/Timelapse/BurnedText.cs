using System.Globalization;
using System.Text;
using Tidemark.Media;
using Tidemark.Time;

namespace Tidemark.Timelapse;

/// <summary>
/// Clock and caption over the whole picture. Texts reach ffmpeg in files of the scratch folder, the caption with every
/// expansion off: nothing in it means anything (design/media.md, M1). The clock's are ours: digits, and a zone's name.
/// </summary>
internal static class BurnedText
{
    private const string Caption = "caption.txt", Clock = "clock.txt", Font = "font.ttf";

    private static readonly string[] Fonts =
        ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf", "/usr/share/fonts/TTF/DejaVuSans.ttf"];

    /// <summary>The font of this machine, which decides how texts look.</summary>
    internal static Result<string> FindFont() => Fonts.FirstOrDefault(File.Exists) is { } font ? font
        : new Failure(FailureKind.Infrastructure, "font_missing", "There is no font to write clock and caption with: DejaVu Sans is not installed.", "Run: apt-get install fonts-dejavu-core");

    /// <summary>Writes the files; gives the filters with a comma before each, and nothing where no text is wanted.</summary>
    internal static async Task<Result<string>> LayOutAsync(Scratch scratch, TimelapsePlan plan, int height)
    {
        var recipe = plan.Recipe;
        if (recipe.Caption is null && recipe.ClockZone is null)
        {
            return "";
        }

        if (!FindFont().TryGet(out var font, out var missing))
        {
            return missing;
        }

        File.CreateSymbolicLink(scratch.PathOf(Font), font);
        var filters = new StringBuilder();
        var size = Math.Max(12, height / 28);
        var style = $"fontfile={Font}:expansion=none:fontsize={size}:fontcolor=white:box=1:boxcolor=black@0.5:boxborderw={size / 4}";
        if (recipe.Caption is { } caption)
        {
            await File.WriteAllTextAsync(scratch.PathOf(Caption), caption);
            filters.Append(CultureInfo.InvariantCulture, $",drawtext={style}:textfile={Caption}:x={size / 2}:y=h-th-{size / 2}");
        }

        if (recipe.ClockZone is { } zone)
        {
            await File.WriteAllLinesAsync(scratch.PathOf(Clock), Commands(plan, zone));
            filters.Append(CultureInfo.InvariantCulture, $",sendcmd=f={Clock},drawtext@clock={style}:text=' ':x=w-tw-{size / 2}:y=h-th-{size / 2}");
        }

        return filters.ToString();
    }

    /// <summary>What the clock says at each picture.</summary>
    internal static IEnumerable<string> Times(TimelapsePlan plan, string zone)
    {
        var there = Zone.Parse(zone).Value;
        return plan.Instants.Select(instant => there.ToLocal(instant).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + (zone == "UTC" ? " UTC" : ""));
    }

    // Half a picture before it is due, and only where it changes.
    private static IEnumerable<string> Commands(TimelapsePlan plan, string zone)
    {
        var before = "";
        foreach (var (at, text) in Times(plan, zone).Index())
        {
            if (text != before)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, at - 0.5) / plan.Recipe.Fps.PerSecond:0.000000} drawtext@clock reinit text='{text.Replace(":", "\\:", StringComparison.Ordinal)}';");
            }

            before = text;
        }
    }
}
