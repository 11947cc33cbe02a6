namespace Tidemark.App.Config;

/// <summary>What a node does.</summary>
[Flags]
public enum NodeRoles
{
    None = 0,

    /// <summary>Serves the API and the page over TCP.</summary>
    Api = 1,

    /// <summary>Polls the sources.</summary>
    Capture = 2,

    /// <summary>Watches over nodes and queues, when it is its turn.</summary>
    Dispatch = 4,

    /// <summary>Runs tasks.</summary>
    Work = 8,

    All = Api | Capture | Dispatch | Work,
}

/// <summary>Roles as text.</summary>
public static class NodeRolesText
{
    private static readonly NodeRoles[] Each = [NodeRoles.Api, NodeRoles.Capture, NodeRoles.Dispatch, NodeRoles.Work];

    public static IReadOnlyList<string> Names(this NodeRoles roles) => [.. Each.Where(role => roles.HasFlag(role)).Select(role => role.ToString().ToLowerInvariant())];

    /// <summary>Reads <c>api,work</c>; false where one is unknown, or there is none.</summary>
    public static bool TryParse(string text, out NodeRoles roles)
    {
        roles = NodeRoles.None;
        foreach (var name in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var role = Array.Find(Each, role => role.ToString().Equals(name, StringComparison.OrdinalIgnoreCase));
            if (role == NodeRoles.None)
            {
                return false;
            }

            roles |= role;
        }

        return roles != NodeRoles.None;
    }
}
