using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>Random requests: single tasks, chains, fans, diamonds and tangles. A task's payload says how it ends.</summary>
internal static class GraphShapes
{
    public static readonly string[] Handlers = ["cut", "join", "look"];

    public static JobRequest Any(Random random, Guid id, DateTimeOffset now)
    {
        var tasks = random.Next(6) switch
        {
            0 => Tasks(random, 1, (_, _) => false),
            1 => Tasks(random, random.Next(2, 6), (parent, child) => parent == child - 1),
            2 => Fan(random, random.Next(2, 9)),
            3 => Tasks(random, 4, (parent, child) => child == 4 ? parent > 1 : parent == 1 && child > 1),
            4 => Tasks(random, random.Next(3, 9), (_, _) => random.NextDouble() < 0.35),
            _ => Tasks(random, random.Next(2, 5), (_, _) => false),
        };
        var key = random.NextDouble() < 0.3 ? $"key-{random.Next(4)}" : null;
        return new JobRequest("simulated", "simulated", tasks)
        {
            Id = id,
            Tenant = random.Next(4) == 0 ? "other" : "default",
            Priority = random.Next(1, 5),
            Key = key,
            KeyHeld = key is not null && random.Next(2) == 0 ? TimeSpan.FromSeconds(random.Next(1, 600)) : TimeSpan.Zero,
            NotBefore = random.NextDouble() < 0.15 ? now.AddSeconds(random.Next(-60, 1800)) : null,
        };
    }

    private static List<TaskSpec> Fan(Random random, int width) =>
        Tasks(random, width + 2, (parent, child) => child == width + 2 ? parent is > 1 : parent == 1);

    private static List<TaskSpec> Tasks(Random random, int count, Func<int, int, bool> edge)
    {
        var tasks = new List<TaskSpec>();
        for (var child = 1; child <= count; child++)
        {
            var handler = Handlers[random.Next(Handlers.Length)];
            tasks.Add(new TaskSpec($"t{child}", handler, $"{handler} {Ending(random)}")
            {
                After = [.. Enumerable.Range(1, child - 1).Where(parent => edge(parent, child)).Select(parent => $"t{parent}")],
                Attempts = random.Next(1, 5),
                Needs = new Needs { Cpu = random.Next(3) == 0 ? 2000 : 1000 },
            });
        }

        return tasks;
    }

    // Kinds of failures, or: it takes its worker down.
    private static string Ending(Random random) => random.NextDouble() switch
    {
        < 0.70 => "done",
        < 0.78 => "infrastructure",
        < 0.83 => "toolCrash",
        < 0.87 => "badInput",
        < 0.91 => "stalled",
        < 0.97 => "mixed",
        _ => "poison",
    };
}
