using System.Text;
using System.Text.Json;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Verdicts;

/// <summary>What answers are written as: by hand, and yet what the record is that clients read them into.</summary>
public sealed class VerdictJsonTests
{
    private const int MostActs = 130;
    private readonly InMemoryWorld _world = new();

    public VerdictJsonTests() =>
        _world.Inbox.CreateContainer("issuer-school", new() { ["legalname"] = "The \"School\" & Co", ["legalname_en"] = "The School", ["jurisdiction"] = "HK" });

    [Fact]
    public async Task Every_kind_of_answer_is_written_as_the_record_is_that_it_is_read_into()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "stands", new() { ["type"] = "a \"letter\" <&>" });
        await IssueAsync(service, "was", new() { ["expires"] = "2026-11-23T10:00:00Z" });
        await IssueAsync(service, "will be", new() { ["validfrom"] = "2027-11-23T10:00:00.25Z" });
        await IssueAsync(service, "next");
        foreach (var (document, act) in new[] { ("gone", "revoke"), ("held", "suspend") })
        {
            await IssueAsync(service, document);
            await ActAsync(service, document, $$"""{"act":"{{act}}","algorithm":"sha-256","digest":"{{DigestOf(Bytes(document)).Hex}}","reason":"unspecified","note":"he said \"no\", 余额"}""");
        }

        await IssueAsync(service, "old");
        await ActAsync(service, "old", $$"""{"act":"supersede","algorithm":"sha-256","digest":"{{DigestOf(Bytes("old")).Hex}}","successorAlgorithm":"sha-256","successorDigest":"{{DigestOf(Bytes("next")).Hex}}"}""");
        _world.Time.Advance(TimeSpan.FromHours(2) + TimeSpan.FromTicks(12_000));

        var verdicts = new List<Verdict>();
        foreach (var document in new[] { "stands", "was", "will be", "next", "gone", "held", "old", "never issued" })
        {
            var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes(document)), Stop);
            verdicts.Add(answer.Verdict);
            AssertAsRecord(answer);
        }

        Assert.Equal([Verdict.Verified, Verdict.Expired, Verdict.NotYetValid, Verdict.Verified, Verdict.Revoked, Verdict.Suspended, Verdict.Superseded, Verdict.Unknown], verdicts);
    }

    [Fact]
    public async Task What_a_domain_said_and_the_last_of_many_acts_are_written_as_the_record_is()
    {
        await using var service = _world.Start();
        await IssueAsync(service, "a");
        var answer = await service.Verifier.VerifyAsync(DigestOf(Bytes("a")), Stop);
        var issuer = answer.Issuers[0];
        answer = answer with
        {
            Issuers =
            [
                issuer with
                {
                    Result = issuer.Result with { Acts = [.. Enumerable.Range(0, MostActs).Select(i => issuer.Result.Issue with { LogIndex = i })] },
                    Domain = new DomainRecord(7, "bank", new DomainOutcome("bank.example", DomainWord.Confirmed, _world.Time.GetUtcNow())),
                },
                issuer,
            ],
        };
        AssertAsRecord(answer);
        var unproven = answer.ToDocument().Results[0].Unproven!;
        Assert.Equal(answer.Issuers[0].Domain!.ToDocument(), unproven.Domain);
        Assert.Equal(Enumerable.Range(MostActs - UnprovenDocument.MaxActs, UnprovenDocument.MaxActs).Select(i => (long)i), unproven.Acts.Select(act => act.LogIndex));
    }

    /// <summary>What is read says the same as what was proven, and is written as the same bytes.</summary>
    internal static void AssertAsRecord(ProvenVerdict answer)
    {
        var read = answer.ToDocument();
        Assert.Equal(JsonSerializer.Serialize(read, DocumentJson.Instance.VerdictDocument), Encoding.UTF8.GetString(answer.ToJson()));
        Assert.Equal((answer.Verdict, answer.Digest.Algorithm.Name, answer.Digest.Hex, answer.CheckedAt), (read.Verdict, read.Algorithm, read.Digest, read.CheckedAt));
        Assert.Equal(CheckpointDocument.Of(answer.Checkpoint), read.Checkpoint);
        Assert.Equal(answer.Issuers.Count, read.Results.Count);
        foreach (var (proven, result) in answer.Issuers.Zip(read.Results))
        {
            var (issue, deciding) = (proven.Result.Issue.Entry, proven.Result.Deciding.Entry);
            Assert.Equal(new IssuerDocument(issue.Issuer!, issue.LegalName!, issue.Jurisdiction!) { LegalNames = issue.LegalNames }, result.Issuer);
            Assert.Equal((proven.Result.Verdict, proven.Result.Since, issue.ValidFrom, issue.Expires), (result.Verdict, result.Since, result.ValidFrom, result.Expires));
            Assert.Equal((deciding.Reason, proven.Receipt.Note, proven.Receipt.Successor?.Hex), (result.Reason, result.Note, result.Successor?.Digest));
            Assert.Equal(Encoding.UTF8.GetString(proven.Receipt.Encode()), result.Receipt);
            Assert.Equal(proven.IssueReceipt is { } receipt ? Encoding.UTF8.GetString(receipt.Encode()) : null, result.IssueReceipt);
            Assert.Equal((proven.Result.Issue.Unpublished.Type, proven.Successor?.Verdict), (result.Unproven!.Type, result.Unproven.SuccessorVerdict));
            var acts = proven.Result.Acts.TakeLast(UnprovenDocument.MaxActs);
            Assert.Equal(acts.Select(act => new ActDocument(act.LogIndex, act.Entry.Kind, act.Entry.At, act.Entry.Reason)), result.Unproven.Acts);
        }
    }

    private async Task IssueAsync(InMemoryService service, string document, Dictionary<string, string>? metadata = null) =>
        await service.Intake.HandleAsync(InMemoryWorld.EventOf(_world.Inbox.Put("issuer-school", document, Bytes(document), metadata ?? [])), Stop);

    private async Task ActAsync(InMemoryService service, string document, string act)
    {
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await service.Intake.HandleAsync(_world.Upload("school", $"{document}.acts.jsonl", Bytes(act)), Stop);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
