using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using TrueCopy.AzureStorage;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>An issuer that uploads small documents one after the other, and a verifier who asks about all of them.</summary>
/// <param name="accounts">Where it uploads.</param>
internal sealed class UploadLoad(StorageAccounts accounts)
{
    private readonly BlobContainerClient _container = accounts.Inbox.GetBlobContainerClient("issuer-demo-bank");
    private readonly ConcurrentDictionary<string, string> _begun = new();
    private readonly ConcurrentDictionary<string, string> _uploaded = new();
    private int _last;

    /// <summary>Paths of all uploads, with their digests in hex: one that storage did not acknowledge may be there all the same.</summary>
    public IReadOnlyDictionary<string, string> Begun => _begun;

    /// <summary>Paths of what storage has acknowledged, with their digests in hex.</summary>
    public IReadOnlyDictionary<string, string> Uploaded => _uploaded;

    /// <summary>Uploads at a steady rate until told to stop; what is on its way then arrives.</summary>
    public async Task RunAsync(TimeSpan interval, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await UploadAsync(TestContext.Current.CancellationToken);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Enough.
        }
    }

    /// <summary>Uploads some, in parallel.</summary>
    public Task UploadAsync(int count, CancellationToken stop) => Parallel.ForAsync(
        0,
        count,
        new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = stop },
        async (_, token) => await UploadAsync(token));

    /// <summary>Asks about everything that was uploaded, in the order of the digests.</summary>
    public Task<IReadOnlyList<VerdictDocument>> VerifyAsync(HttpClient http, string address, CancellationToken stop) =>
        VerifyAsync(http, address, _uploaded.Values.Order(StringComparer.Ordinal), stop);

    /// <summary>
    /// Waits until everything that was uploaded is verified, by one act each. To ask about all of it all the time would be work that
    /// it waits for: it asks about one until that is verified, and then about the others.
    /// </summary>
    public async Task UntilVerifiedAsync(HttpClient http, string address, CancellationToken stop)
    {
        string[] left = [.. _uploaded.Values];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Wait.Limit);
        while (left.Length > 0)
        {
            if ((await LeftAsync([left[0]])).Length == 0)
                left = await LeftAsync(left[1..]);
            else
                await timer.WaitForNextTickAsync(patience.Token);
        }

        // A service that says that it is too busy is asked again, as every client does.
        async Task<string[]> LeftAsync(string[] asked)
        {
            try
            {
                var answers = await VerifyAsync(http, address, asked, patience.Token);
                Assert.All(answers.Where(answer => answer.Verdict == Verdict.Verified), answer => Assert.Single(Assert.Single(answer.Results).Unproven!.Acts));
                return [.. asked.Where((_, at) => answers[at].Verdict != Verdict.Verified)];
            }
            catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return asked;
            }
        }
    }

    private static async Task<IReadOnlyList<VerdictDocument>> VerifyAsync(HttpClient http, string address, IEnumerable<string> digests, CancellationToken stop)
    {
        var answers = new List<VerdictDocument>();
        foreach (var batch in digests.Chunk(BatchRequestDocument.MaxDigests))
        {
            var request = new BatchRequestDocument([.. batch.Select(hex => new DigestDocument("sha-256", hex))]);
            using var body = new StringContent(JsonSerializer.Serialize(request, DocumentJson.Instance.BatchRequestDocument), Encoding.UTF8, "application/json");
            using var response = await http.PostAsync(new Uri($"{address}/v1/verify"), body, stop);
            response.EnsureSuccessStatusCode();
            answers.AddRange(JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(stop), DocumentJson.Instance.BatchAnswerDocument)!.Results);
        }

        return answers;
    }

    private async Task UploadAsync(CancellationToken stop)
    {
        var number = Interlocked.Increment(ref _last);
        var content = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"document {number} of {Guid.NewGuid()}"));
        var path = string.Create(CultureInfo.InvariantCulture, $"folder {number % 7}/document {number}.txt");
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        _begun[path] = digest;
        try
        {
            await _container.GetBlobClient(path).UploadAsync(BinaryData.FromBytes(content), overwrite: true, stop);
            _uploaded[path] = digest;
        }
        catch (Exception exception) when (StorageFailure.Explains(exception) && !stop.IsCancellationRequested)
        {
            // Not acknowledged, so nothing was promised.
        }
    }
}
