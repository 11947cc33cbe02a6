using Tidemark.App.Api;

namespace Tidemark.Tests.Database;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_token_is_found_by_its_secret_and_by_nothing_else()
    {
        var token = await Tokens.CreateAsync(new TokenRequest("laptop", ReadOnly: true), Cancellation);
        var other = await Tokens.CreateAsync(new TokenRequest("phone"), Cancellation);

        var found = await Tokens.FindAsync(token.Token!, Cancellation);

        Assert.Equal(token with { Token = null }, found);
        Assert.NotEqual(token.Token, other.Token);
        Assert.Matches("^tm_[0-9a-f]{64}$", token.Token);
        Assert.Null(await Tokens.FindAsync(token.Token![..^1], Cancellation));
        Assert.Null(await Tokens.FindAsync(token.Token!.ToUpperInvariant(), Cancellation));
        Assert.Null(await Tokens.FindAsync("", Cancellation));
        Assert.Null(await Tokens.FindAsync("' or 1=1 --", Cancellation));
    }

    [Fact]
    public async Task A_token_ends_at_its_instant()
    {
        var token = await Tokens.CreateAsync(new TokenRequest("page", ExpiresInSeconds: 60), Cancellation);

        Clock.Advance(TimeSpan.FromSeconds(59.999));
        Assert.NotNull(await Tokens.FindAsync(token.Token!, Cancellation));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await Tokens.FindAsync(token.Token!, Cancellation));
    }

    [Fact]
    public async Task A_revoked_token_is_nobodys_and_is_revoked_once()
    {
        var token = await Tokens.CreateAsync(new TokenRequest("laptop"), Cancellation);

        Assert.Null(await Tokens.RevokeAsync(token.Id, Cancellation));
        Assert.Null(await Tokens.FindAsync(token.Token!, Cancellation));
        Assert.Equal((FailureKind.NotFound, "token_not_found"), await Tokens.RevokeAsync(token.Id, Cancellation) is { } failure ? (failure.Kind, failure.Code) : default);
    }

    [Fact]
    public async Task Tokens_are_listed_oldest_first_without_their_secrets()
    {
        var first = await Tokens.CreateAsync(new TokenRequest("laptop"), Cancellation);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await Tokens.CreateAsync(new TokenRequest("phone", ReadOnly: true, ExpiresInSeconds: 5), Cancellation);

        Assert.Equal([first with { Token = null }, second with { Token = null }], await Tokens.ListAsync(Cancellation));
    }
}
