using System.Text.RegularExpressions;

namespace Tidemark.Jobs;

/// <summary>A request's graph by task numbers, checked whole before anything is written.</summary>
internal sealed partial class JobGraph
{
    private const int MostTasks = 1_000_000;

    private JobGraph(List<(int Parent, int Child)> edges, int[] parents, int[] fan) => (Edges, Parents, Fan) = (edges, parents, fan);

    /// <summary>From task number to task number.</summary>
    public List<(int Parent, int Child)> Edges { get; }

    /// <summary>How many tasks each waits for; index is the number less one.</summary>
    public int[] Parents { get; }

    /// <summary>How many wait for each; index is the number less one.</summary>
    public int[] Fan { get; }

    public static Result<JobGraph> Check(JobRequest request)
    {
        if (request.Tasks.Count is 0 or > MostTasks)
        {
            return Bad("job_tasks", $"A job has 1 to {MostTasks:N0} tasks; this one has {request.Tasks.Count:N0}.");
        }

        if (!Slug().IsMatch(request.Kind) || request.Priority is < JobRequest.MostUrgent or > JobRequest.LeastUrgent || request.Tenant.Length is 0 or > 200)
        {
            return Bad("job_form", $"A job's kind is a slug, its tenant 1 to 200 characters, its priority {JobRequest.MostUrgent} to {JobRequest.LeastUrgent}; got '{request.Kind}', '{request.Tenant}', {request.Priority}.");
        }

        // PostgreSQL keeps no NUL and no half of a surrogate pair, and a key of an index is short.
        if (!IsText(request.Tenant) || !IsText(request.Title) || (request.Key is { } key && (key.Length > 500 || !IsText(key)))
            || request.Tasks.Any(task => !IsText(task.Handler) || !IsText(task.Payload) || !task.Needs.Tags.All(IsText) || task.Handler.Length > 200 || task.Needs.Tags.Sum(tag => tag.Length + 1) > 1000))
        {
            return Bad("job_text", "Texts of a job are valid Unicode without NUL characters; its key has at most 500 characters, a handler's name 200, a task's tags 1,000.");
        }

        var numbers = new Dictionary<string, int>(request.Tasks.Count, StringComparer.Ordinal);
        foreach (var task in request.Tasks)
        {
            if (!Slug().IsMatch(task.Name) || !numbers.TryAdd(task.Name, numbers.Count + 1))
            {
                return Bad("task_name", $"'{task.Name}' is no slug, or two tasks have this name.");
            }

            if (task.Needs.Cpu < 0 || task.Needs.Memory < 0 || task.Needs.Disk < 0 || task.Needs.Gpu < 0 || task.Needs.Tags.Any(tag => tag.Length == 0 || tag.Contains(' ', StringComparison.Ordinal)) || task.Attempts < 1 || task.Stall <= TimeSpan.Zero)
            {
                return Bad("task_form", $"Task '{task.Name}': needs are not negative, tags have no spaces, there is at least one attempt, and the progress deadline is more than zero.");
            }
        }

        return Connect(request.Tasks, numbers);
    }

    private static Result<JobGraph> Connect(IReadOnlyList<TaskSpec> tasks, Dictionary<string, int> numbers)
    {
        var edges = new List<(int, int)>();
        var (parents, fan) = (new int[tasks.Count], new int[tasks.Count]);
        for (var child = 1; child <= tasks.Count; child++)
        {
            foreach (var name in tasks[child - 1].After.Distinct(StringComparer.Ordinal))
            {
                if (!numbers.TryGetValue(name, out var parent))
                {
                    return Bad("task_after", $"Task '{tasks[child - 1].Name}' waits for '{name}', which is not in this job.");
                }

                edges.Add((parent, child));
                parents[child - 1]++;
                fan[parent - 1]++;
            }
        }

        return InCircle(edges, parents) is { } stuck
            ? Bad("job_circle", $"Task '{tasks[stuck - 1].Name}' waits for itself, directly or by way of others.")
            : new JobGraph(edges, parents, fan);
    }

    // Kahn, "Topological sorting of large networks" (1962): what cannot be taken away stands in a circle, or behind one.
    private static int? InCircle(List<(int Parent, int Child)> edges, int[] parents)
    {
        var left = (int[])parents.Clone();
        var children = edges.ToLookup(edge => edge.Parent, edge => edge.Child);
        var free = new Queue<int>(Enumerable.Range(1, left.Length).Where(number => left[number - 1] == 0));
        while (free.TryDequeue(out var number))
        {
            foreach (var child in children[number])
            {
                if (--left[child - 1] == 0)
                {
                    free.Enqueue(child);
                }
            }
        }

        var stuck = Array.FindIndex(left, count => count > 0);
        return stuck < 0 ? null : stuck + 1;
    }

    private static bool IsText(string text) => !text.Contains('\0', StringComparison.Ordinal) && !HasLoneSurrogate(text);

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[++i])))
            {
                return true;
            }
        }

        return false;
    }

    private static Failure Bad(string code, string message) => new(FailureKind.BadInput, code, message);

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,99}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Slug();
}
