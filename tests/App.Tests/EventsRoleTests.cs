using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrueCopy.AzureStorage;
using TrueCopy.FunctionsHost;
using TrueCopy.Local;

namespace TrueCopy.App.Tests;

/// <summary>The Function App on a laptop: <c>functions/Local --role events</c> stands in for Event Grid, files for the vault.</summary>
public sealed partial class EventsRoleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Beside_the_local_events_the_app_issues_and_verifies()
    {
        var data = Directory.CreateTempSubdirectory("truecopy-events-").FullName;
        try
        {
            string[] arguments = ["--role", "events", "--data", data, "--blob-port", "0", "--queue-port", "0", "--table-port", "0"];
            var command = DotnetProcess.Command(typeof(LocalService).Assembly.Location, arguments);
            await using var events = await DotnetProcess.StartAsync(command, ReadyPattern(), Stop);
            var (inbox, ledger) = (Connection(events, "Inbox"), Connection(events, "Ledger"));
            await using var app = await AppProcess.StartAsync(HostedApp.LaptopSettings(inbox, ledger, LocalOptions.Origin, Path.Combine(data, "keys")), Stop);

            var content = RandomNumberGenerator.GetBytes(1000);
            var container = StorageAccounts.Connect(inbox, ledger).Inbox.GetBlobContainerClient("issuer-demo-bank");
            await container.GetBlobClient("statement.pdf").UploadAsync(BinaryData.FromBytes(content), Stop);
            var hex = Convert.ToHexStringLower(SHA256.HashData(content));
            await app.EventuallyAsync(
                async () =>
                {
                    using var response = await app.Client.GetAsync($"v1/verify/sha-256/{hex}", Stop);
                    using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Stop));
                    return response.IsSuccessStatusCode && body.RootElement.GetProperty("verdict").GetString() == "verified" ? "verified" : null;
                },
                Stop);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static string Connection(DotnetProcess events, string account) =>
        Regex.Match(events.Output, $@"^\s+{account}\s+(\S+)$", RegexOptions.Multiline).Groups[1].Value;

    [GeneratedRegex("^Ctrl-C")]
    private static partial Regex ReadyPattern();
}
