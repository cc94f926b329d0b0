using System.CommandLine;
using TrueCopy.Local.Azurite;

namespace TrueCopy.Local;

/// <summary>The options of <c>dotnet run --project functions/Local</c>.</summary>
internal static class CommandLine
{
    public static RootCommand Build()
    {
        var port = new Option<int>("--port")
        {
            Description = "Port of the API on 127.0.0.1; 0 for any free port.",
            DefaultValueFactory = _ => LocalOptions.DefaultPort,
        };
        var data = new Option<string>("--data")
        {
            Description = "Folder for Azurite's data and the signing keys; remove it to begin a new log.",
            DefaultValueFactory = _ => ".truecopy",
        };
        var azurite = new Option<string>("--azurite")
        {
            Description = "'own' starts the pinned Azurite; 'none' uses the storage that --connection names.",
            DefaultValueFactory = _ => "own",
        };
        azurite.AcceptOnlyFromAmong("own", "none");
        var connection = new Option<string?>("--connection")
        {
            Description = "Connection string of an emulator or account that already runs (with --azurite none).",
        };
        var blobPort = PortOption("--blob-port", "blobs", LocalOptions.DefaultBlobPort);
        var queuePort = PortOption("--queue-port", "queues", LocalOptions.DefaultQueuePort);
        var tablePort = PortOption("--table-port", "tables", LocalOptions.DefaultTablePort);

        var witnesses = new Option<int>("--witnesses")
        {
            Description = "2 starts two demo witnesses, one of either side of the border, which cosign what the log publishes; 0 starts none.",
            DefaultValueFactory = _ => 2,
        };
        var witnessPort = new Option<int>("--witness-port")
        {
            Description = "Port of the first demo witness on 127.0.0.1; the second takes the next. 0 for any free ports.",
            DefaultValueFactory = _ => LocalOptions.DefaultWitnessPort,
        };
        var policy = new Option<string?>("--policy")
        {
            Description = "File of a C2SP tlog-policy whose witnesses are asked, in place of the demo's.",
        };

        var role = new Option<string>("--role")
        {
            Description = "'all' runs the whole service; 'events' only storage, keys and events, beside a Function App that does the rest.",
            DefaultValueFactory = _ => "all",
        };
        role.AcceptOnlyFromAmong("all", "events");

        var command = new RootCommand("The whole TrueCopy service on this machine: storage, intake, sequencer and API.")
        {
            port, data, azurite, connection, blobPort, queuePort, tablePort, witnesses, witnessPort, policy, role,
        };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(azurite) == "none") != (result.GetValue(connection) is not null))
                result.AddError("--azurite none and --connection go together.");
            if (result.GetValue(witnesses) is not (0 or 2))
                result.AddError("--witnesses is 2 or 0.");
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = new LocalOptions(
                result.GetValue(port),
                Path.GetFullPath(result.GetValue(data)!),
                result.GetValue(azurite) == "own",
                result.GetValue(connection),
                result.GetValue(blobPort),
                result.GetValue(queuePort),
                result.GetValue(tablePort),
                result.GetValue(witnesses),
                result.GetValue(witnessPort),
                result.GetValue(policy) is { } file ? Path.GetFullPath(file) : null,
                result.GetValue(role) == "events");
            try
            {
                await LocalService.RunAsync(options, cancellationToken);
                return 0;
            }
            catch (Exception exception) when (exception is StartupException or AzuriteException)
            {
                await Console.Error.WriteLineAsync($"TrueCopy cannot start. {exception.Message}");
                return 1;
            }
        });
        return command;
    }

    private static Option<int> PortOption(string name, string what, int defaultPort) => new(name)
    {
        Description = $"Port of Azurite's {what} on 127.0.0.1; 0 for any free port.",
        DefaultValueFactory = _ => defaultPort,
    };
}
