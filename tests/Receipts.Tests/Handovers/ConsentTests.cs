using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace TrueCopy.Receipts.Tests.Handovers;

/// <summary>A consent is what the published schema says, and what the schema cannot say besides.</summary>
public sealed class ConsentTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(RepositoryFolder.At("docs", "consent.schema.json")));

    [Fact]
    public void A_consent_reads_like_this_and_is_of_the_schema()
    {
        var consent = Sample.Consent() with { Scope = "statements\nof 2026", Conditions = "不得转交" };
        var text = Encoding.UTF8.GetString(consent.Encode());
        Assert.StartsWith($$"""{"v":1,"handover":"{{consent.Handover}}","nonce":"{{consent.Nonce}}","log":"log.example","receiver":{"id":"demo-lender","legalName":"Demo Lender","encryptionKey":"{{Sample.Key}}","logIndex":12},"purpose":"credit","givenAt":"2026-11-26T12:00:00Z","until":"2027-05-26T12:00:00Z","language":"en","documents":[{"name":"statement.pdf","length":5,"digest":"sha-256:""", text, StringComparison.Ordinal);
        Assert.EndsWith(""","scope":"statements\nof 2026","conditions":"不得转交"}""", text, StringComparison.Ordinal);
        Assert.True(IsOfSchema(text));
        Assert.Equal(consent.Encode(), Consent.Parse(consent.Encode()).Encode());
    }

    [Theory]
    [InlineData("v", "2")]
    [InlineData("v", "null")]
    [InlineData("handover", "\"AB\"")]
    [InlineData("nonce", "\"00\"")]
    [InlineData("log", "\"\"")]
    [InlineData("receiver", "{}")]
    [InlineData("receiver/id", "\"Demo\"")]
    [InlineData("receiver/legalName", "\"\"")]
    [InlineData("receiver/encryptionKey", "\"age1qqqq\"")]
    [InlineData("receiver/logIndex", "-1")]
    [InlineData("receiver/logIndex", "1.5")]
    [InlineData("receiver/note", "\"more\"")]
    [InlineData("purpose", "\"Credit\"")]
    [InlineData("purpose", "\"other\"")]
    [InlineData("purposeText", "null")]
    [InlineData("purposeText", "\"\"")]
    [InlineData("scope", "null")]
    [InlineData("scope", "7")]
    [InlineData("givenAt", "\"2026-11-26T12:00:00+08:00\"")]
    [InlineData("until", "\"2027-05-26\"")]
    [InlineData("language", "\"fr\"")]
    [InlineData("documents", "[]")]
    [InlineData("documents", "[null]")]
    [InlineData("documents/0/name", "\"../statement.pdf\"")]
    [InlineData("documents/0/length", "-1")]
    [InlineData("documents/0/length", "9007199254740992")]
    [InlineData("documents/0/digest", "\"sha-256:00\"")]
    [InlineData("documents/0/verdict", "\"good\"")]
    [InlineData("documents/0/verdict", "\"revoked\"")]
    [InlineData("documents/0/insisted", "true")]
    [InlineData("documents/0/insisted", "false")]
    [InlineData("documents/0/receipt", "\"yes\"")]
    [InlineData("documents/0/size", "1")]
    [InlineData("more", "1")]
    public void What_is_not_of_the_schema_is_no_consent(string member, string value)
    {
        var text = Sample.With(member, value);
        Assert.False(IsOfSchema(text), "the schema takes it");
        Assert.Throws<LogFormatException>(() => Consent.Parse(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("receiver/encryptionKey", "\"age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\"", "receiver.encryptionKey is an age X25519 key")]
    [InlineData("receiver/legalName", "\" Demo\"", "no spaces at its ends")]
    [InlineData("purposeText", "\"a\\nb\"", "purposeText has U+000A")]
    [InlineData("scope", "\"a\\u202eb\"", "scope has U+202E")]
    [InlineData("conditions", "\"a\\n\"", "no spaces at its ends")]
    [InlineData("until", "\"2026-11-26T12:00:00Z\"", "until is after givenAt")]
    [InlineData("documents/0/name", "\"con.pdf\"", "that of a device")]
    [InlineData("documents/0/name", "\"a\\u200b.pdf\"", "which does not show")]
    public void What_the_schema_cannot_say_is_refused_by_name(string member, string value, string rule)
    {
        var text = Sample.With(member, value);
        Assert.True(IsOfSchema(text), "the schema refuses it");
        Assert.Contains(rule, Assert.Throws<LogFormatException>(() => Consent.Parse(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_member_is_read_that_is_there_twice()
    {
        var text = Encoding.UTF8.GetString(Sample.Consent().Encode());
        Assert.Throws<LogFormatException>(() => Consent.Parse(Encoding.UTF8.GetBytes(text.Replace("\"purpose\":\"credit\"", "\"purpose\":\"credit\",\"purpose\":\"legal\"", StringComparison.Ordinal))));
        Assert.Throws<LogFormatException>(() => Consent.Parse(Encoding.UTF8.GetBytes(text.Replace("\"receipt\":true", "\"receipt\":true,\"receipt\":false", StringComparison.Ordinal))));
        Assert.Throws<LogFormatException>(() => Consent.Parse([0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(text)]));
        Assert.Throws<LogFormatException>(() => Consent.Parse([.. Encoding.UTF8.GetBytes(text), (byte)'{']));
    }

    [Fact]
    public void No_two_documents_have_one_name_in_whatever_case()
    {
        var consent = Sample.Consent();
        Assert.Contains("differ in case only", (consent with { Documents = [consent.Documents[0], consent.Documents[0] with { Name = "STATEMENT.pdf" }] }).Check(), StringComparison.Ordinal);
        Assert.Null((consent with { Documents = [consent.Documents[0], consent.Documents[0] with { Name = "statement-2.pdf" }] }).Check());
    }

    [Fact]
    public void A_consent_has_at_most_200_documents_and_64_KiB()
    {
        var consent = Sample.Consent();
        ConsentDocument[] many = [.. Enumerable.Range(0, 201).Select(i => consent.Documents[0] with { Name = $"{i}.pdf" })];
        Assert.Null((consent with { Documents = many[1..] }).Check());
        Assert.Equal("there are 1 to 200 documents", (consent with { Documents = many }).Check());
        var wide = consent with { Documents = [.. many[1..].Select(document => document with { Name = document.Name.PadLeft(200, 'x') })], Scope = new string('界', Consent.MaxTextLength), Conditions = new string('界', Consent.MaxTextLength) };
        Assert.Contains("longer than 65536 bytes", Assert.Throws<LogFormatException>(wide.Encode).Message, StringComparison.Ordinal);
        Assert.Contains("longer than 65536 bytes", Assert.Throws<LogFormatException>(() => Consent.Parse(new byte[Consent.MaxLength + 1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_words_of_the_schema_are_those_of_the_code()
    {
        var schema = JsonNode.Parse(File.ReadAllText(RepositoryFolder.At("docs", "consent.schema.json")))!["properties"]!;
        Assert.Equal(WireName.All<HandoverPurpose>(), Words(schema["purpose"]!));
        Assert.Equal(Consent.Languages, Words(schema["language"]!));
        Assert.Equal(WireName.All<Verdict>().Append(ConsentDocument.NoAnswer).Order(), Words(schema["documents"]!["items"]!["properties"]!["verdict"]!).Order());
        var page = File.ReadAllText(RepositoryFolder.At("docs", "handover-format.md"));
        Assert.All([.. WireName.All<HandoverPurpose>(), .. WireName.All<DeclineReason>()], word => Assert.Contains($"`{word}`", page, StringComparison.Ordinal));
    }

    private static string[] Words(JsonNode schema) => [.. schema["enum"]!.AsArray().Select(word => word!.GetValue<string>())];

    private static bool IsOfSchema(string text)
    {
        using var json = JsonDocument.Parse(text);
        return Schema.Evaluate(json.RootElement).IsValid;
    }
}

/// <summary>A consent to a made-up lender.</summary>
internal static class Sample
{
    public static readonly string Key = EncryptionKey.Encode([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    public static Consent Consent() => new(
        1,
        new string('a', 64),
        new string('b', 64),
        "log.example",
        new ConsentReceiver("demo-lender", "Demo Lender", Key, 12),
        HandoverPurpose.Credit,
        Noon,
        Noon.AddMonths(6),
        "en",
        [new ConsentDocument("statement.pdf", 5, Samples.DigestOf("bytes"u8.ToArray()).ToString(), "verified", true)]);

    /// <summary>The JSON of one in which a member is otherwise, or one more.</summary>
    public static string With(string member, string value)
    {
        var root = JsonNode.Parse(Consent().Encode())!;
        var path = member.Split('/');
        var at = path[..^1].Aggregate(root, (node, name) => (int.TryParse(name, out var index) ? node[index] : node[name])!);
        at[path[^1]] = JsonNode.Parse(value);
        return root.ToJsonString();
    }
}
