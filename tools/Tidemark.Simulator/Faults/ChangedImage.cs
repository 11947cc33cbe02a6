using System.Globalization;
using Tidemark.Simulator.Jpeg;

namespace Tidemark.Simulator.Faults;

/// <summary>The image's bytes, tag and time of change are others with every request: what was begun cannot be resumed.</summary>
public sealed record ChangedImage : PictureFault
{
    protected internal override byte[] Changed(byte[] jpeg, int request)
        => JpegSegments.WithComment(jpeg, request.ToString(CultureInfo.InvariantCulture));

    protected internal override TimeSpan ModifiedLater(int request) => TimeSpan.FromSeconds(request);
}
