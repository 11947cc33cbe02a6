using Tidemark.App.Config;

namespace Tidemark.App.Api;

/// <summary>Signing in and out from the page, and tokens.</summary>
public static class SessionEndpoints
{
    private static readonly TimeSpan CookieAge = TimeSpan.FromDays(30);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/session", SignInAsync).Produces(204).WithSummary("Signs in: exchanges a token for a cookie that scripts cannot read");
        api.MapDelete("/session", SignOut).Produces(204).WithSummary("Signs out: drops the cookie");
        api.MapGet("/tokens", async (TokenStore tokens, CancellationToken cancellation) => Results.Json(new TokenListShape(await tokens.ListAsync(cancellation)), ApiJson.Default.TokenListShape))
            .Produces<TokenListShape>().WithSummary("Lists tokens, without their secrets");
        api.MapPost("/tokens", CreateAsync).Produces<TokenShape>(201).WithSummary("Makes a token; its secret is in this answer and never again");
        api.MapDelete("/tokens/{id:guid}", async (Guid id, TokenStore tokens, CancellationToken cancellation) => await tokens.RevokeAsync(id, cancellation) is { } failure ? Problems.From(failure) : Results.NoContent())
            .Produces(204).WithSummary("Revokes a token");
    }

    private static async Task<IResult> SignInAsync(SessionRequest session, TokenStore tokens, HttpContext context)
    {
        if (await tokens.FindAsync(session.Token, context.RequestAborted) is null)
        {
            return Problems.From(StatusCodes.Status401Unauthorized, "unauthenticated", "This token is not known, or has expired.", "Get a fresh sign-in address with: tidemark page");
        }

        context.Response.Cookies.Append(Guard.CookieName(context.Request), session.Token, CookieOptions(context));
        return Results.NoContent();
    }

    private static IResult SignOut(HttpContext context)
    {
        context.Response.Cookies.Delete(Guard.CookieName(context.Request), CookieOptions(context));
        return Results.NoContent();
    }

    // Behind a proxy the request that arrives here is not HTTPS, and the browser's is.
    private static CookieOptions CookieOptions(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps || context.RequestServices.GetRequiredService<NodeConfig>().BehindProxy, Path = "/", MaxAge = CookieAge };

    private static async Task<IResult> CreateAsync(TokenRequest request, TokenStore tokens, CancellationToken cancellation)
    {
        if (request.Name.Length is 0 or > 100)
        {
            return Problems.From(400, "token_name", "A token's name has 1 to 100 characters.", "Name who or what will use it.");
        }

        if (request.ExpiresInSeconds is < 1)
        {
            return Problems.From(400, "token_expiry", $"A token cannot end after {request.ExpiresInSeconds} s.", "Give at least 1 second, or nothing for a token without an end.");
        }

        var token = await tokens.CreateAsync(request, cancellation);
        return Results.Json(token, ApiJson.Default.TokenShape, statusCode: 201);
    }
}
