using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tidemark.App.Api;

namespace Tidemark.App.Commands;

/// <summary>Speaks to a node: through the Unix socket in its data folder, or to an address with a token.</summary>
public sealed class NodeClient : IDisposable
{
    private readonly HttpClient http;
    private readonly Func<Failure> unreachable;

    private NodeClient(HttpClient http, Func<Failure> unreachable)
    {
        this.http = http;
        this.unreachable = unreachable;
    }

    /// <summary>The node that runs on this data folder.</summary>
    public static NodeClient OnSocket(string path)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        var folder = Path.GetDirectoryName(path);
        return new NodeClient(new HttpClient(handler) { BaseAddress = new Uri("http://localhost/"), Timeout = Timeout.InfiniteTimeSpan },
            () => new Failure(FailureKind.Unreachable, "no_node", $"No node runs on the data folder {folder}.", "Start one with: tidemark up (or name another folder with --data, or another machine with --server)"));
    }

    /// <summary>A node elsewhere.</summary>
    public static Result<NodeClient> OnAddress(string address, string? token)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return new Failure(FailureKind.BadInput, "server", $"'{address}' is no address of a node.", "Write http://HOST:PORT or https://HOST.");
        }

        if (string.IsNullOrEmpty(token))
        {
            return new Failure(FailureKind.BadInput, "no_token", "A node elsewhere wants a token.", "Make one there with 'tidemark token create NAME' and put it into TIDEMARK_TOKEN.");
        }

        var http = new HttpClient { BaseAddress = uri, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new NodeClient(http, () => new Failure(FailureKind.Unreachable, "no_answer", $"{uri.GetLeftPart(UriPartial.Authority)} does not answer.", "Check the address and that the node runs."));
    }

    public Task<Result<T>> GetAsync<T>(string path, JsonTypeInfo<T> shape, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), shape, cancellation);

    public Task<Result<T>> PostAsync<T>(string path, HttpContent? content, JsonTypeInfo<T> shape, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, shape, cancellation);

    public Task<Result<T>> PutAsync<T>(string path, HttpContent content, JsonTypeInfo<T> shape, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Put, path) { Content = content }, shape, cancellation);

    public async Task<Failure?> DeleteAsync(string path, CancellationToken cancellation) =>
        (await AnswerAsync(new HttpRequestMessage(HttpMethod.Delete, path), cancellation)).Failure;

    public static HttpContent Body<T>(T value, JsonTypeInfo<T> shape) => JsonContent.Create(value, shape);

    /// <summary>Fetches a file's bytes into <paramref name="target"/>.</summary>
    public async Task<Failure?> DownloadAsync(string path, Stream target, CancellationToken cancellation)
    {
        if (!(await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation)).TryGet(out var response, out var failure))
        {
            return failure;
        }

        using (response)
        {
            // Not HttpContent.CopyToAsync: that passes off a full disk on this side as a lost connection.
            await using var content = await response.Content.ReadAsStreamAsync(cancellation);
            await content.CopyToAsync(target, cancellation);
            return null;
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<Result<T>> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> shape, CancellationToken cancellation)
    {
        if (!(await AnswerAsync(request, cancellation)).TryGet(out var response, out var failure))
        {
            return failure;
        }

        using (response)
        {
            return (await response.Content.ReadFromJsonAsync(shape, cancellation))!;
        }
    }

    private async Task<Result<HttpResponseMessage>> AnswerAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException)
        {
            return unreachable();
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            return await FailureOfAsync(response, cancellation);
        }
    }

    private static async Task<Failure> FailureOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var kind = response.StatusCode switch
        {
            HttpStatusCode.NotFound => FailureKind.NotFound,
            HttpStatusCode.Conflict => FailureKind.Conflict,
            HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => FailureKind.Unreachable,
            < HttpStatusCode.InternalServerError => FailureKind.BadInput,
            _ => FailureKind.Infrastructure,
        };
        try
        {
            var problem = (await response.Content.ReadFromJsonAsync(ApiJson.Default.ProblemShape, cancellation))!;
            var details = problem.Errors is { Count: > 0 } errors ? string.Concat(errors.Select(error => $"\n  {error.Field}: {error.Message}")) : null;
            return details is null
                ? new Failure(kind, problem.Code, problem.Detail, problem.Mend)
                : new Failure(kind, problem.Code, "The request was refused:" + details);
        }
        catch (JsonException)
        {
            return new Failure(kind, "http_status", $"The node answered {(int)response.StatusCode}.");
        }
    }
}
