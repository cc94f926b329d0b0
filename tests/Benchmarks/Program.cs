using BenchmarkDotNet.Running;
using TrueCopy.Benchmarks;

if (args is not ["scenarios" or "readme", ..])
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
return args[0] == "readme"
    ? await ScenarioRunner.WriteReadmeAsync(stop.Token)
    : await ScenarioRunner.RunAsync(args[1..], Console.Out, stop.Token);
