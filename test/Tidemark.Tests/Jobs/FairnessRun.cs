using Tidemark.Jobs;

namespace Tidemark.Tests.Jobs;

/// <summary>
/// One worker with four places in virtual time: one tenant offers a tenth of what the worker can do, the other so much that
/// its queue never ends. Arrivals and lengths come from a seed.
/// </summary>
internal static class FairnessRun
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly Offer Offer = new() { Cpu = 4000, Memory = 0, Disk = 0, Handlers = ["step"] };

    /// <summary>How long a task of the small tenant takes from its arrival to its end, in seconds.</summary>
    public static double MeanSojourn(bool withOther)
    {
        var book = new LaneBook(Offer);
        book.Add([new Lane(1, "small", 2, "step", new Needs()), new Lane(2, "big", 2, "step", new Needs())]);
        var (arrivals, lengths) = (new Random(1), new Random(2));
        var (waiting, ends, sojourns) = (new Queue<double>(), new PriorityQueue<bool, double>(), new List<double>());
        var (now, nextArrival, epoch) = (0.0, 0.0, 0L);
        var free = new Capacity(Offer, 100);
        while (sojourns.Count < 5000)
        {
            var nextEnd = ends.TryPeek(out _, out var end) ? end : double.MaxValue;
            if (nextArrival <= nextEnd)
            {
                now = nextArrival;
                waiting.Enqueue(now);
                book.Lower(new LaneFloor(1, Start.AddSeconds(now)));
                // A tenth of four places, with tasks of one second.
                nextArrival += -Math.Log(1 - arrivals.NextDouble()) / 0.4;
            }
            else
            {
                now = nextEnd;
                ends.Dequeue();
                free.Give(new Needs());
            }

            if (withOther)
            {
                book.Lower(new LaneFloor(2, Start));
            }

            var plan = book.Plan(free, 100, Start.AddSeconds(now), null);
            var taken = new List<Lease>();
            foreach (var claim in plan)
            {
                for (var i = 0; i < claim.Most && (claim.Lane == 2 || waiting.Count > 0); i++)
                {
                    var length = 0.5 + lengths.NextDouble();
                    if (claim.Lane == 1)
                    {
                        sojourns.Add(now + length - waiting.Dequeue());
                    }

                    taken.Add(Lease(claim.Lane, ++epoch, Start.AddSeconds(now)));
                    ends.Enqueue(true, now + length);
                    free.Take(new Needs());
                }
            }

            book.Took(plan, taken);
        }

        return sojourns.Average();
    }

    public static Lease Lease(int lane, long epoch, DateTimeOffset readyAt) => new()
    {
        Task = new TaskId(Guid.CreateVersion7(Start), (int)epoch),
        Fence = new Fence(1, epoch),
        Lane = lane,
        Fan = 0,
        Attempt = 1,
        ReadyAt = readyAt,
        StartedAt = readyAt,
        Name = "step",
        Payload = "",
        Parents = 0,
        Stall = TimeSpan.FromMinutes(5),
        Attempts = 5,
    };
}
