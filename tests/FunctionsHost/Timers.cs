using System.Globalization;
using System.Text.RegularExpressions;
using TrueCopy.FunctionsHost.Protocol;

namespace TrueCopy.FunctionsHost;

/// <summary>Timer triggers: every full minute, or every so many minutes of an hour, which are the schedules that this product has.</summary>
internal sealed partial class Timers(Invoker invoker, IReadOnlyList<DeclaredFunction> functions, TimeProvider time)
{
    public async Task RunAsync(CancellationToken stop)
    {
        var scheduled = functions.Select(function => (Function: function, Minutes: MinutesOf(function))).ToArray();
        try
        {
            while (true)
            {
                var now = time.GetUtcNow();
                await Task.Delay(TimeSpan.FromMinutes(1) - new TimeSpan(now.Ticks % TimeSpan.TicksPerMinute), time, stop);
                var minute = time.GetUtcNow().Minute;
                await Task.WhenAll(scheduled.Where(each => minute % each.Minutes == 0).Select(each => RunOneAsync(each.Function, stop)));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>What an operator does with <c>POST /admin/functions/{name}</c>.</summary>
    public Task RunNowAsync(string name, CancellationToken stop) => InvokeAsync(functions.Single(function => function.Name == name), stop);

    private static int MinutesOf(DeclaredFunction function) => Schedule().Match(function.TriggerPart("schedule") ?? "") switch
    {
        { Success: false } => throw new NotSupportedException($"This host does not know the schedule of {function.Name}."),
        { Groups: [_, { Success: true } every] } => int.Parse(every.Value, CultureInfo.InvariantCulture),
        _ => 1,
    };

    [GeneratedRegex(@"^0 \*(?:/([1-9]\d?))? \* \* \* \*$")]
    private static partial Regex Schedule();

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
