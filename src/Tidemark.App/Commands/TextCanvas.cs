namespace Tidemark.App.Commands;

/// <summary>Lines and boxes of box characters. Lines that meet are joined, whoever came first.</summary>
internal sealed class TextCanvas
{
    private const int Up = 1, Right = 2, Below = 4, Left = 8;

    // By the sides that a line leaves to.
    private const string Joints = " ╵╶└╷│┌├╴┘─┴┐┤┬┼";

    private readonly Dictionary<(int X, int Y), int> lines = [];
    private readonly Dictionary<(int X, int Y), char> letters = [];

    /// <summary>A vertical line between the middles of two rows.</summary>
    public void Down(int x, int from, int to)
    {
        for (var y = from; y < to; y++)
        {
            Join(x, y, Below);
            Join(x, y + 1, Up);
        }
    }

    /// <summary>A horizontal line between the middles of two columns.</summary>
    public void Across(int from, int to, int y)
    {
        for (var x = Math.Min(from, to); x < Math.Max(from, to); x++)
        {
            Join(x, y, Right);
            Join(x + 1, y, Left);
        }
    }

    /// <param name="enters">The column at which a line comes in at the top; null: none does.</param>
    /// <param name="leaves">The column at which one goes out at the bottom.</param>
    public void Box(int x, int y, int width, IReadOnlyList<string> text, int? enters, int? leaves)
    {
        var (right, bottom) = (x + width - 1, y + text.Count + 1);
        Across(x, right, y);
        Across(x, right, bottom);
        Down(x, y, bottom);
        Down(right, y, bottom);
        for (var line = 0; line < text.Count; line++)
        {
            for (var i = 0; i < text[line].Length; i++)
            {
                letters[(x + 2 + i, y + 1 + line)] = text[line][i];
            }
        }

        if (enters is { } above)
        {
            Join(above, y, Up);
        }

        if (leaves is { } below)
        {
            Join(below, bottom, Below);
        }
    }

    public List<string> Lines()
    {
        var height = lines.Keys.Max(cell => cell.Y) + 1;
        var width = lines.Keys.Max(cell => cell.X) + 1;
        return [.. Enumerable.Range(0, height).Select(y => new string([.. Enumerable.Range(0, width).Select(x => letters.GetValueOrDefault((x, y), Joints[lines.GetValueOrDefault((x, y))]))]).TrimEnd())];
    }

    private void Join(int x, int y, int side)
    {
        if (y >= 0)
        {
            lines[(x, y)] = lines.GetValueOrDefault((x, y)) | side;
        }
    }
}
