namespace Tidemark.Sources;

/// <summary>A source's id is a slug, <c>[a-z0-9][a-z0-9-]{0,62}</c>: safe as a folder name and in addresses.</summary>
public static class SourceId
{
    public static Failure? Check(string? id)
    {
        if (id is { Length: >= 1 and <= 63 } && id[0] != '-' && id.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
        {
            return null;
        }

        return new Failure(FailureKind.BadInput, "source_id", $"'{Shorten(id)}' cannot be a source's name.",
            "Use 1 to 63 of a-z, 0-9 and '-', not starting with '-'.");
    }

    private static string Shorten(string? id) => id is null ? "" : id.Length > 80 ? id[..80] + "…" : id;
}
