namespace Tidemark.App.Config;

/// <summary>Where a value came from.</summary>
/// <param name="Text"><c>default</c>, <c>--listen</c>, <c>TIDEMARK_LISTEN</c> or <c>tidemark.yaml:3</c>.</param>
public sealed record Origin(string Text)
{
    public static Origin Default { get; } = new("default");

    public override string ToString() => Text;
}

/// <summary>Something wrong in the configuration.</summary>
/// <param name="Origin">File and line, environment variable or flag.</param>
/// <param name="Message">The value found and what is legal.</param>
public sealed record ConfigFault(Origin Origin, string Message)
{
    public override string ToString() => $"{Origin}: {Message}";
}

/// <summary>A value and where it came from.</summary>
public sealed record ConfigValue(string Text, Origin Origin);
