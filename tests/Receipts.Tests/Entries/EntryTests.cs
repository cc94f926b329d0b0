using System.Buffers;
using System.Text;
using CsCheck;

namespace TrueCopy.Receipts.Tests.Entries;

public sealed class EntryTests
{
    private static readonly Act Act = Samples.Act("statement-of-zhang-wei.pdf");

    [Fact]
    public void An_entry_reads_like_this()
    {
        var opening = Opening.Create();
        Assert.Equal(
            $$"""{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"示范银行","jurisdiction":"CN-GD","position":0,"algorithm":"sha-256","commitment":"{{opening.Commit(Act.Digest)}}"}""",
            Encoding.UTF8.GetString(Act.ToEntry(opening).Encode()));
    }

    [Fact]
    public void Legal_names_by_language_stand_after_the_legal_name_and_an_entry_without_them_is_as_ever()
    {
        var named = Entry.Parse("""{"v":1,"act":"issuer","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"示范银行","legalNames":{"fr":"Banque","zh-Hant":"示範銀行","en":"Demo Bank"},"jurisdiction":"CN-GD"}"""u8);
        Assert.Equal(new LegalNames { En = "Demo Bank", ZhHant = "示範銀行" }, named.LegalNames);
        Assert.Equal(
            """{"v":1,"act":"issuer","at":"2026-11-23T09:00:00Z","issuer":"bank","legalName":"示范银行","legalNames":{"en":"Demo Bank","zh-Hant":"示範銀行"},"jurisdiction":"CN-GD"}""",
            Encoding.UTF8.GetString(named.Encode()));
        Assert.Equal(["Demo Bank", "示範銀行"], named.LegalNames!.Beside("示范银行"));
        Assert.Equal(["示範銀行"], named.LegalNames.Beside("Demo Bank"));
    }

