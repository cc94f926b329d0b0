using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>Packages by plain HTTP, through storage as it is: announced, put where the address leads, taken in, traced, taken back.</summary>
public abstract class HandoverTests(Running running) : IDisposable
{
    private const string Receiver = "demo-lender";
    private const string Own = "/v1/receivers/" + Receiver + "/handovers";
    private readonly HttpClient _http = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_package_is_sent_and_taken_back_and_the_log_has_both_and_storage_neither()
    {
        var (secret, consent, package) = (HandoverLocks.CreateSecret(), RandomNumberGenerator.GetBytes(200), NewPackage());
        await UntilAsync(async () => (await GetAsync("/v1/receivers", DocumentJson.Instance.ReceiversDocument))!.Receivers.Any(receiver => receiver.Id == Receiver));

        var grant = await SendAsync(secret, consent, package);
        var sent = await UntilAsync(secret, HandoverState.Sent);
        Assert.Equal(ActKind.Handover, Proven(sent.Events[0], package).Kind);
        Assert.NotEqual(HttpStatusCode.Created, await PutAsync(grant.Upload, NewPackage()));

        using var taken = await PostAsync($"/v1/handovers/{HandoverLocks.Id(secret)}/withdraw", new WithdrawDocument(Convert.ToHexStringLower(HandoverLocks.WithdrawKey(secret))), DocumentJson.Instance.WithdrawDocument);
        Assert.True(taken.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{taken.StatusCode}: {await taken.Content.ReadAsStringAsync(Stop)}");
        var trace = await UntilAsync(secret, HandoverState.Withdrawn);
        Assert.Equal([ActKind.Handover, ActKind.Withdrawn], trace.Events.Select(done => Proven(done, package).Kind));
        await GoneAsync(secret);
    }

    [Fact]
    public async Task A_receiver_gets_accepts_and_uses_a_package_where_it_may_act()
    {
        var (secret, consent, package) = (HandoverLocks.CreateSecret(), RandomNumberGenerator.GetBytes(200), NewPackage());
        await SendAsync(secret, consent, package);
        var id = HandoverLocks.Id(secret);
        await UntilAsync(secret, HandoverState.Sent);
        using var listed = await _http.GetAsync(new Uri(running.Address + Own), Stop);
        if (running.Host == Host.Functions)
        {
            // Nobody is signed in there.
            Assert.Equal(HttpStatusCode.Forbidden, listed.StatusCode);
            return;
        }

        Assert.Contains(id, await listed.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        var download = await GetAsync($"{Own}/{id}/package", DocumentJson.Instance.DownloadGrantDocument);
        Assert.Equal(package, await _http.GetByteArrayAsync(new Uri(download!.Download), Stop));

        var proof = Convert.ToHexStringLower(HandoverLocks.ConsentProof(consent));
        using var blind = await ActAsync(id, new HandoverActDocument(ActKind.Received));
        Assert.Equal(HttpStatusCode.Conflict, blind.StatusCode);
        using var received = await ActAsync(id, new HandoverActDocument(ActKind.Received, proof));
        Assert.Equal(HttpStatusCode.OK, received.StatusCode);
        using var used = await ActAsync(id, new HandoverActDocument(ActKind.Used, Purpose: "credit", Use: Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))));
        Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        var trace = await UntilAsync(secret, HandoverState.Received);
        Assert.Equal([ActKind.Handover, ActKind.Received, ActKind.Used], trace.Events.Select(done => Proven(done, package).Kind));
        await GoneAsync(secret);
        using var late = await _http.GetAsync(new Uri(download.Download), Stop);
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
    }

    [Fact]
    public async Task What_is_no_package_is_deleted_and_said_to_be_none()
    {
        var secret = HandoverLocks.CreateSecret();
        await SendAsync(secret, [1], Encoding.UTF8.GetBytes("%PDF-1.7 a document that was not sealed"));
        Assert.Equal("not-sealed", (await UntilAsync(secret, HandoverState.Refused)).Refused);
        await GoneAsync(secret);
    }

