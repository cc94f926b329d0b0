using System.Text;
using System.Text.Json;

namespace TrueCopy.Receipts.Tests.Documents;

public sealed class DocumentJsonTests
{
    private const string Revoked = """
        {"verdict":"revoked","algorithm":"sm3","digest":"ab","checkedAt":"2026-11-23T09:00:00.5Z","results":[{"issuer":{"id":"bank","legalName":"示范银行","jurisdiction":"CN-GD"},"verdict":"revoked","since":"2026-11-23T08:30:00Z","receipt":"r\n","issueReceipt":"i\n","reason":"issuedInError","note":"sorry","unproven":{"acts":[{"logIndex":7,"kind":"issue","at":"2026-11-23T08:00:00Z"},{"logIndex":8,"kind":"revoke","at":"2026-11-23T08:30:00Z","reason":"issuedInError"}],"type":"报告"}}],"checkpoint":{"origin":"log.example","size":9,"root":"AA==","note":"n+\n"}}
        """;

    [Fact]
    public void A_verdict_reads_like_this()
    {
        var document = new VerdictDocument(
            Verdict.Revoked,
            "sm3",
            "ab",
            new DateTimeOffset(2026, 11, 23, 9, 0, 0, 500, TimeSpan.Zero),
            [
                new ResultDocument(
                    new IssuerDocument("bank", "示范银行", "CN-GD"),
                    Verdict.Revoked,
                    new DateTimeOffset(2026, 11, 23, 8, 30, 0, TimeSpan.Zero),
                    "r\n",
                    "i\n",
                    Reason: ReasonCode.IssuedInError,
                    Note: "sorry",
                    Unproven: new UnprovenDocument(
                        [
                            new ActDocument(7, ActKind.Issue, new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero)),
                            new ActDocument(8, ActKind.Revoke, new DateTimeOffset(2026, 11, 23, 8, 30, 0, TimeSpan.Zero), ReasonCode.IssuedInError),
                        ],
                        "报告")),
            ],
            new CheckpointDocument("log.example", 9, "AA==", "n+\n"));
        Assert.Equal(Revoked, JsonSerializer.Serialize(document, DocumentJson.Instance.VerdictDocument));
    }

    [Fact]
    public void A_verdict_reads_back()
    {
        var document = JsonSerializer.Deserialize(Revoked, DocumentJson.Instance.VerdictDocument);
        Assert.Equal(Revoked, JsonSerializer.Serialize(document!, DocumentJson.Instance.VerdictDocument));
    }

    [Fact]
    public async Task An_answer_of_the_verifier_reads_like_this()
    {
        var world = new InMemoryWorld();
        await using var service = world.Start();
        await service.Intake.HandleAsync(world.Upload("bank", "a", Samples.Bytes("abc")), TestContext.Current.CancellationToken);
        world.Time.Advance(TimeSpan.FromSeconds(90));
        var answer = await service.Verifier.VerifyAsync(Samples.DigestOf(Samples.Bytes("abc")), TestContext.Current.CancellationToken);

        var note = Quote(Encoding.UTF8.GetString(answer.Checkpoint.Note.Span));
        Assert.Equal(
            $$$"""{"verdict":"verified","algorithm":"sha-256","digest":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","checkedAt":"2026-11-23T09:01:30Z","results":[{"issuer":{"id":"bank","legalName":"The bank Ltd","jurisdiction":"HK"},"verdict":"verified","since":"2026-11-23T09:00:00Z","receipt":{{{Quote(Encoding.UTF8.GetString(answer.Issuers[0].Receipt.Encode()))}}},"unproven":{"acts":[{"logIndex":3,"kind":"issue","at":"2026-11-23T09:00:00Z"}]}}],"checkpoint":{"origin":"log.example","size":5,"root":"{{{answer.Checkpoint.Checkpoint.Root}}}","note":{{{note}}}}}""",
            JsonSerializer.Serialize(answer.ToDocument(), DocumentJson.Instance.VerdictDocument));

        var unknown = await service.Verifier.VerifyAsync(Samples.DigestOf([]), TestContext.Current.CancellationToken);
        Assert.Equal(
            $$$"""{"verdict":"unknown","algorithm":"sha-256","digest":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","checkedAt":"2026-11-23T09:01:30Z","results":[],"checkpoint":{"origin":"log.example","size":5,"root":"{{{answer.Checkpoint.Checkpoint.Root}}}","note":{{{note}}}}}""",
            JsonSerializer.Serialize(unknown.ToDocument(), DocumentJson.Instance.VerdictDocument));
    }

    [Theory]
    [InlineData("\"digest\":\"ab\"", "\"digest\":\"ab\",\"digest\":\"cd\"")]
    [InlineData("\"size\":9", "\"size\":9,\"size\":9")]
    [InlineData("\"digest\":\"ab\",", "")]
    [InlineData("\"digest\":\"ab\"", "\"digest\":null")]
    [InlineData("\"acts\":[", "\"acts\":[null,")]
    [InlineData("\"results\":[", "\"results\":[null,")]
    [InlineData("\"unproven\":{\"acts\"", "\"unproven\":{\"deeds\"")]
    [InlineData("\"verdict\":\"revoked\"", "\"verdict\":\"fine\"")]
    [InlineData("\"verdict\":\"revoked\"", "\"verdict\":1")]
    [InlineData("\"verdict\":\"revoked\"", "\"verdict\":\"1\"")]
    [InlineData("\"verdict\":\"revoked\"", "\"verdict\":\"revoked,expired\"")]
    [InlineData("\"verdict\":\"revoked\"", "\"verdict\":\"Revoked\"")]
    [InlineData("\"size\":9", "\"size\":\"9\"")]
    [InlineData("09:00:00.5Z", "09:00:00.5")]
    [InlineData("09:00:00.5Z", "09:00:00.5+08:00")]
    public void A_verdict_that_is_not_exactly_one_is_refused(string text, string broken)
    {
        Assert.Contains(text, Revoked, StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => ForeignJson.Read(Encoding.UTF8.GetBytes(Revoked.Replace(text, broken, StringComparison.Ordinal)), DocumentJson.Instance.VerdictDocument));
    }

    private static string Quote(string text) =>
        "\"" + text.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    [Theory]
    [InlineData("""{"digests":null}""")]
    [InlineData("""{}""")]
    [InlineData("""{"digests":[],"digests":[]}""")]
    [InlineData("""{"digests":[{"algorithm":"sm3"}]}""")]
    [InlineData("""{"digests":[{"algorithm":"sm3","digest":null}]}""")]
    public void A_request_that_lacks_or_repeats_a_member_is_refused(string text) =>
        Assert.Throws<JsonException>(() => ForeignJson.Read(Encoding.UTF8.GetBytes(text), DocumentJson.Instance.BatchRequestDocument));
}
