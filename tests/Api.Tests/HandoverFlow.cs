using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Api.Tests;

/// <summary>A package that is handed over: what its holder and its receiver know.</summary>
public sealed record Handed
{
    private readonly byte[] _consent = RandomNumberGenerator.GetBytes(100);

    public byte[] Secret { get; } = HandoverLocks.CreateSecret();

    public string Id => HandoverLocks.Id(Secret);

    public string WithdrawProof => Convert.ToHexStringLower(HandoverLocks.WithdrawKey(Secret));

    public string ConsentProof => Convert.ToHexStringLower(HandoverLocks.ConsentProof(_consent));

    public byte[] Package { get; } = [.. PackageIntake.FirstLine, .. "-> X25519 …\nsealed "u8, .. RandomNumberGenerator.GetBytes(64)];

    public HandoverRequestDocument Request(string receiver = HandoverFlow.Receiver) => new(
        Id,
        receiver,
        HandoverLocks.Lock(HandoverLocks.ConsentProof(_consent)),
        HandoverLocks.Lock(HandoverLocks.WithdrawKey(Secret)),
        Package.Length);
}

/// <summary>A host with a receiver, and what holders and receivers ask it.</summary>
public sealed class HandoverFlow(ApiHost host) : IAsyncDisposable
{
    public const string Receiver = "lender";
    private const string Key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    public ApiHost Host => host;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<HandoverFlow> StartAsync(Action<IServiceCollection>? change = null)
    {
        var flow = new HandoverFlow(await ApiHost.StartAsync(change));
        flow.AddReceiver(Receiver);
        await flow.Host.TidyUpAsync();
        return flow;
    }

    public void AddReceiver(string id, string key = Key) => host.World.Inbox.CreateContainer(ReceiverContainer.Prefix + id, new Dictionary<string, string>
    {
        ["legalname"] = $"The {id} Ltd",
        ["jurisdiction"] = "HK",
        ["encryptionkey"] = key,
        ["purposes"] = "credit,other",
        ["keepsdays"] = "365",
    });

    public Task<HttpResponseMessage> AnnounceAsync(HandoverRequestDocument request) => PostAsync("/v1/handovers", request, DocumentJson.Instance.HandoverRequestDocument);

    /// <summary>Uploads to where the address leads, and has the event handled.</summary>
    public Task UploadAsync(string id, byte[] package, string receiver = Receiver) =>
        host.HandleAsync(host.World.Inbox.Put(ReceiverContainer.Prefix + receiver, id + ".truecopy", package));

    public async Task<Handed> SendAsync(string receiver = Receiver)
    {
        var handed = new Handed();
        var grant = await ReadAsync(await AnnounceAsync(handed.Request(receiver)), DocumentJson.Instance.UploadGrantDocument, HttpStatusCode.Created);
        Assert.EndsWith($"/{ReceiverContainer.Prefix}{receiver}/{handed.Id}.truecopy?sp=c", grant.Upload, StringComparison.Ordinal);
        await UploadAsync(handed.Id, handed.Package, receiver);
        return handed;
    }

    public async Task<TraceDocument> TraceAsync(Handed handed) => await ReadAsync(await host.GetAsync($"/v1/handovers/{handed.Id}"), DocumentJson.Instance.TraceDocument);

    public Task<HttpResponseMessage> WithdrawAsync(Handed handed, string? proof = null) =>
        PostAsync($"/v1/handovers/{handed.Id}/withdraw", new WithdrawDocument(proof ?? handed.WithdrawProof), DocumentJson.Instance.WithdrawDocument);

    public Task<HttpResponseMessage> ActAsync(Handed handed, HandoverActDocument act, string receiver = Receiver, string? actsFor = ReceiverContainer.Prefix + Receiver) =>
        PostAsync($"/v1/receivers/{receiver}/handovers/{handed.Id}/acts", act, DocumentJson.Instance.HandoverActDocument, actsFor);

    public async Task<HandoverEventDocument> ReceiveAsync(Handed handed) =>
        await ReadAsync(await ActAsync(handed, new HandoverActDocument(ActKind.Received, handed.ConsentProof)), DocumentJson.Instance.HandoverEventDocument);

    /// <summary>Asks as the receiver.</summary>
    public Task<HttpResponseMessage> GetAsync(string path, string actsFor = ReceiverContainer.Prefix + Receiver)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add(GateForTests.Header, actsFor);
        return host.SendAsync(request);
    }

    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, HttpStatusCode status = HttpStatusCode.OK)
    {
        var body = await response.Content.ReadAsByteArrayAsync(Stop);
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {Encoding.UTF8.GetString(body)}");
        return JsonSerializer.Deserialize(body, type)!;
    }

    public Task<HttpResponseMessage> PostAsync<T>(string path, T body, JsonTypeInfo<T> type, string? actsFor = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, type) };
        if (actsFor is not null)
            request.Headers.Add(GateForTests.Header, actsFor);
        return host.SendAsync(request);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
