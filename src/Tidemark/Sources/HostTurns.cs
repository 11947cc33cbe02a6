using System.Net;

namespace Tidemark.Sources;

/// <summary>Each request waits for its host's turn, and has it until its answer is read.</summary>
internal sealed class TakingTurns(HostLimits limits, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var host = request.RequestUri!.Authority;
        HostLimits.Turn turn;
        try
        {
            turn = await limits.EnterAsync(host, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Its own fault it is not: the source must not look as if it had been silent.
            throw new RefusedAddressException(new Failure(FailureKind.Resource, "host_busy", $"{host} was busy with other sources' requests.", "Raise 'capture.perHost', or ask less often."));
        }

        try
        {
            var answer = await base.SendAsync(request, cancellation);
            turn.Moved();
            answer.Content = new ReadInTurn(answer.Content, turn);
            return answer;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }
}

internal sealed class ReadInTurn : HttpContent
{
    private readonly HttpContent content;
    private readonly HostLimits.Turn turn;

    public ReadInTurn(HttpContent content, HostLimits.Turn turn)
    {
        (this.content, this.turn) = (content, turn);
        foreach (var (name, values) in content.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => content.CopyToAsync(stream, context);

    protected override async Task<Stream> CreateContentReadStreamAsync() => new TurnStream(await content.ReadAsStreamAsync(), turn);

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellation) => CreateContentReadStreamAsync();

    protected override bool TryComputeLength(out long length)
    {
        length = content.Headers.ContentLength ?? 0;
        return content.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            turn.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>An answer as it comes; each part shows its host's turn that it moves.</summary>
internal sealed class TurnStream(Stream inner, HostLimits.Turn turn) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        turn.Moved();
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        turn.Moved();
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
