using Microsoft.Extensions.Logging.Abstractions;

namespace TrueCopy.AzureStorage.Tests.LostAnswers;

/// <summary>Receipts of a manifest that is so long that they are written in parts: blocks, and a list of blocks when all are there.</summary>
public sealed class LostPartTests(Azurite azurite)
{
    private const string Manifest = "long.manifest.jsonl";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whichever_answer_is_lost_the_receipts_of_a_long_manifest_come_out_once_whole_and_in_order()
    {
        var requests = await WriteAsync(new Network());
        Assert.Contains(requests, request => request.Contains("blocklist", StringComparison.Ordinal) && request.StartsWith("PUT", StringComparison.Ordinal));
        foreach (var request in requests)
        {
            foreach (var loss in Enum.GetValues<Loss>())
            {
                var network = new Network(request, loss);
                await WriteAsync(network);
                Assert.True(network.Struck, request);
            }
        }
    }

    private async Task<string[]> WriteAsync(Network network)
    {
        var issuer = await azurite.NewIssuerAsync();
        var source = new BlobVersion("issuer-" + issuer, Manifest, "0x1");
        var outbox = new Outbox(azurite.Fixture.Connect(network.Configure).IssuerContainers, NullLogger<Outbox>.Instance);
        foreach (var part in (int[])[1, 0, 2])
            await RepeatAsync(() => outbox.WriteManifestReceiptsAsync(source, DateTimeOffset.UnixEpoch, part, 3, System.Text.Encoding.ASCII.GetBytes($"part {part}\n"), Stop));

        var receipts = azurite.Accounts.Inbox.GetBlobContainerClient(IssuerContainer.AnswersOf(source.Container)).GetBlobClient(AnswerPath.Lines(Manifest));
        Assert.Equal("part 0\npart 1\npart 2\n", (await receipts.DownloadContentAsync(Stop)).Value.Content.ToString());
        Assert.True(await new Outbox(azurite.Accounts.IssuerContainers, NullLogger<Outbox>.Instance).HasManifestReceiptsAsync(source, Stop));
        return [.. network.Requests];
    }

    private static async Task RepeatAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception exception) when (StorageFailure.Explains(exception))
        {
            await write();
        }
    }
}
