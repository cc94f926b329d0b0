using TrueCopy.Cli;
using TrueCopy.Cli.Trust;

return await CommandLine.RunAsync(args, Terminal.System(), new HttpClientHandler(), KnownLogs.OfUser(), TimeProvider.System);
