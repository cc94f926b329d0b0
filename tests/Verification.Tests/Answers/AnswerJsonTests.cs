using System.Text.Json;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Verification.Tests.Answers;

public sealed class AnswerJsonTests
{
    private const string Verified = """
        {"verdict":"verified","algorithm":"sm3","digest":"ab","checkedAt":"2026-11-23T09:00:00.5Z","acts":[{"logIndex":7,"kind":"issue","at":"2026-11-23T08:00:00Z","issuer":{"id":"bank","legalName":"示范银行","jurisdiction":"CN-GD"}}],"checkpoint":{"origin":"log.example","size":9,"root":"AA==","note":"n+\n"},"receipt":"r\n"}
        """;

    [Fact]
    public void A_verdict_reads_like_this()
    {
        var document = new VerdictDocument(
            Verdict.Verified,
            "sm3",
            "ab",
            new DateTimeOffset(2026, 11, 23, 9, 0, 0, 500, TimeSpan.Zero),
            [new ActDocument(7, ActKind.Issue, new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero), new IssuerDocument("bank", "示范银行", "CN-GD"))],
            new CheckpointDocument("log.example", 9, "AA==", "n+\n"),
            "r\n");
        Assert.Equal(Verified, JsonSerializer.Serialize(document, AnswerJson.Instance.VerdictDocument));
    }

    [Fact]
    public void A_verdict_reads_back()
    {
        var document = JsonSerializer.Deserialize(Verified, AnswerJson.Instance.VerdictDocument);
        Assert.Equal(Verified, JsonSerializer.Serialize(document!, AnswerJson.Instance.VerdictDocument));
    }

    [Theory]
    [InlineData("""{"digests":null}""")]
    [InlineData("""{}""")]
    [InlineData("""{"digests":[],"digests":[]}""")]
    [InlineData("""{"digests":[{"algorithm":"sm3"}]}""")]
    [InlineData("""{"digests":[{"algorithm":"sm3","digest":null}]}""")]
    public void A_request_that_lacks_or_repeats_a_member_is_refused(string text) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(text, AnswerJson.Instance.BatchRequestDocument));
}
