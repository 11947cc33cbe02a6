using System.Data.Common;

namespace Tidemark.Database;

/// <summary>One row of an answer, read by column number in the order of the select list.</summary>
public readonly struct Row(DbDataReader reader, Dialect dialect)
{
    internal static readonly long UnixEpochMicroseconds = DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerMicrosecond;

    public bool IsNull(int column) => reader.IsDBNull(column);

    public string Text(int column) => reader.GetString(column);

    public string? TextOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public long Int(int column) => reader.GetInt64(column);

    public long? IntOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public bool Bool(int column) => dialect == Dialect.Sqlite ? reader.GetInt64(column) != 0 : reader.GetBoolean(column);

    public byte[] Bytes(int column) => reader.GetFieldValue<byte[]>(column);

    public Guid Id(int column) => dialect == Dialect.Sqlite ? new Guid(Bytes(column), bigEndian: true) : reader.GetGuid(column);

    public Guid? IdOrNull(int column) => reader.IsDBNull(column) ? null : Id(column);

    public DateTimeOffset Time(int column) => dialect == Dialect.Sqlite
        ? new DateTimeOffset((reader.GetInt64(column) + UnixEpochMicroseconds) * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero)
        : new DateTimeOffset(reader.GetDateTime(column), TimeSpan.Zero);

    public DateTimeOffset? TimeOrNull(int column) => reader.IsDBNull(column) ? null : Time(column);
}
