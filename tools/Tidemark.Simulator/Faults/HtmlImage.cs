namespace Tidemark.Simulator.Faults;

/// <summary>A page, with status 200 and the type of a JPEG: what a camera shows whose session has ended.</summary>
public sealed record HtmlImage : PictureFault
{
    protected internal override byte[] Changed(byte[] jpeg, int request)
        => [.. "<!DOCTYPE html>\n<html><head><title>Login</title></head><body><form action=\"/login\">Your session has ended.</form></body></html>\n"u8];
}
