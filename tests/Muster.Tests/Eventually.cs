namespace Muster.Tests;

internal static class Eventually
{
    /// <summary>Waits until a condition holds; the limit is only there so that a broken build ends.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!await condition())
        {
            if (limit.IsCancellationRequested) Assert.Fail($"It did not happen: {what}");
            await Task.Delay(20);
        }
    }
}
