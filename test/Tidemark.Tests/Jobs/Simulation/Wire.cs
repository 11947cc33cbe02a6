namespace Tidemark.Tests.Jobs.Simulation;

/// <summary>Between an actor and the database. Every call goes through, is lost before it is done, is done without an answer, or is done much later.</summary>
internal sealed class Wire(Simulation simulation)
{
    private readonly List<(int Due, string What, Func<Task> Call)> late = [];

    /// <summary>No more faults.</summary>
    public bool Whole { get; set; }

    /// <exception cref="LostCallException">There is no answer: it has happened, will happen, or not.</exception>
    public async Task<T> SendAsync<T>(Actor from, string what, Func<Task<T>> call)
    {
        if (Whole)
        {
            return await call();
        }

        var fate = from.Random.NextDouble();
        if (from.CutUntil > simulation.Step || fate < 0.03)
        {
            throw Lost("request");
        }

        if (fate < 0.09)
        {
            await IgnoreAsync(call);
            throw Lost("answer");
        }

        if (fate < 0.15)
        {
            var due = simulation.Step + from.Random.Next(1, 80);
            lock (late)
            {
                late.Add((due, $"{from.Name}: {what}", () => IgnoreAsync(call)));
            }

            throw Lost("late");
        }

        return await call();

        LostCallException Lost(string how)
        {
            simulation.Report.Count($"lost: {how}");
            simulation.Tell($"{from.Name}: {what} ✗ {how}");
            return new LostCallException();
        }
    }

    /// <summary>Calls that arrive now.</summary>
    public List<Func<Task>> Arriving(bool all = false)
    {
        var now = late.Where(call => all || call.Due <= simulation.Step).ToList();
        late.RemoveAll(now.Contains);
        return [.. now.Select(Func<Task> (call) => () =>
        {
            simulation.Tell($"arrives late: {call.What}");
            return call.Call();
        })];
    }

    private static async Task IgnoreAsync<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
        }
        catch (RowsRefusedException)
        {
            // The handler's own failure: its actor does not hear of that either.
        }
    }
}

/// <summary>No answer came.</summary>
internal sealed class LostCallException : Exception;

/// <summary>A handler's own rows were refused, as a broken constraint is.</summary>
internal sealed class RowsRefusedException : Exception;
