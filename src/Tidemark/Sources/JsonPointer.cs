using System.Globalization;
using System.Text.Json;

namespace Tidemark.Sources;

/// <summary>A JSON Pointer (RFC 6901): <c>/frames/0/url</c>; the empty text is the whole document.</summary>
public sealed class JsonPointer
{
    private readonly string[] tokens;

    private JsonPointer(string text, string[] tokens)
    {
        Text = text;
        this.tokens = tokens;
    }

    public string Text { get; }

    public static Result<JsonPointer> Parse(string text)
    {
        if (text.Length > 0 && text[0] != '/')
        {
            return new Failure(FailureKind.BadInput, "json_pointer", $"'{text}' is no JSON Pointer: it starts with '/' or is empty.", $"Write '/{text}'.");
        }

        var raw = text.Length == 0 ? [] : text[1..].Split('/');
        var tokens = new string[raw.Length];
        for (var i = 0; i < raw.Length; i++)
        {
            for (var at = raw[i].IndexOf('~', StringComparison.Ordinal); at >= 0; at = raw[i].IndexOf('~', at + 1))
            {
                if (at + 1 >= raw[i].Length || raw[i][at + 1] is not ('0' or '1'))
                {
                    return new Failure(FailureKind.BadInput, "json_pointer", $"In the JSON Pointer '{text}', '~' must be followed by 0 (for '~') or 1 (for '/').");
                }
            }

            tokens[i] = raw[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        return new JsonPointer(text, tokens);
    }

    /// <summary>Finds the value; false where the document has none at this place.</summary>
    public bool TryFind(JsonElement document, out JsonElement value)
    {
        value = document;
        foreach (var token in tokens)
        {
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(token, out var member))
            {
                value = member;
            }
            else if (value.ValueKind == JsonValueKind.Array && Index(token) is { } index && index < value.GetArrayLength())
            {
                value = value[index];
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() => Text;

    // Section 4: digits without leading zeros.
    private static int? Index(string token) =>
        token.Length > 0 && (token == "0" || token[0] != '0') && int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
