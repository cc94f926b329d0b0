using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace TrueCopy.Api.Tests;

/// <summary>What holders ask: receivers, an address for a package, what became of it, and the way back.</summary>
public sealed class HandoverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_takes_packages_is_listed_with_the_entry_that_describes_it_now()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var receiver = Assert.Single(await ListAsync(flow));
        Assert.Equal((HandoverFlow.Receiver, "The lender Ltd", 365), (receiver.Id, receiver.LegalName, receiver.KeepsDays));
        var proven = ProvenReceiver.Open(receiver.Proof, note => SignedCheckpoint.Open(note, InMemoryWorld.Origin, [.. flow.Host.World.Identity.Verifiers]));
        Assert.Equal((receiver.LogIndex, receiver.EncryptionKey), (proven.LogIndex, proven.Entry.EncryptionKey));

        flow.Host.World.Time.Advance(TimeSpan.FromMinutes(1));
        const string Another = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
        flow.AddReceiver(HandoverFlow.Receiver, Another);
        await flow.Host.TidyUpAsync();
        var changed = Assert.Single(await ListAsync(flow));
        Assert.Equal(Another, changed.EncryptionKey);
        Assert.True(changed.LogIndex > receiver.LogIndex);
    }

    [Fact]
    public async Task A_package_is_announced_sent_and_traced_and_every_event_is_proven()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = new Handed();
        await ApiHost.ProblemAsync(await flow.Host.GetAsync($"/v1/handovers/{handed.Id}"), 404, "no-such-handover");
        var grant = await HandoverFlow.ReadAsync(await flow.AnnounceAsync(handed.Request()), DocumentJson.Instance.UploadGrantDocument, HttpStatusCode.Created);
        Assert.Equal(HandoverOptions.MaxLength, grant.MaxLength);
        Assert.Equal(flow.Host.World.Time.GetUtcNow().AddHours(1), grant.Expires);
        var announced = await flow.TraceAsync(handed);
        Assert.Equal((HandoverState.Announced, HandoverFlow.Receiver, 0), (announced.State, announced.Receiver, announced.Events.Count));

        await flow.UploadAsync(handed.Id, handed.Package);
        var sent = await flow.TraceAsync(handed);
        Assert.Equal(HandoverState.Sent, sent.State);
        Assert.Equal(flow.Host.World.Time.GetUtcNow().AddDays(30), sent.Expires);
        var entry = Proven(flow, handed, Assert.Single(sent.Events));
        Assert.Equal((ActKind.Handover, handed.Request().Lock, handed.Request().WithdrawLock), (entry.Kind, entry.Lock, entry.WithdrawLock));
        Assert.Equal((null, null), (entry.Issuer, entry.Receiver));
    }

    [Fact]
    public async Task A_consent_is_taken_back_by_who_has_the_secret_and_the_package_is_gone()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = await flow.SendAsync();
        await ApiHost.ProblemAsync(await flow.WithdrawAsync(handed, handed.ConsentProof), 409, "not-the-holder");
        var done = await HandoverFlow.ReadAsync(await flow.WithdrawAsync(handed), DocumentJson.Instance.HandoverEventDocument);
        Assert.Equal(handed.WithdrawProof, Proven(flow, handed, done).Proof);
        Assert.Equal(done.LogIndex, (await HandoverFlow.ReadAsync(await flow.WithdrawAsync(handed), DocumentJson.Instance.HandoverEventDocument)).LogIndex);

        var trace = await flow.TraceAsync(handed);
        Assert.Equal((HandoverState.Withdrawn, null), (trace.State, trace.Expires));
        Assert.Equal([ActKind.Handover, ActKind.Withdrawn], trace.Events.Select(one => one.Act));
        Assert.All(trace.Events, one => Proven(flow, handed, one));
        await flow.Host.TidyUpAsync();
        Assert.Null(await flow.Host.World.Inbox.FindAsync(ReceiverContainer.PackageOf(HandoverFlow.Receiver, handed.Id), Stop));
    }

    [Fact]
    public async Task The_same_announcement_gives_an_address_again_until_something_was_sent_and_another_under_the_id_none()
    {
        await using var flow = await HandoverFlow.StartAsync();
        flow.AddReceiver("other");
        var handed = new Handed();
        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.Created, (await flow.AnnounceAsync(handed.Request())).StatusCode);
        await ApiHost.ProblemAsync(await flow.AnnounceAsync(handed.Request() with { Length = 1_000_000 }), 409, "announced-otherwise");
        await ApiHost.ProblemAsync(await flow.AnnounceAsync(handed.Request("other")), 409, "announced-otherwise");
        await flow.UploadAsync(handed.Id, handed.Package);
        await ApiHost.ProblemAsync(await flow.AnnounceAsync(handed.Request()), 409, "sent-already");
    }

    [Fact]
    public async Task What_is_announced_has_a_form_a_receiver_and_a_length()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var request = new Handed().Request();
        await ApiHost.ProblemAsync(await flow.AnnounceAsync(request with { Receiver = "nobody" }), 404, "no-such-receiver");
        await ApiHost.ProblemAsync(await flow.AnnounceAsync(request with { Length = HandoverOptions.MaxLength + 1 }), 413, "package-too-long");
        foreach (var malformed in new[]
                 {
                     request with { Id = "x" }, request with { Id = request.Id.ToUpperInvariant() }, request with { Id = request.Id + "0" },
                     request with { Lock = "" }, request with { WithdrawLock = request.Lock[1..] }, request with { WithdrawLock = request.Lock },
                     request with { Length = 0 }, request with { Length = -1 },
                 })
            await ApiHost.ProblemAsync(await flow.AnnounceAsync(malformed), 400, "malformed-request");
        foreach (var body in new[] { "", "{}", "[]", """{"id":1}""", new string(' ', 1000) })
            await ApiHost.ProblemAsync(await flow.Host.SendAsync(Post(body, "application/json")), 400, "malformed-request");
        await ApiHost.ProblemAsync(await flow.Host.SendAsync(Post("{}", "text/plain")), 415, "unsupported-media-type");
        await ApiHost.ProblemAsync(await flow.Host.SendAsync(Post(new string(' ', HttpLimits.MaxBodyLength + 1), "application/json")), 413, "request-too-large");
        Assert.Empty(flow.Host.World.Ledger.Tables.Rows(StorageNames.HandoversTable));

        static HttpRequestMessage Post(string body, string type) =>
            new(HttpMethod.Post, "/v1/handovers") { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type)) };
    }

    [Theory]
    [InlineData("longer-than-announced")]
    [InlineData("not-sealed")]
    public async Task What_is_uploaded_otherwise_than_announced_is_deleted_and_the_holder_is_told_why(string cause)
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = new Handed();
        await flow.AnnounceAsync(handed.Request());
        var before = flow.Host.World.Ledger.IndexedActs.Count;
        await flow.UploadAsync(handed.Id, cause == "not-sealed" ? "%PDF-1.7 readable"u8.ToArray() : [.. handed.Package, 0]);
        var trace = await flow.TraceAsync(handed);
        Assert.Equal((HandoverState.Refused, cause, 0), (trace.State, trace.Refused, trace.Events.Count));
        Assert.Equal(before, flow.Host.World.Ledger.IndexedActs.Count);
        Assert.Null(await flow.Host.World.Inbox.FindAsync(ReceiverContainer.PackageOf(HandoverFlow.Receiver, handed.Id), Stop));
        await ApiHost.ProblemAsync(await flow.WithdrawAsync(handed), 409, "not-sent");
        await ApiHost.ProblemAsync(await flow.AnnounceAsync(handed.Request()), 409, "sent-already");
    }

    [Fact]
    public async Task One_address_announces_far_less_than_it_asks_and_is_told_when_to_come_back()
    {
        // One comes back in a day: no machine is slow enough to see it.
        var share = new ClientShare { HandoverBurst = 3, HandoversPerMinute = 1, HandoverPeriod = TimeSpan.FromDays(1), AddressHeader = "CLIENT-IP" };
        await using var flow = await HandoverFlow.StartAsync(services => services.AddSingleton(share));
        flow.Host.Client.DefaultRequestHeaders.Add("CLIENT-IP", "192.0.2.1");
        var handed = await flow.SendAsync();
        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.Created, (await flow.AnnounceAsync(new Handed().Request())).StatusCode);
        var refused = await flow.AnnounceAsync(new Handed().Request());
        await ApiHost.ProblemAsync(refused, 429, "share-used-up");
        Assert.Equal(share.HandoverPeriod, refused.Headers.RetryAfter!.Delta);
        await ApiHost.ProblemAsync(await flow.WithdrawAsync(handed), 429, "share-used-up");
        Assert.Equal(HandoverState.Sent, (await flow.TraceAsync(handed)).State);

        flow.Host.Client.DefaultRequestHeaders.Remove("CLIENT-IP");
        flow.Host.Client.DefaultRequestHeaders.Add("CLIENT-IP", "192.0.2.2");
        Assert.Equal(HttpStatusCode.OK, (await flow.WithdrawAsync(handed)).StatusCode);
    }

    [Fact]
    public async Task What_takes_longer_is_accepted_and_told_by_the_trace()
    {
        await using var flow = await HandoverFlow.StartAsync(services => services.AddSingleton(new HandoverOptions { Patience = TimeSpan.Zero }));
        var handed = await flow.SendAsync();
        flow.Host.World.Operations.FailNext("sign", Fault.Before);
        var accepted = await flow.WithdrawAsync(handed);
        Assert.Equal((HttpStatusCode.Accepted, $"/v1/handovers/{handed.Id}"), (accepted.StatusCode, accepted.Headers.Location!.OriginalString));
        Assert.Equal(HandoverState.Sent, (await flow.TraceAsync(handed)).State);

        // What was taken and not finished is seen again.
        flow.Host.World.Time.Advance(TimeSpan.FromMinutes(5));
        await flow.Host.DrainAsync();
        Assert.Equal(HandoverState.Withdrawn, (await flow.TraceAsync(handed)).State);
    }

    [Fact]
    public async Task Nothing_that_is_asked_of_a_handover_is_logged()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = await flow.SendAsync();
        await flow.ReceiveAsync(handed);
        await flow.WithdrawAsync(handed);
        Assert.NotEmpty(flow.Host.Logged);
        foreach (var secret in new[] { handed.Id, handed.ConsentProof, handed.WithdrawProof, Convert.ToHexStringLower(SHA256.HashData(handed.Package)) })
            Assert.DoesNotContain(flow.Host.Logged, line => line.Message.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    internal static Entry Proven(HandoverFlow flow, Handed handed, HandoverEventDocument done)
    {
        var receipt = Receipt.Parse(Encoding.UTF8.GetBytes(done.Receipt));
        var entry = ReceiptCheck.Run(receipt, new Digest(DigestAlgorithm.Sha256, SHA256.HashData(handed.Package)), [.. flow.Host.World.Identity.Verifiers]).Entry;
        Assert.Equal((done.Act, done.At), (entry.Kind, entry.At));
        return entry;
    }

    private static async Task<IReadOnlyList<ReceiverDocument>> ListAsync(HandoverFlow flow) =>
        (await HandoverFlow.ReadAsync(await flow.Host.GetAsync("/v1/receivers"), DocumentJson.Instance.ReceiversDocument)).Receivers;
}
