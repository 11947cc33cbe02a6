namespace Tidemark.Bench;

/// <summary>One line on standard error that is drawn over; where nobody watches, a line a stage.</summary>
internal sealed class Progress : IDisposable
{
    private readonly bool terminal = !Console.IsErrorRedirected;
    private string last = "";
    private bool open;

    public void Show(string bench, string stage, string what, double? secondsLeft)
    {
        var left = secondsLeft is { } seconds ? $", about {seconds:0} s left" : "";
        if (terminal)
        {
            Console.Error.Write($"\r\e[2K{bench}: {stage}, {what}{left}");
            open = true;
        }
        else if (stage != last)
        {
            Console.Error.WriteLine($"{bench}: {stage}{left}");
        }

        last = stage;
    }

    public void Dispose()
    {
        if (open)
        {
            Console.Error.Write("\r\e[2K");
        }
    }
}
