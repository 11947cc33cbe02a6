using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tidemark.Timelapse;

/// <summary>What names a stretch: everything that its bytes depend on, and nothing else (design/timelapse.md, L2).</summary>
internal static class StretchKey
{
    /// <summary>64 hexadecimal digits.</summary>
    internal static string Of(TimelapsePlan plan, Outline outline)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));

        Add(string.Create(CultureInfo.InvariantCulture, $"stretch {TimelapseEncoder.Form}, ffmpeg {outline.Ffmpeg}"));
        Add(string.Join(' ', TimelapseEncoder.Options(plan.Recipe)));
        Add($"{plan.Recipe.Layout} {string.Join(',', plan.Recipe.Crops)} at {plan.Recipe.Fps}, {string.Join(' ', plan.Sizes)} {plan.Recipe.Fit} {plan.CellWidth}x{plan.CellHeight} {plan.Recipe.Deflicker}");
        Add(System.Text.Json.JsonSerializer.Serialize(plan.Recipe.Caption ?? "", TimelapseJson.Default.String));
        Add(plan.Recipe.ClockZone is { } zone ? string.Join(',', BurnedText.Times(plan, zone)) : "no clock");
        if (plan.Recipe.Caption is not null || plan.Recipe.ClockZone is not null)
        {
            Add(BurnedText.FindFont().TryGet(out var font, out _) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(font))) : "no font");
        }

        Add(outline.Sidebar is null ? "alone" : string.Create(CultureInfo.InvariantCulture, $"beside {outline.Sidebar} from {plan.First} on"));
        foreach (var cell in plan.Cells)
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{cell.Count} pictures"));
            foreach (var frame in cell)
            {
                hash.AppendData(frame is null ? "no frame\n"u8 : frame.Sha256.Span);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
