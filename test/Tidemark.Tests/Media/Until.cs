namespace Tidemark.Tests.Media;

/// <summary>Waits for what another process does, which gives no signal: looks often, and fails after a limit.</summary>
internal static class Until
{
    internal static async Task TrueAsync(Func<bool> condition, TimeSpan within)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        while (!condition())
        {
            Assert.True(time.GetElapsedTime(began) < within, $"It did not come true within {within.TotalSeconds} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, TestContext.Current.CancellationToken);
        }
    }
}
