namespace Tidemark.Simulator.Scenes;

/// <summary>Paints what a site's camera sees at an instant, with its name, the UTC time and the time code. Thread-safe.</summary>
public sealed class SitePainter
{
    private readonly Scene scene;
    private readonly double longitude;
    private readonly int width;
    private readonly int height;

    /// <param name="site">The site's id; the four known ones have a scene and a place on earth.</param>
    /// <param name="number">Picks the scene of a site that is not known.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    public SitePainter(string site, int number, int width, int height)
    {
        Site = site;
        this.width = width;
        this.height = height;
        (longitude, scene) = site switch
        {
            "harbour" => (5.3, new HarbourScene(width, height)),
            "pier" => (-118.5, new PierScene(width, height)),
            "lighthouse" => (-63.6, new LighthouseScene(width, height)),
            "valley" => (137.6, (Scene)new ValleyScene(width, height)),
            _ => ((Noise.Hash(TimeCode.SiteHash(site)) * 360) - 180, (number % 4) switch
            {
                0 => new HarbourScene(width, height),
                1 => new PierScene(width, height),
                2 => new LighthouseScene(width, height),
                _ => (Scene)new ValleyScene(width, height),
            }),
        };
    }

    public string Site { get; }

    /// <summary>Rows of R, G, B bytes without gaps.</summary>
    public byte[] Paint(DateTimeOffset instant)
    {
        var canvas = new Canvas(width, height);
        scene.Draw(canvas, new Light(instant, longitude), new Weather(instant, Site));
        DrawCaption(canvas, instant);
        TimeCode.Write(canvas.Pixels, width, height, instant, Site);
        return canvas.Pixels;
    }

    private void DrawCaption(Canvas canvas, DateTimeOffset instant)
    {
        var text = $"{Site}  {instant.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
        var code = TimeCode.PlaceIn(width, height);
        var bar = code is { } place ? TimeCode.Rows * place.Cell : 0;
        var room = width - (bar * TimeCode.Columns / TimeCode.Rows);
        var dot = Math.Clamp(width / 420, 1, 8);
        if (bar > 0)
        {
            canvas.Box(0, height - bar, width, height, new Rgb(0.04f, 0.05f, 0.07f), 0.62f);
        }

        var besides = bar > 0 && BitmapFont.WidthOf(text, dot) + (2 * dot) <= room && 7 * dot < bar;
        var left = besides ? width - BitmapFont.WidthOf(text, dot) - dot : 4 * dot;
        var top = besides ? height - bar + ((bar - (7 * dot)) / 2) : height - bar - (10 * dot);
        if (!besides)
        {
            BitmapFont.Draw(canvas, text, left + dot, top + dot, dot, default, 0.6f);
        }

        BitmapFont.Draw(canvas, text, left, top, dot, new Rgb(0.96f, 0.97f, 0.98f), 0.92f);
    }
}
