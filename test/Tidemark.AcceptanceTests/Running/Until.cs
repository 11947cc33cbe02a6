namespace Tidemark.AcceptanceTests.Running;

/// <summary>Waits for what gives no signal (a file, another process): looks often, and fails after a limit.</summary>
internal static class Until
{
    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest that anything here may take on a busy machine.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(180);

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null) => TrueAsync(() => Task.FromResult(condition()), what, within);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var limit = within ?? Patience;
        var began = Time.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Time.GetElapsedTime(began) < limit, $"Not within {limit.TotalSeconds} s: {what}.");
            await Task.Delay(LookEvery, Time, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A token that ends with the test, or when patience is at its end.</summary>
    public static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        return limit;
    }
}
