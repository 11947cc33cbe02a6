using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Time;

namespace Tidemark.Archive;

/// <summary>What <c>DELETED.json</c> says of a day that was let go.</summary>
/// <param name="Rule">One of <see cref="RetentionRule"/>.</param>
/// <param name="Copies">Places that had a verified copy then.</param>
internal sealed record DeletedDay(string Source, string Day, string DeletedAt, string Rule, int Revision, long Frames, long Bytes, IReadOnlyList<string> Copies);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DeletedDay))]
internal sealed partial class DeletedJson : JsonSerializerContext;

/// <summary>Removes the files of a day that is recorded as let go. May be cut off anywhere, and be done again.</summary>
internal static class DayRemoval
{
    /// <exception cref="IOException">The disk refuses; what is left is removed at the next try.</exception>
    public static void Remove(DataFolder folder, RemovingDay day)
    {
        if (!Directory.Exists(folder.Frames))
        {
            // A mount that is away must not look like a day that is removed.
            throw new DirectoryNotFoundException($"There is no folder {folder.Frames}.");
        }

        var place = new DayFolder(folder.Archive, day.Source, day.Day);
        if (!Directory.Exists(place.Folder))
        {
            return;
        }

        var noted = TryWriteNote(folder, place, day);
        foreach (var name in Names(place, day))
        {
            File.Delete(place[name]);
        }

        DurableFile.Sync(place.Folder);
        if (!noted)
        {
            WriteNote(folder, place, day);
        }
    }

    // Only what the seal names, and the crops of its frames: markers, what came late, and whatever else people put there, is
    // not ours to remove. Where its list is gone, everything that is named like a frame or a crop of the day.
    private static List<string> Names(DayFolder place, RemovingDay day)
    {
        var sums = place[DayFolder.SumsName(day.Revision)];
        var content = place.List();
        if (!File.Exists(sums))
        {
            return [.. content.Frames.Select(frame => DayFolder.FrameName(frame.Time)), .. content.Crops];
        }

        var frames = SealedFiles.NamesIn(sums).Where(name => DayFolder.TryFrameTime(name, day.Day, out _)).ToHashSet(StringComparer.Ordinal);
        return [.. frames, .. content.Crops.Where(crop => CropName.FrameOf(crop) is { } frame && frames.Contains(frame))];
    }

    // On a disk without room for the note, the row in the database is the record until there is some.
    private static bool TryWriteNote(DataFolder folder, DayFolder place, RemovingDay day)
    {
        try
        {
            WriteNote(folder, place, day);
            return true;
        }
        catch (IOException error) when (DiskFailures.Map(error).Kind == FailureKind.Resource)
        {
            return false;
        }
    }

    private static void WriteNote(DataFolder folder, DayFolder place, RemovingDay day)
    {
        var note = new DeletedDay(day.Source, Rfc3339.Day(day.Day), Rfc3339.Format(day.DeletedAt), day.Rule, day.Revision, day.Frames, day.Bytes, day.Copies);
        var temporary = Path.Combine(folder.Incoming, $"{Guid.CreateVersion7(day.DeletedAt):N}.part");
        try
        {
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(note, DeletedJson.Default.DeletedDay));
            // One that is there is from a run that was cut off: it says the same.
            DurableFile.Publish(temporary, place[DayFolder.Deleted]);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
