using TrueCopy.Admin;
using TrueCopy.Cli;

var terminal = Terminal.System();
return await CommandLine.RunAsync(AdminCommands.Tool, AdminCommands.Create(terminal, TimeProvider.System), args, terminal);
