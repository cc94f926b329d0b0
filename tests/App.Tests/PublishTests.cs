using System.Diagnostics;

namespace TrueCopy.App.Tests;

/// <summary>What is deployed holds no test double.</summary>
public sealed class PublishTests
{
    [Fact]
    public async Task The_app_with_a_double_in_it_cannot_be_published()
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(FunctionsHost.HostedApp.BuiltApp))!;
        var folder = Directory.CreateTempSubdirectory("truecopy-publish-").FullName;
        try
        {
            // For the machine that it was built on, so that nothing has to be restored or built anew; that changes what is published, not whether.
            string[] arguments =
            [
                "publish", Repository.PathOf("functions/App"), "-c", configuration, "-o", folder, "--no-build", "-m:1", "--nologo",
                "-p:KeyVaultKeys=double", "-p:RuntimeIdentifier=", "-p:PublishReadyToRun=false",
            ];
            using var publish = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
            var output = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Contains("functions/App cannot be published without the package Azure.Security.KeyVault.Keys", output, StringComparison.Ordinal);
            Assert.NotEqual(0, publish.ExitCode);
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
