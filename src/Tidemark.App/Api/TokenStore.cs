using System.Security.Cryptography;
using System.Text;
using Tidemark.Database;

namespace Tidemark.App.Api;

/// <summary>Who may speak to the API. A token is 256 random bits; only its SHA-256 is kept, so it is never shown again.</summary>
public sealed class TokenStore(SqlDatabase database, TimeProvider time)
{
    private const string Columns = "id, name, read_only, created_at, expires_at";

    /// <summary>Makes a token, and clears away those that have expired: nobody else does.</summary>
    public async Task<TokenShape> CreateAsync(TokenRequest request, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var secret = "tm_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var expires = request.ExpiresInSeconds is { } seconds ? now.AddSeconds(seconds) : (DateTimeOffset?)null;
        var token = new TokenShape(Guid.CreateVersion7(now), request.Name, request.ReadOnly, now, expires, secret);
        await database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("delete from token where expires_at <= @now", cancellation, ("now", now));
            await session.ExecuteAsync(
                $"insert into token ({Columns}, hash) values (@id, @name, @readOnly, @at, @expires, @hash)", cancellation,
                ("id", token.Id), ("name", token.Name), ("readOnly", token.ReadOnly), ("at", now), ("expires", token.ExpiresAt), ("hash", Hash(secret)));
        }, cancellation);
        return token;
    }

    /// <summary>The token with this secret, or null where there is none or it has expired.</summary>
    public async Task<TokenShape?> FindAsync(string secret, CancellationToken cancellation)
    {
        var token = await database.ReadAsync(session => session.FirstAsync($"select {Columns} from token where hash = @hash", Read, cancellation, ("hash", Hash(secret))), cancellation);
        return token is null || token.ExpiresAt <= time.GetUtcNow() ? null : token;
    }

    public Task<List<TokenShape>> ListAsync(CancellationToken cancellation) =>
        database.ReadAsync(session => session.QueryAsync($"select {Columns} from token order by id", Read, cancellation), cancellation);

    public async Task<Failure?> RevokeAsync(Guid id, CancellationToken cancellation) =>
        await database.WriteAsync(session => session.ExecuteAsync("delete from token where id = @id", cancellation, ("id", id)), cancellation) == 1
            ? null
            : new Failure(FailureKind.NotFound, "token_not_found", $"There is no token {id}.", "See them with: tidemark token list");

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static TokenShape Read(Row row) => new(row.Id(0), row.Text(1), row.Bool(2), row.Time(3), row.TimeOrNull(4));
}