    [Fact]
    public void Whatever_an_entry_says_its_bytes_are_those_that_the_serializer_gives_it()
    {
        var text = Gen.OneOf(
            Gen.Const((string?)null),
            Gen.Const((string?)"示范银行 (Demo Bank, Shenzhen)"),
            Gen.Const((string?)"\"quoted\", a\\b\n\u0085\u2028 <i>&+' \ud83c\udfe6"),
            Gen.Const((string?)"half a pair \ud83c"),
            Gen.String[0, 40].Select(value => (string?)value),
            Gen.Const((string?)new string('長', 700)));
        var time = Gen.DateTime.Select(value => (DateTimeOffset?)new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)));
        var maybe = Gen.OneOf(Gen.Const((DateTimeOffset?)null), Gen.Const((DateTimeOffset?)new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.FromHours(8))), time);
        var number = Gen.OneOf(Gen.Const((long?)null), Gen.Long.Select(value => (long?)value));
        Gen.Select(text, text, maybe, number, Gen.Enum<ActKind>(), Gen.Int[0, 9]).Sample(
            (one, other, at, index, kind, form) =>
            {
                var entry = new Entry { Version = 1, Kind = kind, At = at ?? DateTimeOffset.UnixEpoch, Issuer = one, LegalName = other, Jurisdiction = one, Position = index, Algorithm = other, Commitment = one, ValidFrom = at, Expires = at, Replaces = index, Yields = index, Target = index };
                entry = form switch
                {
                    0 => entry with { LegalNames = new LegalNames { En = one, ZhHant = other } },
                    1 => entry with { Domain = one, Retention = Retention.Keep, Algorithms = ["sha-256"] },
                    2 => entry with { Reason = ReasonCode.CertificateHold, SuccessorCommitment = one, NoteCommitment = other },
                    3 => entry with { Lock = one, Covers = index, Keys = ["k"] },
                    _ => entry,
                };
                Assert.Equal(System.Text.Json.JsonSerializer.Serialize(entry, AsEver), Encoding.UTF8.GetString(entry.Encode()));

                // Likewise where it commits while it is written.
                var written = new ArrayBufferWriter<byte>();
                (entry with { Commitment = null }).Write(written, SomeOpening, Act.Digest);
                Assert.Equal((entry with { Commitment = SomeOpening.Commit(Act.Digest) }).Encode(), written.WrittenSpan.ToArray());
            },
            iter: 2000);
    }

    private static readonly Opening SomeOpening = Opening.Create();

    [Fact]
    public void What_is_said_of_an_entry_and_taken_back_leaves_no_trace_and_no_other_is_changed()
    {
        var issue = new Entry { Version = 1, Kind = ActKind.Issue, At = new DateTimeOffset(2026, 11, 23, 17, 0, 0, TimeSpan.FromHours(8)), Issuer = "bank" };
        var (revoke, receiver) = (issue with { Kind = ActKind.Revoke, Target = 7, Reason = ReasonCode.IssuedInError }, issue with { Kind = ActKind.Receiver, Receiver = "house", KeepsDays = 30 });
        Assert.Equal(issue, revoke with { Kind = ActKind.Issue, Target = null, Reason = null });
        Assert.Equal(issue, receiver with { Kind = ActKind.Issue, Receiver = null, KeepsDays = null });
        Assert.Equal(issue.GetHashCode(), (receiver with { Kind = ActKind.Issue, Receiver = null, KeepsDays = null }).GetHashCode());
        Assert.Equal((7, ReasonCode.IssuedInError, null, null), (revoke.Target, revoke.Reason, revoke.Receiver, issue.Target));
        Assert.Equal(("house", 30, null), (receiver.Receiver, receiver.KeepsDays, issue.Receiver));
        Assert.NotEqual(revoke, revoke with { Target = 8 });
        Assert.Equal((issue.At, TimeSpan.Zero), (new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero), issue.At.Offset));
    }

    // As entries have always been written.
    private static readonly System.Text.Json.JsonSerializerOptions AsEver = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },
    };

    [Fact]
    public void What_a_domain_says_reads_like_this()
    {
        var entry = new Entry { Version = 1, Kind = ActKind.Domain, At = new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero), Issuer = "bank", Domain = "bank.hk", Outcome = DomainWord.NotStated };
        Assert.Equal("""{"v":1,"act":"domain","at":"2026-11-23T09:00:00Z","issuer":"bank","domain":"bank.hk","outcome":"notStated"}""", Encoding.UTF8.GetString(entry.Encode()));
        Assert.Equal(entry, Entry.Parse(entry.Encode()));
    }

    [Fact]
    public void A_status_and_an_issue_that_replaces_or_yields_read_like_this()
    {
        var at = new DateTimeOffset(2026, 11, 26, 9, 0, 0, TimeSpan.Zero);
        var root = TreeHasher.EmptyRoot;
        Assert.Equal(
            """{"v":1,"act":"status","at":"2026-11-26T09:00:00Z","covers":7,"root":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}""",
            Encoding.UTF8.GetString(Entry.OfStatus(7, root, 0, at).Encode()));
        Assert.EndsWith(""","covers":7,"root":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","from":3}""", Encoding.UTF8.GetString(Entry.OfStatus(7, root, 3, at).Encode()), StringComparison.Ordinal);
        var opening = Opening.Create();
        Assert.EndsWith($$""","commitment":"{{opening.Commit(Act.Digest)}}","replaces":5}""", Encoding.UTF8.GetString((Act.ToEntry(opening) with { Replaces = 5 }).Encode()), StringComparison.Ordinal);
        Assert.EndsWith($$""","commitment":"{{opening.Commit(Act.Digest)}}","yields":5}""", Encoding.UTF8.GetString((Act.ToEntry(opening) with { Yields = 5 }).Encode()), StringComparison.Ordinal);
        Assert.Equal((7L, 3L), (Entry.Parse(Entry.OfStatus(7, root, 3, at).Encode()).Covers, Entry.Parse(Entry.OfStatus(7, root, 3, at).Encode()).From));
    }

    [Fact]
    public void The_public_entry_tells_neither_the_digest_nor_the_name_nor_the_acts_id()
    {
        var text = Encoding.UTF8.GetString(Act.ToEntry(Opening.Create()).Encode());
        Assert.DoesNotContain(Act.Digest.Hex, text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("zhang-wei", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Act.Id.Value, text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Act.Source.ETag, text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void An_entry_reads_back_and_members_of_later_versions_are_ignored()
    {
        var bytes = Act.ToEntry(Opening.Create()).Encode();
        Assert.Equal(bytes, Entry.Parse(bytes).Encode());
        var extended = Encoding.UTF8.GetString(bytes).Replace("{\"v\":1", "{\"v\":1,\"new\":7", StringComparison.Ordinal);
        Assert.Equal(bytes, Entry.Parse(Encoding.UTF8.GetBytes(extended)).Encode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"v":1,"act":"domain","at":"2026-11-23T09:00:00Z","issuer":"bank","domain":"bank.hk","outcome":"perhaps"}""")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"v":2,"act":"issue","at":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"v":1,"act":"dance","at":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"v":1,"act":"issue","at":"2026-11-23T09:00:00+08:00"}""")]
    [InlineData("""{"v":1,"act":"issue","at":"yesterday"}""")]
    [InlineData("""{"v":1,"act":"issue"}""")]
    [InlineData("""{"v":1,"act":1,"at":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"v":1,"act":99,"at":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"v":1,"act":"1","at":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"v":1,"act":"Issue","at":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"v":1,"act":"issue,genesis","at":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"v":"1","act":"issue","at":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"v":1,"act":"issue","at":7}""")]
    [InlineData("""{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","legalNames":"Bank"}""")]
    [InlineData("""{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","legalNames":["Bank"]}""")]
    [InlineData("""{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","legalNames":{"en":7}}""")]
    [InlineData("""{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z","legalNames":{"en":"Bank","en":"Bank"}}""")]
    [InlineData("""{"v":1,"act":"issue","at":"2026-11-23T09:00:00Z"} """ + "x")]
    public void Anything_else_is_refused(string text) => Assert.Throws<LogFormatException>(() => Entry.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void An_entry_longer_than_a_bundle_can_hold_is_refused() =>
        Assert.Throws<LogFormatException>(() => Entry.Parse([.. Act.ToEntry(Opening.Create()).Encode(), .. Samples.Bytes(new string(' ', 65_536))]));

    [Fact]
    public void A_damaged_entry_is_read_or_refused_but_nothing_worse()
    {
        var bytes = Act.ToEntry(Opening.Create()).Encode();
        Samples.Damage(bytes).Sample(
            damaged =>
            {
                try
                {
                    Entry.Parse(damaged);
                }
                catch (LogFormatException)
                {
                    // Refused as documented.
                }
            },
            iter: 5000);
    }

    // printf 'issuer-bank\0a/b\0000x1\0007\0sm3' | sha256sum | cut -c1-32
    [Fact]
    public void An_acts_id_never_changes() =>
        Assert.Equal("05afa3a13b3a33dfe08fa67b3bfcbc8c", ActId.Of(new BlobVersion("issuer-bank", "a/b", "0x1"), 7, DigestAlgorithm.Sm3).Value);

    [Fact]
    public void The_same_act_has_the_same_id_and_every_part_of_it_counts()
    {
        var source = new BlobVersion("issuer-bank", "a/b", "0x1");
        var id = ActId.Of(source, 0, DigestAlgorithm.Sha256);
        Assert.Equal(id, ActId.Of(source with { }, 0, DigestAlgorithm.Sha256));
        ActId[] others =
        [
            ActId.Of(source with { Container = "issuer-ban" }, 0, DigestAlgorithm.Sha256),
            ActId.Of(source with { Path = "a/c" }, 0, DigestAlgorithm.Sha256),
            ActId.Of(source with { ETag = "0x2" }, 0, DigestAlgorithm.Sha256),
            ActId.Of(source, 1, DigestAlgorithm.Sha256),
            ActId.Of(source, 0, DigestAlgorithm.Sm3),
        ];
        Assert.Equal(6, others.Append(id).Distinct().Count());
    }
}
