using Tidemark.App.Config;

namespace Tidemark.App.Commands;

/// <summary>
/// One line on standard error that is drawn over: what, how far, how long yet. Where nobody watches, a line a stage.
/// </summary>
public sealed class ProgressBar(string what) : IDisposable
{
    private const int Cells = 28;
    private string stage = "";
    private bool drawn;

    /// <param name="stage">What is being done.</param>
    /// <param name="fraction">0 to 1.</param>
    /// <param name="count">How far in its own unit: <c>12/60 frames</c>.</param>
    /// <param name="secondsLeft">Null where that is not known.</param>
    public void Show(string stage, double fraction, string count, double? secondsLeft)
    {
        if (!Output.Watched)
        {
            if (stage != this.stage)
            {
                Console.Error.WriteLine($"{what}: {stage}");
            }

            this.stage = stage;
            return;
        }

        var full = (int)Math.Round(Math.Clamp(fraction, 0, 1) * Cells);
        var left = secondsLeft is { } seconds ? $"  {Units.Span(TimeSpan.FromSeconds(seconds))} left" : "";
        Console.Error.Write($"\r\u001b[2K{what}  {new string('━', full)}{new string('─', Cells - full)}  {fraction * 100,3:0} %  {stage}  {count}{left}");
        drawn = true;
    }

    /// <summary>Clears the line: the result takes its place.</summary>
    public void Dispose() => Clear();

    /// <summary>Clears the line, for others to be written; the next <see cref="Show"/> draws it anew.</summary>
    public void Clear()
    {
        if (drawn)
        {
            Console.Error.Write("\r\u001b[2K");
            drawn = false;
        }
    }
}
