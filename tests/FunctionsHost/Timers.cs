using TrueCopy.FunctionsHost.Protocol;

namespace TrueCopy.FunctionsHost;

/// <summary>Timer triggers: every full minute, which is the one schedule that this product has.</summary>
internal sealed class Timers(Invoker invoker, IReadOnlyList<DeclaredFunction> functions, TimeProvider time)
{
    private const string EveryMinute = "0 * * * * *";

    public async Task RunAsync(CancellationToken stop)
    {
        if (functions.FirstOrDefault(function => function.TriggerPart("schedule") != EveryMinute) is { } other)
            throw new NotSupportedException($"This host does not know the schedule of {other.Name}.");
        try
        {
            while (true)
            {
                var now = time.GetUtcNow();
                await Task.Delay(TimeSpan.FromMinutes(1) - new TimeSpan(now.Ticks % TimeSpan.TicksPerMinute), time, stop);
                await Task.WhenAll(functions.Select(function => RunOneAsync(function, stop)));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>What an operator does with <c>POST /admin/functions/{name}</c>.</summary>
    public Task RunNowAsync(string name, CancellationToken stop) => InvokeAsync(functions.Single(function => function.Name == name), stop);

    private async Task RunOneAsync(DeclaredFunction function, CancellationToken stop)
    {
        try
        {
            await InvokeAsync(function, stop);
        }
        catch (InvocationException)
        {
            // Noted among the failures; the next minute tries again.
        }
    }

    private Task InvokeAsync(DeclaredFunction function, CancellationToken stop) =>
        invoker.RunAsync(function, Guid.NewGuid().ToString(), new TypedData { Json = """{"IsPastDue":false}""" }, stop);
}
