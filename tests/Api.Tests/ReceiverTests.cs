using System.Net;
using System.Text;

namespace TrueCopy.Api.Tests;

/// <summary>What only a receiver may ask and do.</summary>
public sealed class ReceiverTests
{
    private const string Own = "/v1/receivers/" + HandoverFlow.Receiver;
    private static readonly string Use = new('a', 32);

    [Fact]
    public async Task A_package_is_listed_got_accepted_and_used_and_each_is_an_act_that_is_proven()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = await flow.SendAsync();
        var waiting = Assert.Single((await ListAsync(flow)).Handovers);
        Assert.Equal((handed.Id, HandoverState.Sent, handed.Package.Length), (waiting.Id, waiting.State, waiting.Length));
        var grant = await HandoverFlow.ReadAsync(await flow.GetAsync($"{Own}/handovers/{handed.Id}/package"), DocumentJson.Instance.DownloadGrantDocument);
        Assert.EndsWith($"/receiver-lender/{handed.Id}.truecopy?sp=r", grant.Download, StringComparison.Ordinal);
        Assert.Equal((handed.Package.Length, flow.Host.World.Time.GetUtcNow().AddMinutes(15)), (grant.Length, grant.Expires));

        var received = await flow.ReceiveAsync(handed);
        Assert.Equal(handed.ConsentProof, HandoverTests.Proven(flow, handed, received).Proof);
        Assert.Equal(received.LogIndex, (await flow.ReceiveAsync(handed)).LogIndex);
        var used = await HandoverFlow.ReadAsync(await flow.ActAsync(handed, new HandoverActDocument(ActKind.Used, Purpose: "credit", Use: Use)), DocumentJson.Instance.HandoverEventDocument);
        Assert.Equal(ActKind.Used, HandoverTests.Proven(flow, handed, used).Kind);
        Assert.Equal(used.LogIndex, (await HandoverFlow.ReadAsync(await flow.ActAsync(handed, new HandoverActDocument(ActKind.Used, Purpose: "credit", Use: Use)), DocumentJson.Instance.HandoverEventDocument)).LogIndex);

