using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Tidemark.Simulator;

/// <summary>How a site writes times and lists. Straight into bytes: thousands of sites are asked by the thousand a second.</summary>
internal sealed class SiteIndex
{
    public const string LocalFormat = "yyyy-MM-dd HH:mm:ss";
    private const string UtcFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private readonly string site;
    private readonly TimeZoneInfo? zone;
    private readonly TimeSpan off;

    /// <param name="site">Its id.</param>
    /// <param name="zone">Null for UTC, RFC 3339; else local times without an offset, as <see cref="LocalFormat"/>.</param>
    /// <param name="off">How far all times are ahead of the truth.</param>
    public SiteIndex(string site, TimeZoneInfo? zone = null, TimeSpan off = default)
        => (this.site, this.zone, this.off) = (site, zone, off);

    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString(UtcFormat, CultureInfo.InvariantCulture);

    /// <summary>All of these frames in a list.</summary>
    public ReadOnlyMemory<byte> List(DateTimeOffset now, IEnumerable<DateTimeOffset> frames) => Written(json =>
    {
        WriteHead(json, now);
        json.WriteStartArray("frames");
        foreach (var instant in frames)
        {
            json.WriteStartObject();
            WriteFrame(json, instant);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>One frame, without a list around it.</summary>
    public ReadOnlyMemory<byte> One(DateTimeOffset now, DateTimeOffset frame) => Written(json =>
    {
        WriteHead(json, now);
        WriteFrame(json, frame);
    });

    private static ReadOnlyMemory<byte> Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private void WriteHead(Utf8JsonWriter json, DateTimeOffset now)
    {
        json.WriteString("site", site);
        json.WriteString("now", Told(now));
        if (zone is not null)
        {
            json.WriteString("zone", zone.Id);
        }
    }

    // The address keeps the true instant: in the hour that comes twice, names do too, and both pictures must be had.
    private void WriteFrame(Utf8JsonWriter json, DateTimeOffset instant)
    {
        json.WriteString("takenAt", Told(instant));
        json.WriteString("name", $"{site}-{FrameInstants.Stamp(Local(instant))}");
        json.WriteString("url", SimulatedSites.FramePath(site, instant));
    }

    private string Told(DateTimeOffset instant) => zone is null ? Text(instant + off) : Local(instant).ToString(LocalFormat, CultureInfo.InvariantCulture);

    /// <summary>What the site's clock shows, as if it were UTC.</summary>
    private DateTimeOffset Local(DateTimeOffset instant)
        => zone is null ? instant + off : new DateTimeOffset(TimeZoneInfo.ConvertTime(instant + off, zone).DateTime, TimeSpan.Zero);
}
