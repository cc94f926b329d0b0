using TrueCopy.Cli;

return await CommandLine.RunAsync(args, Terminal.System(), new HttpClientHandler());
