namespace Tidemark.Simulator.Faults;

/// <summary>A complete answer of no bytes, with status 200 and the type of a JPEG.</summary>
public sealed record EmptyImage : PictureFault
{
    protected internal override byte[] Changed(byte[] jpeg, int request) => [];
}
