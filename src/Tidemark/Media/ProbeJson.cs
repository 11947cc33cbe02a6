using System.Text.Json.Serialization;

namespace Tidemark.Media;

internal sealed record ProbeAnswer(IReadOnlyList<ProbeStream>? Streams, ProbeFormat? Format, IReadOnlyList<ProbeFrame>? Frames);

internal sealed record ProbeFormat(string? FormatName, string? Duration);

internal sealed record ProbeStream(
    string? CodecType, string? CodecName, int Width, int Height, string? PixFmt, string? RFrameRate, string? AvgFrameRate, string? NbFrames, string? Duration,
    string? ColorSpace, string? ColorRange, string? SampleAspectRatio, string? TimeBase, ProbeDisposition? Disposition, IReadOnlyList<ProbeSideData>? SideDataList);

internal sealed record ProbeFrame(int KeyFrame, long? BestEffortTimestamp);

internal sealed record ProbeDisposition(int AttachedPic);

internal sealed record ProbeSideData(double? Rotation);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeAnswer))]
internal sealed partial class ProbeJson : JsonSerializerContext;
