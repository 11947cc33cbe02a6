using Tidemark.App.Api;

namespace Tidemark.App.Commands;

/// <summary>
/// Draws a job's graph as text: a box a task, in layers by what waits for what (each task one below the lowest that it
/// waits for), lines between them. Large graphs are told layer by layer, with counts.
/// </summary>
internal sealed class JobDrawing
{
    /// <summary>More boxes than this help nobody.</summary>
    public const int MostBoxes = 60;

    private const int LongestName = 28;
    private const int Between = 2;

    private readonly List<List<Node>> layers;

    private JobDrawing(List<List<Node>> layers) => this.layers = layers;

    /// <param name="width">Columns that there are; a drawing that needs more is told in layers.</param>
    public static IReadOnlyList<string> Draw(IReadOnlyList<JobTaskShape> tasks, IReadOnlyList<JobEdgeShape> edges, int width, DateTimeOffset now)
    {
        var depths = DepthsOf(tasks, edges);
        if (tasks.Count <= MostBoxes)
        {
            var drawing = Lay(tasks, edges, depths, now);
            drawing.Order();
            if (drawing.Place() <= width)
            {
                return drawing.Paint();
            }
        }

        return InWords(tasks, depths, width);
    }

    private static Dictionary<int, int> DepthsOf(IReadOnlyList<JobTaskShape> tasks, IReadOnlyList<JobEdgeShape> edges)
    {
        var depths = tasks.ToDictionary(task => task.Number, _ => 0);
        var waits = edges.GroupBy(edge => edge.To).ToDictionary(edge => edge.Key, edge => edge.Count());
        var children = edges.ToLookup(edge => edge.From, edge => edge.To);
        var free = new Queue<int>(tasks.Select(task => task.Number).Where(number => !waits.ContainsKey(number)));
        while (free.TryDequeue(out var number))
        {
            foreach (var child in children[number])
            {
                depths[child] = Math.Max(depths[child], depths[number] + 1);
                if (--waits[child] == 0)
                {
                    free.Enqueue(child);
                }
            }
        }

        return depths;
    }

    private static List<string> InWords(IReadOnlyList<JobTaskShape> tasks, Dictionary<int, int> depths, int width)
    {
        var lines = new List<string>();
        foreach (var layer in tasks.GroupBy(task => depths[task.Number]).OrderBy(layer => layer.Key))
        {
            var states = layer.GroupBy(task => task.State).OrderBy(state => Array.IndexOf(States, state.Key)).Select(state => $"{JobWords.Sign(state.Key)} {state.Count()} {state.Key}");
            var names = layer.Select(task => task.Name).ToList();
            if (lines.Count > 0)
            {
                lines.Add("     ▼");
            }

            var line = $"{layer.Key + 1,3}  ┃ {string.Join("  ", states)}   {(names.Count <= 3 ? string.Join(", ", names) : $"{names[0]}, {names[1]} … {names[^1]}")}";
            lines.Add(line.Length > width ? line[..(width - 1)] + "…" : line);
        }

        return lines;
    }

    private static readonly string[] States = ["done", "running", "ready", "waiting", "failed", "cancelled", "skipped"];

