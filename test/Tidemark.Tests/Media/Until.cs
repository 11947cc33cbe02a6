namespace Tidemark.Tests.Media;

/// <summary>Waits for what another process does, which gives no signal: looks often, and fails after a limit.</summary>
internal static class Until
{
    internal static Task TrueAsync(Func<bool> condition, TimeSpan within) => TrueAsync(() => Task.FromResult(condition()), within);

    internal static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan within)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        while (!await condition())
        {
            Assert.True(time.GetElapsedTime(began) < within, $"It did not come true within {within.TotalSeconds} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, TestContext.Current.CancellationToken);
        }
    }
}
