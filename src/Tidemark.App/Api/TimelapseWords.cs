using Tidemark.Sources;
using Tidemark.Timelapse;

namespace Tidemark.App.Api;

/// <summary>What is asked for of a timelapse, from the API's words and into them.</summary>
internal static class TimelapseWords
{
    /// <summary>The request, and every word that says nothing, each with its field; where there are such, the request is not to be used.</summary>
    internal static (TimelapseRequest Request, List<(string Field, Failure Failure)> Faults) Read(TimelapseLookShape body, DateTimeOffset from, DateTimeOffset to)
    {
        var faults = new List<(string, Failure)>();
        T Word<T>(string field, string word)
            where T : struct, Enum => TimelapseWords.Word<T>(field, word, faults);

        var request = new TimelapseRequest(body.Sources, from, to, Word<TimelapseLayout>("layout", body.Layout), body.Fps, body.Crop, body.Sidebar)
        {
            Pace = Word<TimelapsePace>("pace", body.Pace),
            SecondsPerDay = body.SecondsPerDay,
            Seconds = body.Seconds,
            Every = body.Every,
            Missing = Word<MissingFrames>("missing", body.Missing),
            Clock = Word<TimelapseClock>("clock", body.Clock),
            Caption = body.Caption,
            Size = body.Size,
            Fit = Word<TimelapseFit>("fit", body.Fit),
            Deflicker = body.Deflicker,
            Encoder = new EncoderChoice(Word<TimelapseFormat>("format", body.Format), body.Preset, body.Crf, body.Depth, body.Parameters),
        };
        // How many sources there should be is not known without a layout.
        faults.AddRange(request.Check().Where(fault => fault.Field != "sources" || faults.TrueForAll(known => known.Item1 != "layout")).ToList());
        return (request, faults);
    }

    internal static TimelapseLookShape Look(TimelapseRequest request) => new(
        request.Sources, Of(request.Layout), request.Fps, request.Crop, request.Sidebar,
        Of(request.Pace), request.SecondsPerDay, request.Seconds, request.Every, Of(request.Missing), request.Daylight is not null,
        Of(request.Clock), request.Caption, request.Size, Of(request.Fit), request.Deflicker,
        Of(request.Encoder.Format), request.Encoder.Preset, request.Encoder.Crf, request.Encoder.Depth, request.Encoder.Parameters);

    /// <summary>With what the first source says of its place: its zone, and where the sun is looked for.</summary>
    internal static Result<TimelapseRequest> At(TimelapseRequest request, Source? first, bool daylight) =>
        daylight && first?.Config.Daylight is null
            ? new Failure(FailureKind.BadInput, "no_position", $"It is not known where {request.Sources[0]} stands, and so not when the sun is up there.", $"Say it: tidemark source set {request.Sources[0]} --daylight LATITUDE,LONGITUDE")
            : request with { Zone = first?.Config.Zone, Daylight = daylight ? first!.Config.Daylight : null };

    /// <summary>What a word stands for; one that says nothing is noted as a fault.</summary>
    internal static T Word<T>(string field, string word, List<(string Field, Failure Failure)> faults)
        where T : struct, Enum
    {
        var known = Enum.GetValues<T>().FirstOrDefault(value => Of(value) == word);
        if (Of(known) != word)
        {
            faults.Add((field, new Failure(FailureKind.BadInput, field, $"There is no {field} '{(word.Length > 40 ? word[..40] + "…" : word)}'.", $"Use one of: {string.Join(", ", Enum.GetValues<T>().Select(Of))}.")));
        }

        return known;
    }

    internal static string Of<T>(T word)
        where T : struct, Enum => word.ToString().ToLowerInvariant();
}
