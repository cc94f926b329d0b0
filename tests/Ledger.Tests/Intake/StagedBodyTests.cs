using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace TrueCopy.Ledger.Tests.Intake;

public sealed class StagedBodyTests
{
    [Fact]
    public void Staged_acts_come_back_as_they_went_in()
    {
        var at = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
        RequestedAct[] acts =
        [
            new(ActKind.Issue, 0) { Digests = [Samples.DigestOf([1]), Samples.DigestOf([2])], Reference = "loan 1", Type = "报告", ValidFrom = at, Expires = at.AddDays(1) },
            new(ActKind.Supersede, 7) { Reference = "r", Reason = ReasonCode.Superseded, Note = "更正", Successor = Samples.DigestOf([3]) },
            new(ActKind.Revoke, 8) { Digests = [Samples.DigestOf([4])], SuccessorReference = "s" },
        ];
        var upload = Samples.Upload("目录/对账单 \"1\".pdf") with { Answer = new AnswerForm(UploadKind.Manifest, 3, 9, true), Acts = acts };
        upload = upload with { Issuer = upload.Issuer with { Since = at } };
        var decoded = Assert.IsType<StagedUpload>(StagedBody.Decode(StagedBody.Encode(upload)));
        Assert.Equivalent(upload, decoded, strict: true);
        Assert.Equal(upload.Acts.SelectMany(act => act.Digests), decoded.Acts.SelectMany(act => act.Digests));
    }

