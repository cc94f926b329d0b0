using System.Text;
using CsCheck;

namespace TrueCopy.Ledger.Tests.Manifests;

public sealed class LineFormatTests
{
    private const string Hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private const string Other = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static readonly Terms NoTerms = new(null, null, null, null);

    [Theory]
    [InlineData(Hex + "  a.pdf", "a.pdf")]
    [InlineData(Hex + " *a.pdf", "a.pdf")]
    [InlineData(Hex + " a.pdf", "a.pdf")]
    [InlineData(Hex + "\ta.pdf", "a.pdf")]
    [InlineData(Hex + "  目录/a b.pdf ", "目录/a b.pdf ")]
    [InlineData(Hex + " *", "*")]
    [InlineData(" \t" + Hex + "   a", " a")]
    [InlineData("\\" + Hex + "  a\\nb\\\\c\\r.pdf", "a\nb\\c\r.pdf")]
    [InlineData(Hex + "  a\\nb.pdf", "a\\nb.pdf")]
    [InlineData(Hex, null)]
    [InlineData(Hex + " \t ", null)]
    [InlineData("SHA256 (a.pdf) = " + Hex, "a.pdf")]
    [InlineData("SHA256(a) = b) = " + Hex, "a) = b")]
    [InlineData("sha-256(a)\t=" + Hex + " ", "a")]
    [InlineData("SHA2-256()= " + Hex, null)]
    [InlineData("\\SHA256 (a\\nb) = " + Hex, "a\nb")]
    public void A_digest_list_line_is_read_in_every_form(string line, string? name)
    {
        foreach (var text in new[] { line, line.Replace(Hex, Hex.ToUpperInvariant(), StringComparison.Ordinal) })
            Assert.Equal((Hex, name), DigestListLine.Parse(Line(text), DigestAlgorithm.Sha256) is { } listed ? (listed.Digest.Hex, listed.FileName) : default);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    [InlineData("#")]
    [InlineData("# " + Hex + "  a")]
    public void A_blank_line_and_a_comment_list_nothing(string line) => Assert.Null(DigestListLine.Parse(Line(line), DigestAlgorithm.Sha256));

    [Theory]
    [InlineData(" # no comment", 2, "64 hex digits")]
    [InlineData("\\", 2, "64 hex digits")]
    [InlineData("ba7816  a.pdf", 7, "64 hex digits")]
    [InlineData(Hex + "00  a.pdf", 65, "64 hex digits")]
    [InlineData(Hex + ";a.pdf", 65, "after the digest")]
    [InlineData("SHA512 (a.pdf) = " + Hex, 1, "SHA512")]
    [InlineData("SHA256 (a.pdf = " + Hex, 81, "after the name")]
    [InlineData("SHA256 (a.pdf) " + Hex, 16, "after the name")]
    [InlineData("SHA256 (a.pdf) = ba78", 22, "64 hex digits")]
    [InlineData("SHA256 (a.pdf) = " + Hex + "x", 82, "comes nothing")]
    [InlineData("SHA256  (a.pdf) = " + Hex, 1, "64 hex digits")]
    [InlineData("\\" + Hex + "  a\\", 68, "escaped name")]
    [InlineData("\\" + Hex + "  a\\t", 68, "escaped name")]
    public void A_digest_list_line_of_any_other_form_is_refused_where_it_departs(string text, int column, string rule) =>
        AssertFault(() => DigestListLine.Parse(Line(text), DigestAlgorithm.Sha256), column, rule);

    [Fact]
    public void A_list_of_acts_does_what_is_done_to_documents_and_makes_no_entry_of_another_kind()
    {
        string[] onDocuments = ["revoke", "suspend", "reinstate", "supersede"];
        var refused = WireName.All<ActKind>().Except(onDocuments).ToArray();
        Assert.NotEmpty(refused);
        foreach (var kind in refused)
            AssertFault(() => ActLine.Parse(Line($$"""{"act":"{{kind}}","algorithm":"sha-256","digest":"{{Hex}}"}""")), null, "act is one of revoke, suspend, reinstate, supersede");
    }

    [Fact]
    public void A_manifest_line_states_what_it_states_and_leaves_the_rest_to_the_upload()
    {
        var whole = NoTerms with { Type = "statement", Expires = DateTimeOffset.UnixEpoch.AddYears(80) };
        var act = ManifestLine.Parse(Line($$"""{"algorithm":"sha-256","digest":"{{Hex}}","reference":"loan 1","validFrom":"2026-12-01T00:00:00.5+08:00"}"""), whole);
        Assert.Equal((ActKind.Issue, 6L, "loan 1", "statement"), (act.Kind, act.Position, act.Reference, act.Type));
        Assert.Equal(new DateTimeOffset(2026, 11, 30, 16, 0, 0, 500, TimeSpan.Zero), act.ValidFrom);
        Assert.Equal((whole.Expires, Hex), (act.Expires, Assert.Single(act.Digests).Hex));
    }

    [Theory]
    [InlineData("", "the line is empty")]
    [InlineData("  ", "the line is empty")]
    [InlineData("null", "one JSON object")]
    [InlineData("[]", "one JSON object")]
    [InlineData("{", "one JSON object")]
    [InlineData("""{"algorithm":"sha-256"}""", "digest is missing")]
    [InlineData("""{"digest":"HEX"}""", "algorithm is missing")]
    [InlineData("""{"algorithm":"md5","digest":"HEX"}""", "algorithm is one of")]
    [InlineData("""{"algorithm":"SHA-256","digest":"HEX"}""", "algorithm is one of")]
    [InlineData("""{"algorithm":"sha-384","digest":"HEX"}""", "96 hex digits")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX"}{}""", "one JSON object")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX"},""", "one JSON object")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","digest":"HEX"}""", "digest appears twice")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","expire":"2030-01-01T00:00:00Z"}""", "the name is expires, not expire")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","valid_until":"2030-01-01T00:00:00Z"}""", "the name is expires, not valid_until")]
    [InlineData("""{"algorithm":"sha-256","hash":"HEX"}""", "the name is digest, not hash")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","colour":"red"}""", "the members are")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","reference":7}""", "reference is a string")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","reference":1e999}""", "reference is a string")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","reference":null}""", "reference is a string")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","reference":[[[[[[[[[["x"]]]]]]]]]]}""", "reference is a string")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","reference":""}""", "reference has 1 to 256")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","reference":" a"}""", "reference has 1 to 256")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","reference":"a\u0000"}""", "no control characters")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","reference":"\ud800"}""", "not Unicode text")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","type":"LONG65"}""", "type has 1 to 64")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","expires":"2030-01-01"}""", "RFC 3339")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","expires":"2030-01-01T00:00:00"}""", "RFC 3339")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","expires":"1969-12-31T23:59:59Z"}""", "RFC 3339")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","expires":"2030-02-30T00:00:00Z"}""", "RFC 3339")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","expires":"10000-01-01T00:00:00Z"}""", "RFC 3339")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX","expires":"2030-01-01T00:00:00Z","validFrom":"2030-01-01T00:00:00Z"}""", "expires is after validFrom")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX",// comment""", "one JSON object")]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX",}""", "one JSON object")]
    public void A_manifest_line_that_breaks_a_rule_is_refused_by_its_name(string text, string rule) =>
        AssertFault(() => ManifestLine.Parse(Line(Fill(text)), NoTerms), null, rule);

    [Fact]
    public void A_fault_names_the_column_of_the_value_in_characters()
    {
        var text = $$"""{"reference":"甲乙丙","algorithm":"sha-256","digest":"xyz"}""";
        AssertFault(() => ManifestLine.Parse(Line(text), NoTerms), text.IndexOf("\"xyz\"", StringComparison.Ordinal) + 1, "64 hex digits");
    }

    [Theory]
    [InlineData("""{"act":"revoke","algorithm":"sha-256","digest":"HEX"}""", ActKind.Revoke, ReasonCode.Unspecified)]
    [InlineData("""{"act":"suspend","reference":"loan 1","reason":"certificateHold","note":"看一下"}""", ActKind.Suspend, ReasonCode.CertificateHold)]
    [InlineData("""{"act":"reinstate","algorithm":"sm3","digest":"HEX"}""", ActKind.Reinstate, ReasonCode.Unspecified)]
    [InlineData("""{"act":"supersede","reference":"a","successorReference":"b"}""", ActKind.Supersede, ReasonCode.Superseded)]
    [InlineData("""{"act":"supersede","algorithm":"sha-256","digest":"HEX","successorAlgorithm":"sha-256","successorDigest":"OTHER"}""", ActKind.Supersede, ReasonCode.Superseded)]
    public void An_act_line_names_the_document_by_digest_or_by_reference(string text, ActKind kind, ReasonCode reason)
    {
        var act = ActLine.Parse(Line(Fill(text)));
        Assert.Equal((kind, reason, 6L), (act.Kind, act.Reason, act.Position));
        Assert.Equal(act.Reference is null ? 1 : 0, act.Digests.Count);
        Assert.Equal(kind == ActKind.Supersede, (act.Successor is not null) ^ (act.SuccessorReference is not null));
    }

    [Theory]
    [InlineData("""{"algorithm":"sha-256","digest":"HEX"}""", "act is missing")]
    [InlineData("""{"act":"issue","algorithm":"sha-256","digest":"HEX"}""", "act is one of")]
    [InlineData("""{"act":"genesis","reference":"a"}""", "act is one of")]
    [InlineData("""{"act":"Revoke","reference":"a"}""", "act is one of")]
    [InlineData("""{"act":"revoke"}""", "not by both")]
    [InlineData("""{"act":"revoke","reference":"a","algorithm":"sha-256","digest":"HEX"}""", "not by both")]
    [InlineData("""{"act":"revoke","algorithm":"sha-256"}""", "digest is missing")]
    [InlineData("""{"act":"revoke","digest":"HEX"}""", "algorithm is missing")]
    [InlineData("""{"act":"revoke","reference":"a","reason":"because"}""", "reason is one of")]
    [InlineData("""{"act":"revoke","reference":"a","reason":"certificateHold"}""", "to suspend only")]
    [InlineData("""{"act":"revoke","reference":"a","note":"LONG1001"}""", "note has 1 to 1000")]
    [InlineData("""{"act":"revoke","reference":"a","successorReference":"b"}""", "only supersede")]
    [InlineData("""{"act":"supersede","reference":"a"}""", "the successor is named")]
    [InlineData("""{"act":"supersede","reference":"a","successorReference":"a"}""", "supersede itself")]
    [InlineData("""{"act":"supersede","reference":"a","successorReference":"b","successorAlgorithm":"sm3","successorDigest":"HEX"}""", "not by both")]
    [InlineData("""{"act":"supersede","algorithm":"sha-256","digest":"HEX","successorAlgorithm":"sha-256","successorDigest":"HEX"}""", "supersede itself")]
    public void An_act_line_that_breaks_a_rule_is_refused_by_its_name(string text, string rule) =>
        AssertFault(() => ActLine.Parse(Line(Fill(text))), null, rule);

    [Fact]
    public void Damaged_lines_are_read_or_refused_with_a_place_but_nothing_worse()
    {
        (string Good, Action<Line> Parse)[] formats =
        [
            (Hex + "  a.pdf", line => DigestListLine.Parse(line, DigestAlgorithm.Sha256)),
            ("\\SHA256 (a\\nb) = " + Hex, line => DigestListLine.Parse(line, DigestAlgorithm.Sha256)),
            (Fill("""{"algorithm":"sha-256","digest":"HEX","reference":"甲","type":"t","validFrom":"2026-12-01T00:00:00Z","expires":"2030-01-01T00:00:00+08:00"}"""), line => ManifestLine.Parse(line, NoTerms)),
            (Fill("""{"act":"supersede","algorithm":"sha-256","digest":"HEX","reason":"superseded","note":"n\n甲","successorReference":"b"}"""), line => ActLine.Parse(line)),
        ];
        foreach (var (good, parse) in formats)
        {
            Samples.Damage(Encoding.UTF8.GetBytes(good)).Sample(
                damaged =>
                {
                    // As the reader hands them on: well-formed UTF-8 only.
                    var line = Line(Encoding.UTF8.GetString(damaged));
                    try
                    {
                        parse(line);
                    }
                    catch (LineException fault)
                    {
                        Assert.InRange(fault.Column, 1, Encoding.UTF8.GetCharCount(line.Bytes.Span) + 1);
                    }
                },
                iter: 5000);
        }
    }

    private static void AssertFault(Action parse, int? column, string rule)
    {
        var fault = Assert.Throws<LineException>(parse);
        Assert.Contains(rule, fault.Rule, StringComparison.Ordinal);
        Assert.Equal(7, fault.Line);
        Assert.Equal(column ?? fault.Column, fault.Column);
    }

    private static string Fill(string text) => text
        .Replace("HEX", Hex, StringComparison.Ordinal)
        .Replace("OTHER", Other, StringComparison.Ordinal)
        .Replace("LONG1001", new string('x', 1001), StringComparison.Ordinal)
        .Replace("LONG65", new string('x', 65), StringComparison.Ordinal);

    private static Line Line(string text) => new(7, Encoding.UTF8.GetBytes(text));
}
