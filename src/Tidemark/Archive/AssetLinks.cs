using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tidemark.Database;

namespace Tidemark.Archive;

/// <summary>A link to an asset, for people without a token.</summary>
/// <param name="Secret">256 random bits in base64url (RFC 4648, section 5): known when the link is made, and never again.</param>
public sealed record AssetLink(Guid Id, Guid Asset, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Secret = null);

/// <summary>Links that open one asset each until they end or are taken back (design/timelapse.md L15). The only place with SQL about them.</summary>
public sealed class AssetLinks(SqlDatabase database, TimeProvider time)
{
    private const string Columns = "id, asset, created_at, expires_at";

    /// <summary>Makes a link, and clears away those that have ended: nobody else does.</summary>
    public async Task<AssetLink> CreateAsync(Guid asset, TimeSpan goodFor, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var link = new AssetLink(Guid.CreateVersion7(now), asset, now, now + goodFor, secret);
        await database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("delete from asset_link where expires_at <= @now", cancellation, ("now", now));
            await session.ExecuteAsync($"insert into asset_link ({Columns}, hash) values (@id, @asset, @at, @expires, @hash)", cancellation,
                ("id", link.Id), ("asset", asset), ("at", now), ("expires", link.ExpiresAt), ("hash", Hash(secret)));
        }, cancellation);
        return link;
    }

    /// <summary>The link with this secret; null where there is none, or none any more.</summary>
    public async Task<AssetLink?> FindAsync(string secret, CancellationToken cancellation)
    {
        var link = await database.ReadAsync(session => session.FirstAsync($"select {Columns} from asset_link where hash = @hash", Read, cancellation, ("hash", Hash(secret))), cancellation);
        return link is null || link.ExpiresAt <= time.GetUtcNow() ? null : link;
    }

    /// <summary>The links to an asset that are good still, oldest first.</summary>
    public Task<List<AssetLink>> ListAsync(Guid asset, CancellationToken cancellation) => database.ReadAsync(session => session.QueryAsync(
        $"select {Columns} from asset_link where asset = @asset and expires_at > @now order by id", Read, cancellation, ("asset", asset), ("now", time.GetUtcNow())), cancellation);

    public async Task<Failure?> RevokeAsync(Guid id, CancellationToken cancellation) =>
        await database.WriteAsync(session => session.ExecuteAsync("delete from asset_link where id = @id", cancellation, ("id", id)), cancellation) == 1
            ? null
            : new Failure(FailureKind.NotFound, "link_not_found", $"There is no link {id}.", "It has ended, or was taken back before.");

    /// <summary>What opened one asset opens another that took its place.</summary>
    public Task MoveAsync(Guid from, Guid to, CancellationToken cancellation) =>
        database.WriteAsync(session => session.ExecuteAsync("update asset_link set asset = @to where asset = @from", cancellation, ("from", from), ("to", to)), cancellation);

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static AssetLink Read(Row row) => new(row.Id(0), row.Id(1), row.Time(2), row.Time(3));
}
