using System.Buffers.Binary;
using System.Text;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>What a client has asked of PostgreSQL on one connection, followed closely enough to know which message commits what.</summary>
internal sealed class Statements
{
    private readonly Dictionary<string, string> prepared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> portals = new(StringComparer.Ordinal);
    private readonly List<string> transaction = [];
    private bool explicitly;

    /// <summary>Takes note of a message.</summary>
    /// <returns>Where this one commits: the texts of all that it commits. Else null.</returns>
    public IReadOnlyList<string>? Saw(ReadOnlySpan<byte> message)
    {
        var body = message[5..];
        switch ((char)message[0])
        {
            case 'P':
                prepared[Text(ref body)] = Text(ref body);
                break;
            case 'B':
                portals[Text(ref body)] = prepared.GetValueOrDefault(Text(ref body), "");
                break;
            case 'E':
                return Ran(portals.GetValueOrDefault(Text(ref body), ""), alone: false);
            case 'Q':
                return Ran(Text(ref body), alone: true);
            case 'S' when !explicitly:
                return Committed();
            default:
                break;
        }

        return null;
    }

    /// <summary>Whether the server answers this with ReadyForQuery.</summary>
    public static bool IsAnswered(ReadOnlySpan<byte> message) => message[0] is (byte)'Q' or (byte)'S' or (byte)'F';

    /// <summary>A request for encryption, before any start-up.</summary>
    public static bool AsksForEncryption(ReadOnlySpan<byte> bare) => BinaryPrimitives.ReadInt32BigEndian(bare[4..]) is 80877103 or 80877104;

    private string[]? Ran(string sql, bool alone)
    {
        if (sql.StartsWith("BEGIN", StringComparison.OrdinalIgnoreCase))
        {
            explicitly = true;
            return null;
        }

        if (sql.StartsWith("COMMIT", StringComparison.OrdinalIgnoreCase))
        {
            explicitly = false;
            return Committed();
        }

        if (sql.StartsWith("ROLLBACK", StringComparison.OrdinalIgnoreCase))
        {
            explicitly = false;
            transaction.Clear();
            return null;
        }

        transaction.Add(sql);
        return alone && !explicitly ? Committed() : null;
    }

    private string[] Committed()
    {
        var texts = transaction.ToArray();
        transaction.Clear();
        return texts;
    }

    private static string Text(ref ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(body[..end]);
        body = body[(end + 1)..];
        return text;
    }
}
