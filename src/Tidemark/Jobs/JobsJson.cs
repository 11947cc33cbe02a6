using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tidemark.Jobs;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Offer))]
[JsonSerializable(typeof(TaskFailure))]
[JsonSerializable(typeof(IReadOnlyList<RunningTask>))]
internal sealed partial class JobsJson : JsonSerializerContext
{
    public static string Write(Offer offer) => JsonSerializer.Serialize(offer, Default.Offer);

    public static string Write(TaskFailure failure) => JsonSerializer.Serialize(failure, Default.TaskFailure);

    public static string Write(IReadOnlyList<RunningTask> running) => running.Count == 0 ? "[]" : JsonSerializer.Serialize(running, Default.IReadOnlyListRunningTask);

    public static Offer? ReadOffer(string text) => JsonSerializer.Deserialize(text, Default.Offer);

    public static TaskFailure ReadFailure(string text) => JsonSerializer.Deserialize(text, Default.TaskFailure)!;

    public static IReadOnlyList<RunningTask> ReadRunning(string text) => JsonSerializer.Deserialize(text, Default.IReadOnlyListRunningTask) ?? [];
}