    [Fact]
    public async Task The_page_may_connect_to_where_packages_go_and_to_nothing_else_beside_the_service()
    {
        using var page = await _http.GetAsync(new Uri(running.Address + "/"), Stop);
        Assert.Contains($"connect-src 'self' {running.Accounts.Handovers.Uri.GetLeftPart(UriPartial.Authority)};", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        if (running.Host == Host.Functions)
            return;
        var grant = await AnnounceAsync(HandoverLocks.CreateSecret(), [1], 1000);
        foreach (var (origin, allowed) in new[] { (running.Address, true), (running.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), true), ("http://127.0.0.1:1", false) })
        {
            using var preflight = new HttpRequestMessage(HttpMethod.Options, grant.Upload);
            preflight.Headers.Add("Origin", origin);
            preflight.Headers.Add("Access-Control-Request-Method", "PUT");
            preflight.Headers.Add("Access-Control-Request-Headers", "x-ms-blob-type");
            using var answer = await _http.SendAsync(preflight, Stop);
            Assert.Equal(allowed, answer.IsSuccessStatusCode);
        }
    }

    private static byte[] NewPackage() => [.. PackageIntake.FirstLine, .. RandomNumberGenerator.GetBytes(3_000_000)];

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Wait.Limit);
        while (!await condition())
            await Task.Delay(100, limit.Token);
    }

    private Entry Proven(HandoverEventDocument done, byte[] package) => ReceiptCheck.Run(
        Receipt.Parse(Encoding.UTF8.GetBytes(done.Receipt)),
        new Digest(DigestAlgorithm.Sha256, SHA256.HashData(package)),
        [NoteVerifier.Parse(running.Key)]).Entry;

    private async Task<UploadGrantDocument> AnnounceAsync(byte[] secret, byte[] consent, long length)
    {
        var request = new HandoverRequestDocument(
            HandoverLocks.Id(secret), Receiver, HandoverLocks.Lock(HandoverLocks.ConsentProof(consent)), HandoverLocks.Lock(HandoverLocks.WithdrawKey(secret)), length);
        using var answer = await PostAsync("/v1/handovers", request, DocumentJson.Instance.HandoverRequestDocument);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(DocumentJson.Instance.UploadGrantDocument, Stop))!;
    }

    private async Task<UploadGrantDocument> SendAsync(byte[] secret, byte[] consent, byte[] package)
    {
        var grant = await AnnounceAsync(secret, consent, package.Length);
        Assert.Equal(HttpStatusCode.Created, await PutAsync(grant.Upload, package));
        return grant;
    }

    private async Task<HttpStatusCode> PutAsync(string address, byte[] package)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new ByteArrayContent(package) };
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var answer = await _http.SendAsync(request, Stop);
        return answer.StatusCode;
    }

    private async Task<TraceDocument> UntilAsync(byte[] secret, HandoverState state)
    {
        TraceDocument? trace = null;
        await UntilAsync(async () => (trace = await GetAsync($"/v1/handovers/{HandoverLocks.Id(secret)}", DocumentJson.Instance.TraceDocument))?.State == state);
        return trace!;
    }

    private Task GoneAsync(byte[] secret)
    {
        var package = ReceiverContainer.PackageOf(Receiver, HandoverLocks.Id(secret));
        var blob = running.Accounts.Handovers.GetBlobContainerClient(package.Container).GetBlobClient(package.Name);
        return UntilAsync(async () => !(await blob.ExistsAsync(Stop)).Value);
    }

    private async Task<T?> GetAsync<T>(string path, JsonTypeInfo<T> type)
    {
        using var answer = await _http.GetAsync(new Uri(running.Address + path), Stop);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync(type, Stop) : default;
    }

    private Task<HttpResponseMessage> ActAsync(string id, HandoverActDocument act) => PostAsync($"{Own}/{id}/acts", act, DocumentJson.Instance.HandoverActDocument);

    private Task<HttpResponseMessage> PostAsync<T>(string path, T body, JsonTypeInfo<T> type) =>
        _http.PostAsync(new Uri(running.Address + path), JsonContent.Create(body, type), Stop);
}
