using System.ComponentModel;
using System.Globalization;
using System.Security.Cryptography;

namespace TrueCopy.Local.Azurite;

/// <summary>
/// The pinned Azurite from npm, installed once a machine and lock file into a cache that every checkout, service and
/// test run on it shares.
/// </summary>
public static class AzuriteInstallation
{
    private const int MinimumNode = 18;
    private const string Entry = "node_modules/azurite/dist/src/azurite.js";
    private const string Guard = "guard.cjs";
    private static readonly string[] Manifests = ["package.json", "package-lock.json", Guard];
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    /// <summary>Makes sure that Azurite is installed.</summary>
    /// <returns>Arguments for <c>node</c> that run Azurite under the guard; Azurite's own follow.</returns>
    /// <exception cref="AzuriteException">Node is missing or too old, or npm failed.</exception>
    public static async Task<IReadOnlyList<string>> EnsureAsync(CancellationToken cancellationToken)
    {
        await CheckNodeAsync(cancellationToken);
        var folder = Path.Combine(CacheFolder(), Version());
        if (!File.Exists(Path.Combine(folder, Entry)))
            await InstallAsync(folder, cancellationToken);
        return ["--require", Path.Combine(folder, Guard), Path.Combine(folder, Entry)];
    }

    private static string CacheFolder() => Environment.GetEnvironmentVariable("TRUECOPY_AZURITE_CACHE") is { Length: > 0 } chosen
        ? chosen
        : Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
            "truecopy",
            "azurite");

    private static async Task CheckNodeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (_, version) = await ToolProcess.RunAsync("node", Path.GetTempPath(), ["--version"], cancellationToken);
            var major = version.TrimStart('v').Split('.')[0];
            if (!int.TryParse(major, CultureInfo.InvariantCulture, out var number) || number < MinimumNode)
                throw new AzuriteException($"Azurite needs Node {MinimumNode} or newer; 'node --version' says {version.Trim()}.");
        }
        catch (Win32Exception exception)
        {
            throw new AzuriteException(
                $"Node is not on the PATH. Install Node {MinimumNode} or newer (https://nodejs.org), "
                + "or use storage that already runs: --azurite none --connection '…'.",
                exception);
        }
    }

    // Installed beside its final place and renamed, so that the folder is there whole or not at all.
    private static async Task InstallAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        await using var alone = await LockAsync(folder + ".lock", cancellationToken);
        if (File.Exists(Path.Combine(folder, Entry)))
            return;

        await Console.Error.WriteLineAsync("Installing Azurite from npm (once)...");
        var staging = folder + ".new";
        if (Directory.Exists(staging))
            Directory.Delete(staging, recursive: true);
        Directory.CreateDirectory(staging);
        foreach (var name in Manifests)
        {
            await using var file = File.Create(Path.Combine(staging, name));
            await using var resource = Resource(name);
            await resource.CopyToAsync(file, cancellationToken);
        }

        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        try
        {
            var (exitCode, output) = await ToolProcess.RunAsync(
                npm,
                staging,
                ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
                cancellationToken);
            if (exitCode != 0)
                throw new AzuriteException($"npm could not install Azurite (exit code {exitCode}). It said:\n{output.Trim()}");
        }
        catch (Win32Exception exception)
        {
            throw new AzuriteException("npm is not on the PATH. It comes with Node (https://nodejs.org).", exception);
        }

        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.Move(staging, folder);
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LockPoll);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another process is installing.
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    private static string Version()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in Manifests)
        {
            using var resource = Resource(name);
            using var bytes = new MemoryStream();
            resource.CopyTo(bytes);
            hash.AppendData(bytes.ToArray());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    private static Stream Resource(string name) =>
        typeof(AzuriteInstallation).Assembly.GetManifestResourceStream($"azurite/{name}")
        ?? throw new InvalidOperationException($"{name} is not embedded.");
}
