using Tidemark.Simulator.Jpeg;
using Tidemark.Simulator.Scenes;

namespace Tidemark.Simulator;

/// <summary>
/// One drawn picture for very many sites. Site and instant stand in a comment inside the JPEG, so that no two are equal in
/// bytes; what is drawn into it is the start.
/// </summary>
internal sealed class SharedPicture(SimulatorOptions options, DateTimeOffset start) : IFrameSource
{
    private readonly byte[] drawn = new JpegEncoder(options.Quality)
        .Encode(new SitePainter(options.Sites[0], 0, options.Width, options.Height).Paint(start), options.Width, options.Height);

    public Task<byte[]> Jpeg(string site, DateTimeOffset instant)
        => Task.FromResult(JpegSegments.WithComment(drawn, $"{site} {SiteIndex.Text(instant)}"));
}
