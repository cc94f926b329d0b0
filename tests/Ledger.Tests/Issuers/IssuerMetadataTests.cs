namespace TrueCopy.Ledger.Tests.Issuers;

public sealed class IssuerMetadataTests
{
    [Fact]
    public void An_issuer_is_read_from_its_containers_metadata()
    {
        var issuer = IssuerMetadata.Parse("issuer-bank", Metadata(
            ("LegalName", "%E7%A4%BA%E8%8C%83%E9%93%B6%E8%A1%8C"),
            ("jurisdiction", "CN-GD"),
            ("domain", "bank.example"),
            ("retention", "delete"),
            ("algorithms", "sm3, sha-512,sm3")));
        Assert.Equal(("bank", "issuer-bank", "示范银行", "CN-GD", "bank.example"), (issuer.Id, issuer.Container, issuer.LegalName, issuer.Jurisdiction, issuer.Domain));
        Assert.Equal(Retention.Delete, issuer.Retention);
        Assert.Equal([DigestAlgorithm.Sha256, DigestAlgorithm.Sm3, DigestAlgorithm.Sha512], issuer.Algorithms);
    }

    [Fact]
    public void Legal_names_by_language_are_read_and_part_of_the_description()
    {
        var one = IssuerMetadata.Parse("issuer-bank", Metadata(("legalname", "Bank"), ("jurisdiction", "HK"), ("legalname_en", " ")));
        Assert.Null(one.LegalNames);
        var named = IssuerMetadata.Parse("issuer-bank", Metadata(("legalname", "Bank"), ("jurisdiction", "HK"), ("legalname_en", "Demo Bank"), ("Legalname_zh_Hans", "%E7%A4%BA%E8%8C%83"), ("legalname_zh_hant", "%E7%A4%BA%E7%AF%84")));
        Assert.Equal(new LegalNames { En = "Demo Bank", ZhHans = "示范", ZhHant = "示範" }, named.LegalNames);
        Assert.False(named.Describes(one));
        Assert.True(named.Describes(named with { LegalNames = named.LegalNames! with { } }));
        Assert.False(named.Describes(named with { LegalNames = named.LegalNames with { En = "Other Bank" } }));
    }

    [Fact]
    public void By_default_documents_are_kept_and_hashed_with_SHA_256_alone()
    {
        var issuer = IssuerMetadata.Parse("issuer-bank", Metadata(("legalname", "Bank"), ("jurisdiction", "HK")));
        Assert.Equal(Retention.Keep, issuer.Retention);
        Assert.Null(issuer.Domain);
        Assert.Equal([DigestAlgorithm.Sha256], issuer.Algorithms);
    }

    [Theory]
    [InlineData("log", "Bank", "HK", null, null)]
    [InlineData("issuer-", "Bank", "HK", null, null)]
    [InlineData("issuer-bank", "", "HK", null, null)]
    [InlineData("issuer-bank", "  ", "HK", null, null)]
    [InlineData("issuer-bank", "Bank%0Aof", "HK", null, null)]
    [InlineData("issuer-bank", "Bank", "", null, null)]
    [InlineData("issuer-bank", "Bank", "hk", null, null)]
    [InlineData("issuer-bank", "Bank", "Hong Kong", null, null)]
    [InlineData("Issuer-bank", "Bank", "HK", null, null)]
    [InlineData("issuer-bank", "%09", "HK", null, null)]
    [InlineData("issuer-bank", "Bank", "H", null, null)]
    [InlineData("issuer-bank", "Bank", "CN-GDXX", null, null)]
    [InlineData("issuer-bank", "Bank", "HK", "Delete", null)]
    [InlineData("issuer-bank", "Bank", "HK", null, "sha-256,SM3")]
    [InlineData("issuer-bank", "Bank", "HK", "shred", null)]
    [InlineData("issuer-bank", "Bank", "HK", null, "md5")]
    public void A_container_that_breaks_a_rule_is_not_an_issuer(string container, string name, string jurisdiction, string? retention, string? algorithms)
    {
        var metadata = Metadata(("legalname", name), ("jurisdiction", jurisdiction), ("retention", retention ?? ""), ("algorithms", algorithms ?? ""));
        Assert.Throws<NotAnIssuerException>(() => IssuerMetadata.Parse(container, metadata));
    }

    // Passed over, the misspelt would leave documents that were to be deleted, or an algorithm out.
    [Theory]
    [InlineData("retension", "retention")]
    [InlineData("retention_policy", "retention")]
    [InlineData("algorithm", "algorithms")]
    [InlineData("Legal_Name", "legalname")]
    [InlineData("legalname_hk", "legalname_zh_hant")]
    public void Metadata_that_nearly_has_a_name_of_the_registry_makes_no_issuer_and_the_right_one_is_told(string key, string name)
    {
        var metadata = Metadata(("legalname", "Bank"), ("jurisdiction", "HK"));
        metadata["owner"] = "nobody's business";
        Assert.Equal("Bank", IssuerMetadata.Parse("issuer-bank", metadata).LegalName);
        metadata[key] = "delete";
        var refused = Assert.Throws<NotAnIssuerException>(() => IssuerMetadata.Parse("issuer-bank", metadata));
        Assert.Equal($"the name is {name}, not {key}", refused.Message);
    }

    [Theory]
    [InlineData("legalname", "Bank of %E2%80%AEgnoK gnoH", "U+202E")]
    [InlineData("legalname", "Bank%E2%80%A8of", "U+2028")]
    [InlineData("legalname", "Bank%C2%9B2J", "U+009B")]
    [InlineData("domain", "bank%E2%80%8B.example", "U+200B")]
    [InlineData("legalname_en", "Bank of %E2%80%AEgnoK gnoH", "U+202E")]
    [InlineData("legalname_zh_hant", "%E7%A4%BA%E2%80%8B%E7%AF%84", "U+200B")]
    [InlineData("domain", "%E2%81%A7bank.example", "U+2067")]
    public void A_description_with_a_character_that_does_not_show_makes_no_issuer_and_the_character_is_named(string key, string value, string character)
    {
        var metadata = Metadata(("legalname", "Bank"), ("jurisdiction", "HK"));
        metadata[key] = value;
        var refusal = Assert.Throws<NotAnIssuerException>(() => IssuerMetadata.Parse("issuer-bank", metadata)).Message;
        Assert.Contains(key, refusal, StringComparison.Ordinal);
        Assert.Contains(character, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_issuer_leaves_out_is_named()
    {
        Assert.Contains("legalname", Refusal(("jurisdiction", "HK")), StringComparison.Ordinal);
        Assert.Contains("jurisdiction", Refusal(("legalname", "Bank")), StringComparison.Ordinal);
        Assert.Contains("domain", Refusal(("legalname", "Bank"), ("jurisdiction", "HK"), ("domain", new string('a', 257))), StringComparison.Ordinal);
        Assert.Contains("256", Refusal(("legalname", new string('a', 257)), ("jurisdiction", "HK")), StringComparison.Ordinal);
        Assert.Contains("legalname_en has at most 256", Refusal(("legalname", "Bank"), ("jurisdiction", "HK"), ("legalname_en", new string('a', 257))), StringComparison.Ordinal);
    }

    private static string Refusal(params (string Key, string Value)[] pairs) =>
        Assert.Throws<NotAnIssuerException>(() => IssuerMetadata.Parse("issuer-bank", Metadata(pairs))).Message;

    private static Dictionary<string, string> Metadata(params (string Key, string Value)[] pairs) => pairs.ToDictionary(pair => pair.Key, pair => pair.Value);
}
