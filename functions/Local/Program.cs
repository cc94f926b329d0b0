using System.CommandLine;
using TrueCopy.Local;

// Long enough to finish a batch and to let Azurite write what it holds.
var patient = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
return await CommandLine.Build().Parse(args).InvokeAsync(patient);