        await ApiHost.ProblemAsync(await flow.GetAsync($"{Own}/handovers/{handed.Id}/package"), 409, "received-already");
        var listed = Assert.Single((await ListAsync(flow)).Handovers);
        Assert.Equal((HandoverState.Received, null), (listed.State, listed.Expires));
        Assert.Equal([ActKind.Handover, ActKind.Received, ActKind.Used], (await flow.TraceAsync(handed)).Events.Select(one => one.Act));
    }

    [Fact]
    public async Task Nobody_accepts_what_it_has_not_opened()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = await flow.SendAsync();
        foreach (var proof in new[] { null, new string('0', 64), handed.Id, handed.Request().Lock, handed.WithdrawProof })
            await ApiHost.ProblemAsync(await flow.ActAsync(handed, new HandoverActDocument(ActKind.Received, proof)), 409, "consent-not-opened");
        await ApiHost.ProblemAsync(await flow.ActAsync(handed, new HandoverActDocument(ActKind.Used, Purpose: "credit", Use: Use)), 409, "not-received");
        Assert.Equal(HandoverState.Sent, (await flow.TraceAsync(handed)).State);
    }

    [Fact]
    public async Task What_was_declined_is_over_and_the_holder_can_read_why()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = await flow.SendAsync();
        var declined = await HandoverFlow.ReadAsync(
            await flow.ActAsync(handed, new HandoverActDocument(ActKind.Declined, Reason: "notVerified", Text: "没有收据")), DocumentJson.Instance.HandoverEventDocument);
        var entry = HandoverTests.Proven(flow, handed, declined);
        Assert.NotNull(entry.NoteCommitment);
        Assert.DoesNotContain("notVerified", Encoding.UTF8.GetString(entry.Encode()), StringComparison.Ordinal);
        await ApiHost.ProblemAsync(await flow.ActAsync(handed, new HandoverActDocument(ActKind.Received, handed.ConsentProof)), 409, "declined-already");
        await ApiHost.ProblemAsync(await flow.WithdrawAsync(handed), 409, "declined-already");
    }

    [Fact]
    public async Task Nothing_is_used_after_the_consent_was_taken_back()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = await flow.SendAsync();
        await flow.ReceiveAsync(handed);
        Assert.Equal(HttpStatusCode.OK, (await flow.WithdrawAsync(handed)).StatusCode);
        await ApiHost.ProblemAsync(await flow.ActAsync(handed, new HandoverActDocument(ActKind.Used, Purpose: "credit", Use: Use)), 409, "withdrawn-already");
    }

    [Fact]
    public async Task Nobody_else_asks_or_does_anything_and_packages_of_another_are_as_if_they_were_not_there()
    {
        await using var flow = await HandoverFlow.StartAsync();
        flow.AddReceiver("other");
        await flow.Host.TidyUpAsync();
        var handed = await flow.SendAsync();
        var accept = new HandoverActDocument(ActKind.Received, handed.ConsentProof);
        foreach (var caller in new[] { "", "receiver-other", "lender", "issuer-lender" })
        {
            await ApiHost.ProblemAsync(await flow.GetAsync($"{Own}/handovers", caller), 403, "not-for-you");
            await ApiHost.ProblemAsync(await flow.GetAsync($"{Own}/handovers/{handed.Id}/package", caller), 403, "not-for-you");
            await ApiHost.ProblemAsync(await flow.ActAsync(handed, accept, actsFor: caller), 403, "not-for-you");
        }

        Assert.Empty((await HandoverFlow.ReadAsync(await flow.GetAsync("/v1/receivers/other/handovers", "receiver-other"), DocumentJson.Instance.HandoversDocument)).Handovers);
        await ApiHost.ProblemAsync(await flow.GetAsync($"/v1/receivers/other/handovers/{handed.Id}/package", "receiver-other"), 404, "no-such-handover");
        await ApiHost.ProblemAsync(await flow.ActAsync(handed, accept, "other", "receiver-other"), 404, "no-such-handover");
        Assert.Equal(HandoverState.Sent, (await flow.TraceAsync(handed)).State);
    }

    [Fact]
    public async Task An_act_has_a_form()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = await flow.SendAsync();
        foreach (var act in new HandoverActDocument[]
                 {
                     new(ActKind.Withdrawn, handed.WithdrawProof), new(ActKind.Expired), new(ActKind.Handover), new(ActKind.Issue),
                     new(ActKind.Received, "x"), new(ActKind.Received, handed.ConsentProof, Reason: "other"), new(ActKind.Received, handed.ConsentProof, Use: Use),
                     new(ActKind.Declined), new(ActKind.Declined, Reason: "because"), new(ActKind.Declined, Reason: "other", Text: new string('x', 1001)), new(ActKind.Declined, Reason: "other", Text: "\u202e"),
                     new(ActKind.Used, Purpose: "credit"), new(ActKind.Used, Purpose: "fun", Use: Use), new(ActKind.Used, Purpose: "credit", Use: "A" + Use[1..]), new(ActKind.Used, Use: Use),
                 })
            await ApiHost.ProblemAsync(await flow.ActAsync(handed, act), 400, "malformed-request");
        Assert.Single((await flow.TraceAsync(handed)).Events);
    }

    [Fact]
    public async Task Packages_are_listed_newest_first_and_page_by_page()
    {
        await using var flow = await HandoverFlow.StartAsync();
        var handed = new List<Handed>();
        for (var i = 0; i < 3; i++)
        {
            flow.Host.World.Time.Advance(TimeSpan.FromSeconds(1));
            handed.Insert(0, await flow.SendAsync());
        }

        Assert.Equal(handed.Select(one => one.Id), (await ListAsync(flow)).Handovers.Select(one => one.Id));
        var first = await ListAsync(flow, "?limit=2");
        Assert.Equal((2, false), (first.Handovers.Count, first.Complete));
        var rest = await ListAsync(flow, "?offset=2&limit=2");
        Assert.Equal((handed[2].Id, true), (Assert.Single(rest.Handovers).Id, rest.Complete));
        foreach (var query in new[] { "?limit=0", "?limit=101", "?limit=x", "?offset=-1", "?limit=1&limit=1" })
            await ApiHost.ProblemAsync(await flow.GetAsync($"{Own}/handovers{query}"), 400, "malformed-request");
    }

    private static async Task<HandoversDocument> ListAsync(HandoverFlow flow, string query = "") =>
        await HandoverFlow.ReadAsync(await flow.GetAsync($"{Own}/handovers{query}"), DocumentJson.Instance.HandoversDocument);
}
