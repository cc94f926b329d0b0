using BenchmarkDotNet.Running;
using TrueCopy.Benchmarks;

if (args is not ["scenarios" or "page", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(ScenarioRunner).Assembly).Run(args);
    return 0;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
return args[0] == "page"
    ? await ScenarioRunner.WritePageAsync(stop.Token)
    : await ScenarioRunner.RunAsync(args[1..], Console.Out, stop.Token);
