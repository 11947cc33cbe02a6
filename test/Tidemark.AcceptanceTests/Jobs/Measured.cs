namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>Times that are worth knowing also where they are within their bounds.</summary>
internal static class Measured
{
    public static void Print(string what, TimeSpan took) => TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {took.TotalSeconds:0.000} s");

    public static void SkipUnlessSoak() => Assert.SkipUnless(IsSoak, "It takes minutes: ./tidemark test --soak");

    public static bool IsSoak => Environment.GetEnvironmentVariable("TIDEMARK_SOAK") == "1";

    /// <summary>Says how long it took mostly and at most, and asserts that so large a part of all was over in time.</summary>
    public static void Within(IReadOnlyList<TimeSpan> took, double part, TimeSpan limit, string what)
    {
        var quantile = Quantile(took, part);
        Print($"{what}, median", Quantile(took, 0.5));
        Print($"{what}, p{part * 100:0}", quantile);
        Assert.InRange(quantile, TimeSpan.Zero, limit);
    }

    /// <summary>The least time within which so large a part of all was over.</summary>
    public static TimeSpan Quantile(IEnumerable<TimeSpan> took, double part)
    {
        var sorted = took.Order().ToList();
        return sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * part) - 1)];
    }
}