    [Fact]
    public void An_upload_is_read_the_same_whether_it_is_as_it_was_written_or_somebody_adds_to_it()
    {
        var reader = new StagedReader();
        var text = Gen.OneOf(Gen.Const((string?)null), Gen.Const((string?)"目录/\"a\".pdf"), Gen.Const((string?)""));
        var time = Gen.OneOf(Gen.Const((DateTimeOffset?)null), Gen.DateTime.Select(value => (DateTimeOffset?)new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc))));
        var act = Gen.Select(text, text, time, Gen.Long, Gen.Int[0, 3], Gen.Int[0, 5], (one, other, at, position, digests, kind) => new RequestedAct(kind == 0 ? ActKind.Revoke : ActKind.Issue, position)
        {
            Digests = [.. Enumerable.Range(0, digests).Select(i => Samples.DigestOf([(byte)i]))],
            Reference = one,
            FileName = other,
            Type = one,
            ValidFrom = at,
            Expires = at,
            Note = kind == 1 ? one : null,
            Also = kind == 2 ? [new ListedLine(3, other)] : [],
        });
        Gen.Select(act.Array[1, 4], Gen.Enum<UploadKind>(), Gen.Int[0, 3], Gen.Bool, Gen.Bool).Sample(
            (acts, kind, part, flag, other) =>
            {
                var upload = Samples.Upload("a") with { Answer = new AnswerForm(kind, part, part + 1, flag), Acts = acts, Repeats = other };
                var body = Encoding.UTF8.GetString(StagedBody.Encode(upload));
                Assert.StartsWith("{\"v\":1,", body, StringComparison.Ordinal);
                foreach (var issuers in (StagedReader?[])[reader, null])
                {
                    var read = StagedBody.Decode(Encoding.UTF8.GetBytes(body), issuers);
                    Assert.Equivalent(upload, read, strict: true);
                    Assert.Equivalent(read, StagedBody.Decode(Encoding.UTF8.GetBytes(body.Replace("{\"v\":1,", "{\"v\":1,\"more\":[{}],", StringComparison.Ordinal)), issuers), strict: true);
                }
            },
            iter: 500);
    }

    [Theory]
    [InlineData("\"v\":1", "\"v\":1,\"v\":1")]
    [InlineData("\"position\":0", "\"position\":0,\"position\":0")]
    [InlineData("\"retention\":", "\"retention\":\"keep\",\"retention\":")]
    [InlineData("\"eTag\":", "\"eTag\":\"0x1\",\"eTag\":")]
    public void A_member_that_is_there_twice_is_refused_however_it_is_read(string member, string twice)
    {
        var body = Encoding.UTF8.GetString(StagedBody.Encode(Samples.Upload("a")));
        Assert.Contains(member, body, StringComparison.Ordinal);
        Assert.Throws<LogFormatException>(() => StagedBody.Decode(Encoding.UTF8.GetBytes(body.Replace(member, twice, StringComparison.Ordinal))));
    }

    [Fact]
    public void A_change_of_the_registry_comes_back_as_it_went_in_and_says_nothing_of_an_upload()
    {
        var change = new RegistryChange(Samples.Bank with { Since = Samples.Upload("a").At, Retention = Retention.Delete, Algorithms = [DigestAlgorithm.Sha256, DigestAlgorithm.Sm3] });
        var body = StagedBody.Encode(change);
        Assert.Equal(
            """{"registry":{"id":"bank","legalName":"\u793A\u8303\u94F6\u884C","jurisdiction":"CN-GD","retention":"delete","algorithms":["sha-256","sm3"],"since":"2026-11-23T09:00:00Z","domain":"bank.example"},"v":1}""",
            Encoding.UTF8.GetString(body));
        Assert.Equivalent(change, Assert.IsType<RegistryChange>(StagedBody.Decode(body)), strict: true);
        Assert.Empty(StagedBody.SourcesOf(body));

        var asked = change with { Outcome = new DomainOutcome("bank.hk", DomainWord.Contradicted, change.Issuer.Since) };
        Assert.Equivalent(asked, Assert.IsType<RegistryChange>(StagedBody.Decode(StagedBody.Encode(asked))), strict: true);
        var named = new RegistryChange(change.Issuer with { LegalNames = new LegalNames { En = "Demo Bank", ZhHant = "示範銀行" } });
        Assert.Equivalent(named, Assert.IsType<RegistryChange>(StagedBody.Decode(StagedBody.Encode(named))), strict: true);
    }

    [Fact]
    public void What_is_staged_of_receivers_and_handovers_is_read_as_it_was_written()
    {
        foreach (var work in (StagedWork[])[new ReceiverChange(Samples.Lender), Samples.Handover, Samples.Handover with { Kind = ActKind.Declined, Lock = null, WithdrawLock = null, Length = null, Note = "{}", Proof = new string('a', 64) }])
            Assert.Equivalent(work, StagedBody.Decode(StagedBody.Encode(work)), strict: true);
    }

    // Of what an audit would call a breach nothing is made.
    [Fact]
    public void What_would_be_no_entry_of_a_receiver_or_a_handover_is_refused()
    {
        StagedWork[] wrong =
        [
            new ReceiverChange(Samples.Lender with { EncryptionKey = "age1" }),
            new ReceiverChange(Samples.Lender with { Purposes = [] }),
            Samples.Handover with { Lock = null },
            Samples.Handover with { WithdrawLock = "00" },
            Samples.Handover with { Length = 0 },
            Samples.Handover with { Handover = "00" },
            Samples.Handover with { Kind = ActKind.Issue },
            Samples.Handover with { Kind = ActKind.Received },
            Samples.Handover with { Note = "{}" },
            Samples.Handover with { Use = "1" },
        ];
        foreach (var work in wrong)
            Assert.Throws<LogFormatException>(() => StagedBody.Decode(StagedBody.Encode(work)));
    }

    [Fact]
    public void A_damaged_body_is_read_or_refused_but_nothing_worse() =>
        Gen.OneOf(Samples.Damage(StagedBody.Encode(Samples.Upload("a"))), Samples.Damage(StagedBody.Encode(new RegistryChange(Samples.Bank))), Samples.Damage(StagedBody.Encode(new ReceiverChange(Samples.Lender))), Samples.Damage(StagedBody.Encode(Samples.Handover))).Sample(
            damaged =>
            {
                try
                {
                    Assert.NotNull(StagedBody.Decode(damaged));
                }
                catch (LogFormatException)
                {
                    // Refused as documented.
                }
            },
            iter: 10_000);

    public static TheoryData<StagedWork, int> EveryBody => new() { { Samples.Upload("a"), 10 }, { new RegistryChange(Samples.Bank), 7 }, { new RegistryChange(Samples.Bank, new DomainOutcome("bank.hk", DomainWord.Confirmed, Samples.Upload("a").At)), 10 }, { new ReceiverChange(Samples.Lender), 8 }, { Samples.Handover, 12 }, { Samples.Handover with { Kind = ActKind.Used, Lock = null, WithdrawLock = null, Length = null, Use = "1", Note = "{}" }, 11 } };

    // One member of the body at a time is null or absent.
    [Theory]
    [MemberData(nameof(EveryBody))]
    public void A_body_that_lacks_any_member_is_refused(StagedWork work, int members)
    {
        var body = JsonNode.Parse(StagedBody.Encode(work))!;
        var places = new List<(JsonObject Parent, string Name)>();
        Collect(body);
        Assert.True(places.Count > members);
        foreach (var (parent, name) in places.Where(place => place.Name is not ("domain" or "outcome" or "digests" or "also")))
        {
            var value = parent[name];
            parent[name] = null;
            Assert.Throws<LogFormatException>(() => StagedBody.Decode(Encoding.UTF8.GetBytes(body.ToJsonString())));
            parent.Remove(name);
            Assert.Throws<LogFormatException>(() => StagedBody.Decode(Encoding.UTF8.GetBytes(body.ToJsonString())));
            parent[name] = value;
        }

        void Collect(JsonNode? node)
        {
            foreach (var (name, child) in node as JsonObject ?? [])
            {
                places.Add((node!.AsObject(), name));
                Collect(child);
            }

            foreach (var child in node as JsonArray ?? [])
                Collect(child);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"kind":"issue"}""")]
    [InlineData("""{"kind":"issue","position":0,"digests":["sm3:00"]}""")]
    [InlineData("""{"kind":"issue","position":0,"digests":[null]}""")]
    [InlineData("""{"kind":"issue","position":0,"digests":null}""")]
    [InlineData("""{"kind":3,"position":0}""")]
    [InlineData("""{"kind":"issue","position":0,"successor":7}""")]
    public void An_act_that_is_none_is_refused(string act)
    {
        var body = JsonNode.Parse(StagedBody.Encode(Samples.Upload("a")))!;
        body["acts"] = new JsonArray(JsonNode.Parse(act));
        Assert.Throws<LogFormatException>(() => StagedBody.Decode(Encoding.UTF8.GetBytes(body.ToJsonString())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"v":2}""")]
    [InlineData("""{"v":1,"acts":[]}""")]
    [InlineData("""{"v":1,"source":{},"issuer":{},"at":"2026-11-23T09:00:00Z"}""")]
    [InlineData("""{"registry":{},"v":1}""")]
    [InlineData("""{"v":1,"registry":{"id":"bank","legalName":"Bank","jurisdiction":"HK","retention":"keep","algorithms":["sha-256"],"since":"2026-11-23T09:00:00Z"}}""")]
    [InlineData("""{"registry":{"id":"bank","legalName":"Bank","jurisdiction":"HK","retention":"keep","algorithms":["sha-256"],"since":"2026-11-23T09:00:00Z"},"v":2}""")]
    [InlineData("""{"registry":{"id":"bank","legalName":"Bank","jurisdiction":"HK","retention":"burn","algorithms":["sha-256"],"since":"2026-11-23T09:00:00Z"},"v":1}""")]
    [InlineData("""{"registry":{"id":"bank","legalName":"Bank","jurisdiction":"HK","retention":"keep","algorithms":["md5"],"since":"2026-11-23T09:00:00Z"},"v":1}""")]
    public void Anything_else_is_refused(string body) => Assert.Throws<LogFormatException>(() => StagedBody.Decode(Encoding.UTF8.GetBytes(body)));
}
