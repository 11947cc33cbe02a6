namespace Tidemark.Jobs;

/// <summary>What of an offer is free.</summary>
internal struct Capacity
{
    private int cpu;
    private long memory;
    private long disk;
    private int gpu;

    /// <param name="offer">In all.</param>
    /// <param name="tasks">How many tasks at most.</param>
    public Capacity(Offer offer, int tasks) => (cpu, memory, disk, gpu, Tasks) = (offer.Cpu, offer.Memory, offer.Disk, offer.Gpu, tasks);

    /// <summary>How many more tasks.</summary>
    public int Tasks { get; private set; }

    /// <summary>How many tasks with these needs fit in now.</summary>
    public readonly int Fits(Needs needs)
    {
        long most = Tasks;
        most = needs.Cpu > 0 ? Math.Min(most, cpu / needs.Cpu) : most;
        most = needs.Memory > 0 ? Math.Min(most, memory / needs.Memory) : most;
        most = needs.Disk > 0 ? Math.Min(most, disk / needs.Disk) : most;
        most = needs.Gpu > 0 ? Math.Min(most, gpu / needs.Gpu) : most;
        return (int)Math.Max(0, most);
    }

    public void Take(Needs needs) => Add(needs, -1);

    public void Give(Needs needs) => Add(needs, 1);

    private void Add(Needs needs, int sign)
    {
        Tasks += sign;
        cpu += sign * needs.Cpu;
        memory += sign * needs.Memory;
        disk += sign * needs.Disk;
        gpu += sign * needs.Gpu;
    }
}
