using TrueCopy.Cli;
using TrueCopy.Cli.Trust;

return await CommandLine.RunAsync(args, Terminal.System(), Network.Open(), KnownLogs.OfUser(), TimeProvider.System);