    // A line that passes a layer takes a place in it, so that boxes keep out of its way.
    private static JobDrawing Lay(IReadOnlyList<JobTaskShape> tasks, IReadOnlyList<JobEdgeShape> edges, Dictionary<int, int> depths, DateTimeOffset now)
    {
        var layers = Enumerable.Range(0, depths.Values.DefaultIfEmpty().Max() + 1).Select(_ => new List<Node>()).ToList();
        var nodes = new Dictionary<int, Node>();
        foreach (var task in tasks)
        {
            var name = task.Name.Length > LongestName ? task.Name[..(LongestName - 1)] + "…" : task.Name;
            layers[depths[task.Number]].Add(nodes[task.Number] = new Node([$"{JobWords.Sign(task.State)} {name}", $"{task.State}{(JobWords.When(task, now) is { Length: > 0 } when ? $", {when}" : "")}{(task.Attempt > 1 ? $", try {task.Attempt}" : "")}"]));
        }

        foreach (var edge in edges.Where(edge => nodes.ContainsKey(edge.From) && nodes.ContainsKey(edge.To)))
        {
            var from = nodes[edge.From];
            for (var depth = depths[edge.From] + 1; depth < depths[edge.To]; depth++)
            {
                // Lines from one task that pass the same layer are one.
                var passing = from.Children.Find(child => child.Lines.Count == 0);
                if (passing is null)
                {
                    layers[depth].Add(passing = new Node([]));
                    from.Join(passing);
                }

                from = passing;
            }

            from.Join(nodes[edge.To]);
        }

        return new JobDrawing(layers);
    }

    // By the middle of what each hangs on, down and up a few times (Sugiyama, Tagawa, Toda, 1981).
    private void Order()
    {
        for (var sweep = 0; sweep < 6; sweep++)
        {
            var down = sweep % 2 == 0;
            foreach (var layer in down ? layers : layers.AsEnumerable().Reverse())
            {
                for (var i = 0; i < layer.Count; i++)
                {
                    layer[i].Rank = i;
                }

                var sorted = layer.OrderBy(node => (down ? node.Parents : node.Children) is { Count: > 0 } near ? near.Average(other => other.Rank) : node.Rank).ToList();
                layer.Clear();
                layer.AddRange(sorted);
                for (var i = 0; i < layer.Count; i++)
                {
                    layer[i].Rank = i;
                }
            }
        }
    }

    // Gives the width of all.
    private int Place()
    {
        var widths = layers.ConvertAll(layer => layer.Sum(node => node.Width) + (Between * (layer.Count - 1)));
        var widest = widths.Max();
        for (var i = 0; i < layers.Count; i++)
        {
            var x = (widest - widths[i]) / 2;
            foreach (var node in layers[i])
            {
                node.X = x;
                x += node.Width + Between;
            }
        }

        return widest;
    }

    private List<string> Paint()
    {
        var canvas = new TextCanvas();
        var y = 0;
        for (var i = 0; i < layers.Count; i++)
        {
            foreach (var node in layers[i])
            {
                if (node.Lines.Count == 0)
                {
                    canvas.Down(node.Middle, y - 1, y + 4);
                }
                else
                {
                    canvas.Box(node.X, y, node.Width, node.Lines, node.Parents.Count > 0 ? node.Middle : null, node.Children.Count > 0 ? node.Middle : null);
                }
            }

            y += 4;
            // Each that has children elsewhere than straight below gets a row of its own to go there.
            var bent = layers[i].Where(node => node.Children.Exists(child => child.Middle != node.Middle)).ToList();
            var bottom = y + bent.Count;
            foreach (var node in layers[i].Where(node => node.Children.Count > 0))
            {
                var row = bent.IndexOf(node) is var at and >= 0 ? y + at : bottom;
                canvas.Down(node.Middle, y - 1, row);
                foreach (var child in node.Children)
                {
                    canvas.Across(node.Middle, child.Middle, row);
                    canvas.Down(child.Middle, row, bottom);
                }
            }

            y = bottom;
        }

        return canvas.Lines();
    }

    private sealed class Node(IReadOnlyList<string> lines)
    {
        /// <summary>None: a line that passes.</summary>
        public IReadOnlyList<string> Lines => lines;

        public List<Node> Parents { get; } = [];

        public List<Node> Children { get; } = [];

        public int Width => lines.Count == 0 ? 1 : lines.Max(line => line.Length) + 4;

        public double Rank { get; set; }

        public int X { get; set; }

        public int Middle => X + (Width / 2);

        public void Join(Node child)
        {
            if (!Children.Contains(child))
            {
                Children.Add(child);
                child.Parents.Add(this);
            }
        }
    }
}
