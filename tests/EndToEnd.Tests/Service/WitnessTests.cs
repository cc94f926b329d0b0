using System.Net;
using System.Text;
using Azure.Storage.Blobs;
using TrueCopy.AzureStorage;
using TrueCopy.Local;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>The service as a newcomer starts it, with its witnesses; and one whose witness goes away and comes back.</summary>
public sealed class WitnessTests(SharedAzurite shared) : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_first_receipt_of_a_newcomer_is_signed_by_both_sides_and_one_of_them_keeps_a_copy()
    {
        await using var service = await LocalProcess.StartAsync(_folder.At("data"), "--witnesses", "2", "--witness-port", "0");
        var file = await _http.GetAsync(new Uri($"{service.Address}/v1/policy"), Stop);
        var bytes = await file.Content.ReadAsByteArrayAsync(Stop);
        Assert.Equal(("text/plain; charset=utf-8", $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))}\""), (file.Content.Headers.ContentType!.ToString(), file.Headers.ETag!.Tag));
        var policy = TrustPolicy.Parse(bytes);

        await UploadAsync(service.Accounts, "first");
        var receipt = Receipt.Parse(await ReceiptAsync(service.Accounts, "first"));
        var seen = policy.Open(receipt.Proof.Checkpoint, TimeProvider.System.GetUtcNow());
        Assert.True(seen.IsMet);
        Assert.Equal(["hongkong", "shenzhen"], seen.Sightings.Select(sighting => sighting.Witness.Name).Order());
        Assert.Contains("hongkong on http://", service.Output, StringComparison.Ordinal);

        // The mirror has its own time.
        var mirror = policy.Witnesses.Single(witness => witness.Name == "hongkong").Url!;
        var origin = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(LocalOptions.Origin)));
        await UntilAsync(async () =>
        {
            var copy = await _http.GetAsync(new Uri(mirror, $"mirror/{origin}/checkpoint"), Stop);
            return copy.StatusCode == HttpStatusCode.OK
                && SignedNote.Parse(await copy.Content.ReadAsByteArrayAsync(Stop)) is var note
                && Checkpoint.Parse(note.Text).Size >= seen.Checkpoint.Size
                && note.Signatures.Any(line => line.Name == "hongkong.mirror.localhost");
        });
    }

    [Fact]
    public async Task While_a_witness_is_down_an_upload_waits_and_when_it_is_back_it_is_published()
    {
        var azurite = await shared.NewAsync(Stop);
        var accounts = azurite.Connect();
        var keys = _folder.At("data/keys");
        await KeyFiles.CreateMissingAsync(keys, Stop);
        var log = await KeyFiles.ReadAsync(keys, LocalOptions.Origin, Stop);
        await using var one = await StartWitnessAsync("one", 0);
        var two = await StartWitnessAsync("two", 0);
        var port = new Uri(two.Address).Port;
        var policy = _folder.File("policy", Encoding.UTF8.GetBytes(string.Concat(log.Verifiers.Select(key => $"log {key}\n")) + one.PolicyLine + two.PolicyLine + "group both all one two\nquorum both\n"));
        await using var service = await LocalProcess.StartAsync(_folder.At("data"), "--azurite", "none", "--connection", azurite.Inbox, "--policy", policy);

        await UploadAsync(service.Accounts, "before");
        await ReceiptAsync(service.Accounts, "before");
        var published = await CheckpointAsync(service);
        await two.DisposeAsync();
        await UploadAsync(service.Accounts, "while");
        await UntilAsync(() => Task.FromResult(service.Output.Contains("The witness two did not cosign: unreachable (", StringComparison.Ordinal)));
        Assert.DoesNotContain("   at System.Net.Http.", service.Output, StringComparison.Ordinal);
        Assert.Equal(published, await CheckpointAsync(service));
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(new Uri($"{service.Address}/health/live"), Stop)).StatusCode);

        await using var back = await StartWitnessAsync("two", port);
        var receipt = Receipt.Parse(await ReceiptAsync(service.Accounts, "while"));
        Assert.True(TrustPolicy.Parse(await File.ReadAllBytesAsync(policy, Stop)).Open(receipt.Proof.Checkpoint, TimeProvider.System.GetUtcNow()).IsMet);
        await UploadAsync(service.Accounts, "after");
        await ReceiptAsync(service.Accounts, "after");

        Task<DemoWitness> StartWitnessAsync(string name, int port) => DemoWitness.StartAsync(name, _folder.At("witnesses"), accounts.Ledger, log, null, port, Stop);
    }

    [Fact]
    public async Task A_policy_with_a_mistake_is_refused_with_its_line()
    {
        var policy = _folder.File("policy", "log nonsense\n"u8.ToArray());
        using var process = System.Diagnostics.Process.Start(LocalProcess.Command("--port", "0", "--blob-port", "0", "--queue-port", "0", "--table-port", "0", "--data", _folder.At("data"), "--policy", policy))!;
        var error = process.StandardError.ReadToEndAsync(Stop);
        await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("policy: line 1: ", await error, StringComparison.Ordinal);
    }

    private async Task<string> CheckpointAsync(LocalProcess service) => await _http.GetStringAsync(new Uri($"{service.Address}/log/checkpoint"), Stop);

    private static async Task UploadAsync(StorageAccounts accounts, string name) =>
        await accounts.Inbox.GetBlobContainerClient("issuer-demo-bank").GetBlobClient(name).UploadAsync(BinaryData.FromString($"the document {name}"), Stop);

    private static async Task<ReadOnlyMemory<byte>> ReceiptAsync(StorageAccounts accounts, string name)
    {
        BlobClient? found = null;
        await UntilAsync(async () =>
        {
            await foreach (var blob in accounts.Inbox.GetBlobContainerClient("answers-demo-bank").GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions { Prefix = $"receipts/{name}" }, Stop))
                found = accounts.Inbox.GetBlobContainerClient("answers-demo-bank").GetBlobClient(blob.Name);
            return found is not null;
        });
        return (await found!.DownloadContentAsync(Stop)).Value.Content.ToMemory();
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await isSo())
            await timer.WaitForNextTickAsync(Stop);
    }
}
