using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Tidemark.App.Config;

namespace Tidemark.App.Api;

/// <summary>
/// Invariant S2: loopback is not trust. Every request to the API shows a token, names us as its host, comes from our own
/// page where it comes from a browser, and says what kind of body it carries, so that no web page can reach the API.
/// The Unix socket in the data folder needs none of this: who may open it may read the database anyway.
/// </summary>
public sealed class Guard(RequestDelegate next, TokenStore tokens, NodeConfig config)
{
    /// <summary>Marks connections that came through the Unix socket.</summary>
    public static readonly object SocketMark = new();

    public async Task InvokeAsync(HttpContext context)
    {
        Harden(context.Response.Headers);
        if (context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(SocketMark) == true)
        {
            await next(context);
            return;
        }

        var refusal = HostRefusal(context.Request) ?? OriginRefusal(context.Request) ?? BodyRefusal(context.Request);
        if (refusal is null && NeedsToken(context.Request.Path))
        {
            refusal = await TokenRefusalAsync(context);
        }

        await (refusal is null ? next(context) : refusal.ExecuteAsync(context));
    }

    /// <summary>
    /// Item of a request let in by its token: a <c>Func&lt;CancellationToken, Task&lt;bool&gt;&gt;</c> that says whether the
    /// token is good still. What lasts asks it again and again, so that a revoked token is worthless at once.
    /// </summary>
    public static readonly object StillAllowed = new();

    /// <summary>Whoever may change things may also read what tools said, with the paths in it; the socket's users may do everything.</summary>
    public static bool IsAdmin(HttpContext context) => !context.Items.ContainsKey(OnlyReads);

    private static readonly object OnlyReads = new();

    /// <summary>Cookies do not tell ports apart; several nodes on one machine must not sign each other out.</summary>
    public static string CookieName(HttpRequest request) => $"tidemark-{request.Host.Port ?? (request.IsHttps ? 443 : 80)}";

    private static bool NeedsToken(PathString path) =>
        path.StartsWithSegments(MetricsEndpoint.Path, StringComparison.Ordinal) || path.StartsWithSegments("/api", StringComparison.Ordinal) && !path.Equals("/api/v1/session", StringComparison.Ordinal) && !path.Equals("/api/v1/health", StringComparison.Ordinal);

    internal static void Harden(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
    }

    // A name that somebody else's DNS points at us (rebinding) is not ours; an address by number cannot be rebound.
    private IResult? HostRefusal(HttpRequest request)
    {
        var host = request.Host.Host;
        var ours = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _) || config.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase);
        return ours ? null : Problems.From(StatusCodes.Status421MisdirectedRequest, "unknown_host", $"This node does not go by the name '{host}'.", "Add the name to 'hosts' in tidemark.yaml, or use the address by number.");
    }

    private static IResult? OriginRefusal(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var foreign = (origin.Length > 0 && (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || !uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)))
            || (site is "cross-site" or "same-site" && request.Path.StartsWithSegments("/api", StringComparison.Ordinal));
        return foreign ? Problems.From(StatusCodes.Status403Forbidden, "foreign_origin", "This request comes from another web page.", "Open the node's own page.") : null;
    }

    private static IResult? BodyRefusal(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsDelete(request.Method) || request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0)
        {
            return null;
        }

        var type = request.ContentType?.Split(';')[0].Trim();
        var taken = request.Path.Equals("/api/v1/assets", StringComparison.Ordinal) ? "application/octet-stream" : "application/json";
        return taken.Equals(type, StringComparison.OrdinalIgnoreCase) ? null : Problems.From(StatusCodes.Status415UnsupportedMediaType, "content_type", $"The body is '{type}'; expected {taken}.");
    }

    private async Task<IResult?> TokenRefusalAsync(HttpContext context)
    {
        var request = context.Request;
        var authorization = request.Headers.Authorization.ToString();
        var secret = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[7..].Trim() : request.Cookies[CookieName(request)];
        var token = secret is null ? null : await tokens.FindAsync(secret, context.RequestAborted);
        if (token is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.From(StatusCodes.Status401Unauthorized, "unauthenticated", secret is null ? "This needs a token." : "This token is not known, or has expired.", "Get a sign-in address with: tidemark page");
        }

        context.Items[StillAllowed] = (Func<CancellationToken, Task<bool>>)(async cancellation => await tokens.FindAsync(secret!, cancellation) is not null);
        if (token.ReadOnly)
        {
            context.Items[OnlyReads] = true;
        }

        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return token.ReadOnly && !reads
            ? Problems.From(StatusCodes.Status403Forbidden, "read_only", $"The token '{token.Name}' may only read.", "Use another token.")
            : null;
    }
}
