using CsCheck;

namespace TrueCopy.Ledger.Tests.Verdicts;

public sealed class VerdictRuleTests
{
    private static readonly Act Sample = Samples.Act("a");
    private static readonly DateTimeOffset Now = Sample.Entry.At.AddDays(10);

    [Fact]
    public void Nothing_is_known_of_a_document_without_acts()
    {
        var decision = VerdictRule.Decide([], Now);
        Assert.Equal(Verdict.Unknown, decision.Verdict);
        Assert.Empty(decision.Results);
    }

    [Fact]
    public void An_act_that_is_no_issue_does_not_verify() =>
        Assert.Equal(Verdict.Unknown, VerdictRule.Decide([Recorded(ActKind.Suspend, 0, 0, 0), Recorded(ActKind.Revoke, 0, 0, 1)], Now).Verdict);

    [Fact]
    public void Acts_take_effect_by_time_then_position_then_log_index_whatever_order_they_come_in() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2]).Array[1, 12].SelectMany(keys => Gen.Shuffle(keys.Index().ToArray()).Select(order => (keys, order))).Sample((keys, order) =>
        {
            var decision = VerdictRule.Decide(order.Select(item => Recorded(ActKind.Issue, item.Item.Item1, item.Item.Item2, item.Index)), Now);
            var expected = keys.Index().OrderBy(item => (item.Item.Item1, item.Item.Item2, item.Index)).Select(item => (long)item.Index);
            var result = Assert.Single(decision.Results);
            Assert.Equal(expected, result.Acts.Select(act => act.LogIndex));
            Assert.Equal(Verdict.Verified, decision.Verdict);
            Assert.Same(result.Acts[^1], result.Deciding);
        });

    // Every sequence of up to five acts after an issue, with every validity, against the rule written once more, as a table.
    [Fact]
    public void The_verdict_is_total_over_every_combination_of_acts_and_validity()
    {
        ActKind[] kinds = [ActKind.Issue, ActKind.Revoke, ActKind.Suspend, ActKind.Reinstate, ActKind.Supersede];
        var seen = new HashSet<Verdict>();
        for (var length = 0; length <= 5; length++)
        {
            for (var number = 0; number < (int)Math.Pow(kinds.Length, length); number++)
            {
                var sequence = Enumerable.Range(0, length).Select(i => kinds[number / (int)Math.Pow(kinds.Length, i) % kinds.Length]).Prepend(ActKind.Issue).ToArray();
                foreach (var (from, until) in new (int? From, int? Until)[] { (null, null), (20, null), (null, 5), (null, 10), (10, 20), (1, 9), (11, 12) })
                {
                    var acts = sequence.Select((kind, i) => Recorded(kind, i, 0, i, from, until));
                    var verdict = VerdictRule.Decide(acts, Now).Verdict;
                    Assert.Equal(Expected(sequence, from, until), verdict);
                    seen.Add(verdict);
                }
            }
        }

        // All but unknown and conflicting, which no one issuer says.
        Assert.Equal(Enum.GetValues<Verdict>().Length - 2, seen.Count);
    }

    [Theory]
    [InlineData(Verdict.Verified, 0, 0)]
    [InlineData(Verdict.Revoked, 2, 2)]
    [InlineData(Verdict.Suspended, 1, 1)]
    public void A_result_says_since_when_and_which_act_decides(Verdict verdict, int deciding, int since)
    {
        ActKind[] sequence = verdict switch
        {
            Verdict.Verified => [ActKind.Issue],
            Verdict.Revoked => [ActKind.Issue, ActKind.Suspend, ActKind.Revoke, ActKind.Revoke],
            _ => [ActKind.Issue, ActKind.Suspend, ActKind.Suspend],
        };
        var result = Assert.Single(VerdictRule.Decide(sequence.Select((kind, i) => Recorded(kind, i, 0, i)), Now).Results);
        Assert.Equal((verdict, deciding, Sample.Entry.At.AddSeconds(since)), (result.Verdict, (int)result.Deciding.LogIndex, result.Since));
    }

    [Fact]
    public void Validity_is_that_of_the_last_issue_and_begins_and_ends_at_the_instant_that_is_named()
    {
        IndexedAct[] acts = [Recorded(ActKind.Issue, 0, 0, 0, from: 5, until: 10), Recorded(ActKind.Issue, 1, 0, 1, from: 6, until: 20)];
        Verdict At(double days) => VerdictRule.Decide(acts, Sample.Entry.At.AddDays(days)).Verdict;
        Assert.Equal([Verdict.NotYetValid, Verdict.Verified, Verdict.Verified, Verdict.Expired], [At(5.999), At(6), At(19.999), At(20)]);
        var expired = Assert.Single(VerdictRule.Decide(acts, Sample.Entry.At.AddDays(30)).Results);
        Assert.Equal((Sample.Entry.At.AddDays(20), 1L), (expired.Since, expired.Deciding.LogIndex));
    }

    [Fact]
    public void Each_issuer_has_a_word_of_its_own_the_earliest_issuance_first_and_where_words_differ_that_is_the_verdict()
    {
        IndexedAct[] acts =
        [
            Recorded(ActKind.Issue, 4, 0, 4, issuer: "court"),
            Recorded(ActKind.Issue, 2, 0, 2, issuer: "registry"), Recorded(ActKind.Suspend, 3, 0, 3, issuer: "registry", target: 2),
            Recorded(ActKind.Issue, 0, 0, 0), Recorded(ActKind.Revoke, 1, 0, 1, target: 0),
            Recorded(ActKind.Revoke, 5, 0, 5, issuer: "stranger"),
        ];
        var all = VerdictRule.Decide(acts, Now);
        Assert.Equal(Verdict.Conflicting, all.Verdict);
        Assert.Equal([("bank", Verdict.Revoked), ("registry", Verdict.Suspended), ("court", Verdict.Verified)], all.Results.Select(result => (result.Issue.Entry.Issuer, result.Verdict)));
        Assert.Equal(Verdict.Verified, VerdictRule.Decide([acts[0], acts[1]], Now).Verdict);
        Assert.Equal(["registry", "court"], VerdictRule.Decide([acts[0], acts[1]], Now).Results.Select(result => result.Issue.Entry.Issuer));
    }

    // Whatever several issuers do, in any order of arrival.
    [Fact]
    public void No_issuers_acts_change_anothers_result_nor_hide_it()
    {
        string[] issuers = ["bank", "registry", "court"];
        ActKind[] kinds = [ActKind.Issue, ActKind.Issue, ActKind.Revoke, ActKind.Suspend, ActKind.Reinstate, ActKind.Supersede];
        var act = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[0, 4], Gen.Int[0, 2], Gen.Int[0, 20], Gen.Int[0, 20]);
        var overall = new HashSet<Verdict>();
        act.Array[1, 14].SelectMany(acts => Gen.Shuffle(acts.Index().ToArray())).Sample(
            acts =>
            {
                var recorded = acts.Select(item => Recorded(kinds[item.Item.Item2], item.Item.Item3, item.Item.Item4, item.Index, item.Item.Item5, item.Item.Item6, issuers[item.Item.Item1], target: item.Index)).ToArray();
                var all = VerdictRule.Decide(recorded, Now);
                var alone = issuers.SelectMany(issuer => VerdictRule.Decide(recorded.Where(act => act.Entry.Issuer == issuer), Now).Results).ToArray();
                Assert.Equal(alone.Length, all.Results.Count);
                foreach (var own in alone)
                {
                    var among = Assert.Single(all.Results, result => result.Issue.Entry.Issuer == own.Issue.Entry.Issuer);
                    Assert.Equal((own.Verdict, own.Since, own.Deciding, own.Issue), (among.Verdict, among.Since, among.Deciding, among.Issue));
                    Assert.Equal(own.Acts, among.Acts);
                }

                Assert.Equal(
                    alone.Select(result => result.Verdict).Distinct().ToArray() switch { [] => Verdict.Unknown, [var common] => common, _ => Verdict.Conflicting },
                    all.Verdict);
                lock (overall)
                    overall.Add(all.Verdict);
            },
            iter: 5_000);
        Assert.Equal(Enum.GetValues<Verdict>().Length, overall.Count);
    }

    [Fact]
    public void A_result_rests_on_the_issue_that_the_deciding_act_is_about_and_else_on_the_last()
    {
        IndexedAct[] acts = [Recorded(ActKind.Issue, 0, 0, 0, until: 5), Recorded(ActKind.Suspend, 1, 0, 1, target: 0), Recorded(ActKind.Issue, 2, 0, 2, until: 20)];
        Assert.Equal(0, Assert.Single(VerdictRule.Decide(acts, Now).Results).Issue.LogIndex);
        Assert.Equal(2, Assert.Single(VerdictRule.Decide([.. acts, Recorded(ActKind.Reinstate, 3, 0, 3, target: 2)], Now).Results).Issue.LogIndex);
    }

    private static Verdict Expected(ActKind[] sequence, int? from, int? until)
    {
        if (sequence.Contains(ActKind.Revoke))
            return Verdict.Revoked;
        if (sequence.Contains(ActKind.Supersede))
            return Verdict.Superseded;
        if (sequence.LastOrDefault(kind => kind is ActKind.Suspend or ActKind.Reinstate) == ActKind.Suspend)
            return Verdict.Suspended;
        return until <= 10 ? Verdict.Expired : from > 10 ? Verdict.NotYetValid : Verdict.Verified;
    }

    // Validity in days after the first act; the clock stands at day 10.
    private static IndexedAct Recorded(ActKind kind, int seconds, long position, long index, int? from = null, int? until = null, string issuer = "bank", long? target = null)
    {
        var act = Sample with
        {
            Entry = Sample.Entry with
            {
                Kind = kind,
                Issuer = issuer,
                At = Sample.Entry.At.AddSeconds(seconds),
                Position = position,
                ValidFrom = kind == ActKind.Issue && from is { } days ? Sample.Entry.At.AddDays(days) : null,
                Expires = kind == ActKind.Issue && until is { } end ? Sample.Entry.At.AddDays(end) : null,
                Target = kind == ActKind.Issue ? null : target,
            },
        };
        var opening = Opening.Create();
        return new IndexedAct(act.Digest, act.Id, index, act.ToEntry(opening).Encode(), opening, Unpublished.None);
    }
}
