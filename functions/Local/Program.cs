using TrueCopy.Local;

return await CommandLine.Build().Parse(args).InvokeAsync();
