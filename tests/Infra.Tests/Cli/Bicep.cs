using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;

namespace TrueCopy.Infra.Tests.Cli;

/// <summary>The real Bicep CLI, in a folder.</summary>
internal static class Bicep
{
    /// <summary>Where a snapshot pretends to be deployed: what is hashed into names must be the same on every machine.</summary>
    public static readonly (string subscriptionId, string tenantId, string location, string deploymentName) Pretence =
        ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002", "eastasia", "truecopy");

    /// <summary>The same as options.</summary>
    public static readonly string[] Pretended =
    [
        "--subscription-id", Pretence.subscriptionId, "--tenant-id", Pretence.tenantId,
        "--location", Pretence.location, "--deployment-name", Pretence.deploymentName,
    ];

    /// <summary>What production's parameters ask for, as an institution would state it.</summary>
    public static readonly IReadOnlyDictionary<string, string> Stated = new Dictionary<string, string>
    {
        ["AZURE_ENV_NAME"] = "truecopy-prod",
        ["AZURE_LOCATION"] = "eastasia",
        ["TRUECOPY_LOG_ORIGIN"] = "log.truecopy.internal/1",
        ["TRUECOPY_STORAGE_SKU"] = "Standard_GZRS",
        ["TRUECOPY_INBOX_IP_RANGES"] = "none",
        ["TRUECOPY_ALERT_EMAILS"] = "oncall@truecopy.internal",
    };

    /// <summary>What a witness's parameters ask for.</summary>
    public static readonly IReadOnlyDictionary<string, string> StatedOfWitness = new Dictionary<string, string>
    {
        ["TRUECOPY_WITNESS_NAME"] = "witness.truecopy.internal/w1",
        ["TRUECOPY_WITNESS_LOGS"] = "log dev.truecopy.example/log+136c8967+AXznSespZrm3R1QyNu9fYbRjKKgvkmd7gkcEOdsGUVTg",
    };

    /// <summary>Nothing is stated, as where somebody tries it out.</summary>
    public static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    private static readonly SemaphoreSlim Turns = new(Environment.ProcessorCount);

    public static string Program { get; } = Executable(
        typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Bicep").Value
        ?? throw new InvalidOperationException("The project does not say where Bicep is."));

    public static Task<Outcome> RunAsync(string folder, params string[] arguments) => RunAsync(folder, Nothing, arguments);

    /// <summary>Runs it with these of the variables that parameter files read and no others, so that a developer's own change nothing.</summary>
    public static async Task<Outcome> RunAsync(string folder, IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        await Turns.WaitAsync();
        try
        {
            using var process = Process.Start(Start(folder, variables, arguments)) ?? throw new Win32Exception();
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return new Outcome(process.ExitCode, await output, await errors);
        }
        finally
        {
            Turns.Release();
        }
    }

    /// <summary>How it is started, with these of the variables that parameter files read and no others.</summary>
    public static ProcessStartInfo Start(string folder, IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in Stated.Keys.Concat(StatedOfWitness.Keys))
            start.Environment.Remove(name);

        // It lives for seconds: to count what it does, so as to compile it better later, is in vain.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return start;
    }

    private static string Executable(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute);
        return path;
    }
}

/// <summary>How a run of the CLI ended.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Errors);
