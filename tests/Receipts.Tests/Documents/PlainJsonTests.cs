using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace TrueCopy.Receipts.Tests.Documents;

/// <summary>Where something is read without the serializer, it is read as the serializer reads it, and what that refuses is not read at all.</summary>
public sealed class PlainJsonTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private static readonly LegalNames Names = new() { En = "Bank", ZhHans = "银行", ZhHant = "銀行" };
    private static readonly DomainOutcomeDocument Domain = new(default, At, 7, "bank.example");
    private static readonly IssuerDocument Issuer = new("bank", "Bank \"A\" 銀行", "HK", "bank.example") { LegalNames = Names, DomainOutcome = Domain };

    private static readonly BatchAnswerDocument Answer = new(
    [
        new VerdictDocument(
            Verdict.Superseded,
            "sha-256",
            new string('a', 64),
            At.AddTicks(1),
            [
                new ResultDocument(
                    Issuer,
                    Verdict.Superseded,
                    At,
                    "a receipt\nof lines\n\n— log AAAA\n",
                    "another",
                    At,
                    At.AddDays(1),
                    ReasonCode.Superseded,
                    "a note",
                    new DigestDocument("sha-256", "b"),
                    new UnprovenDocument([new ActDocument(3, ActKind.Issue, At), new ActDocument(4, ActKind.Supersede, At, ReasonCode.Superseded)], "statement", Verdict.Verified) { Domain = Domain }),
            ],
            new CheckpointDocument("log.example", long.MaxValue, "root", "note\n")),
    ]);

    private static readonly Entry Act = new()
    {
        Version = Entry.FormatVersion,
        Kind = ActKind.Supersede,
        At = At,
        Issuer = "bank",
        LegalName = "Bank",
        LegalNames = Names,
        Jurisdiction = "HK",
        Position = 1,
        Algorithm = "sha-256",
        Commitment = "c",
        ValidFrom = At,
        Expires = At.AddDays(1),
        Replaces = 2,
        Yields = 3,
        Target = 4,
        Reason = ReasonCode.Superseded,
        SuccessorCommitment = "s",
        NoteCommitment = "n",
        Covers = 5,
        Root = "r",
        From = 6,
    };

    private static readonly ReceiptExtra Extra = new(
        new byte[] { 1, 2 }, "opening", "successor", "note", new StatusProof(new byte[] { 3 }, new byte[] { 4 }, new byte[] { 5 }, new byte[] { 6 }));

    public static TheoryData<string> Documents { get; } = ["answer", "act", "extra"];

    [Theory]
    [MemberData(nameof(Documents))]
    public void What_is_as_programs_write_it_needs_no_serializer(string document)
    {
        var (sample, plain, _) = Of(document);
        Assert.NotNull(plain(sample.ToJsonString()));
        Assert.NotNull(plain(sample.ToJsonString(new JsonSerializerOptions { WriteIndented = true })));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Whatever_is_read_without_the_serializer_is_what_it_reads(string document)
    {
        var (sample, plain, whole) = Of(document);
        var (read, left) = (0, 0);
        foreach (var text in Changes(sample))
        {
            if (plain(text) is not { } said)
            {
                left++;
                continue;
            }

            read++;
            Assert.True(said == whole(text), text);
        }

        // Both happen: what lacks a member that need not be there is read, what has one of another kind is not.
        Assert.InRange(read, 4, int.MaxValue);
        Assert.InRange(left, 40, int.MaxValue);
    }

    [Fact]
    public void A_question_is_written_as_the_serializer_writes_it()
    {
        foreach (var count in new[] { 0, 1, 3 })
        {
            Digest[] digests = [.. DigestAlgorithm.All.Take(count).Select(algorithm => new Digest(algorithm, Enumerable.Repeat((byte)0xAB, algorithm.Length).ToArray()))];
            var document = new BatchRequestDocument([.. digests.Select(digest => new DigestDocument(digest.Algorithm.Name, digest.Hex))]);
            Assert.Equal(JsonSerializer.Serialize(document, DocumentJson.Instance.BatchRequestDocument), Encoding.UTF8.GetString(BatchRequestDocument.Encode(digests)));
        }
    }

    // How a document is read without the serializer and by it, each written again; null where it is not read.
    private static (JsonNode Sample, Func<string, string?> Plain, Func<string, string?> Whole) Of(string document) => document switch
    {
        "answer" => Of(Answer, DocumentJson.Instance.BatchAnswerDocument, DocumentJson.Instance.BatchAnswerDocument, PlainAnswer.TryRead),
        "act" => Of(Act, EntryJson.Instance.Entry, EntryJson.Instance.Entry, json => PlainEntry.TryRead(json, Entry.MaxDepth)),
        _ => Of(Extra, ReceiptJson.Default.ReceiptExtra, ReceiptExtra.Json.ReceiptExtra, json => PlainJson.TryRead(json, Receipt.MaxDepth, ReceiptExtra.Members)),
    };

    private static (JsonNode Sample, Func<string, string?> Plain, Func<string, string?> Whole) Of<T>(T sample, JsonTypeInfo<T> writing, JsonTypeInfo<T> reading, Func<ReadOnlySpan<byte>, T?> plain)
        where T : class
    {
        string? Again(T? document) => document is null ? null : JsonSerializer.Serialize(document, writing);
        string? Whole(string text)
        {
            try
            {
                return Again(ForeignJson.Read(Encoding.UTF8.GetBytes(text), reading));
            }
            catch (JsonException)
            {
                return null;
            }
        }

        return (JsonSerializer.SerializeToNode(sample, writing)!, text => Again(plain(Encoding.UTF8.GetBytes(text))), Whole);
    }

    private static IEnumerable<string> Changes(JsonNode sample)
    {
        JsonNode?[] others =
        [
            null, JsonValue.Create(7), JsonValue.Create(-1), JsonValue.Create(1.5), JsonValue.Create(1e300), JsonValue.Create("x"), JsonValue.Create("AAAA"), JsonValue.Create("AAA"), JsonValue.Create(""),
            JsonValue.Create("2026-11-23T19:00:00Z"), JsonValue.Create("2026-11-23T19:00:00.5Z"), JsonValue.Create("2026-11-23T19:00:00+01:00"), JsonValue.Create("issue"), JsonValue.Create("Issue"),
            JsonValue.Create(true), new JsonArray(), new JsonArray((JsonNode?)null), new JsonArray("x"), new JsonObject(), new JsonObject { ["x"] = new JsonObject { ["y"] = new JsonObject() } },
        ];
        foreach (var text in JsonChanges.Of(sample, others))
            yield return text;

        var whole = sample.ToJsonString();
        foreach (var text in new[] { whole + " ", whole + "{}", whole + "x", "[" + whole + "]", whole[..^1], "", "null", "{}", " " + whole, "\uFEFF" + whole })
            yield return text;
        foreach (var (was, becomes) in new[] { ("\"a", "\"\\u0061"), ("\"a", "\"\\ud800"), (":", ": /* */ "), (",", ",,"), ("}", ",}"), ("\"", "'") })
        {
            for (var at = whole.IndexOf(was, StringComparison.Ordinal); at >= 0; at = whole.IndexOf(was, at + 1, StringComparison.Ordinal))
                yield return whole[..at] + becomes + whole[(at + was.Length)..];
        }

        // Each member twice, and one more.
        for (var at = whole.IndexOf('{', StringComparison.Ordinal); at >= 0; at = whole.IndexOf('{', at + 1))
        {
            var name = whole[(at + 1)..whole.IndexOf(':', at)];
            foreach (var member in new[] { $"{name}:null", $"{name}:\"x\"", "\"other\":1" })
                yield return $"{whole[..(at + 1)]}{member},{whole[(at + 1)..]}";
        }
    }
}
