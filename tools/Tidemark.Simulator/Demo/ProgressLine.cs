namespace Tidemark.Simulator.Demo;

/// <summary>A bar on a terminal, a line at each quarter elsewhere.</summary>
internal sealed class ProgressLine(string what, int total, TimeProvider time) : IDisposable
{
    private const int Cells = 32;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    private readonly bool terminal = !Console.IsOutputRedirected;
    private readonly long start = time.GetTimestamp();
    private TimeSpan drawn = -Between;
    private int quarter;
    private bool open;

    public void Show(int done)
    {
        var elapsed = time.GetElapsedTime(start);
        if (terminal)
        {
            if (done < total && elapsed - drawn < Between)
            {
                return;
            }

            var full = Cells * done / total;
            Console.Write($"\r  {new string('█', full)}{new string('░', Cells - full)}  {done} of {total} {what}, {elapsed.TotalSeconds:F0} s\e[K");
            drawn = elapsed;
            open = true;
        }
        else if (4 * done / total > quarter)
        {
            quarter = 4 * done / total;
            Console.WriteLine($"  {done} of {total} {what}, {elapsed.TotalSeconds:F1} s");
        }
    }

    public void Dispose()
    {
        if (open)
        {
            Console.WriteLine();
        }
    }
}
