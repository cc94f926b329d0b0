using CsCheck;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Commitments;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Verification.Tests.Verdicts;

public sealed class VerdictRuleTests
{
    private static readonly Act Sample = Samples.Act("a");
    private static readonly DateTimeOffset Now = Sample.At.AddDays(10);

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
            Assert.Equal(expected, result.Acts.Select(act => act.Anchor.LogIndex));
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

        Assert.Equal(Enum.GetValues<Verdict>().Length - 1, seen.Count);
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
        Assert.Equal((verdict, deciding, Sample.At.AddSeconds(since)), (result.Verdict, (int)result.Deciding.Anchor.LogIndex, result.Since));
    }

    [Fact]
    public void Validity_is_that_of_the_last_issue_and_begins_and_ends_at_the_instant_that_is_named()
    {
        RecordedAct[] acts = [Recorded(ActKind.Issue, 0, 0, 0, from: 5, until: 10), Recorded(ActKind.Issue, 1, 0, 1, from: 6, until: 20)];
        Verdict At(double days) => VerdictRule.Decide(acts, Sample.At.AddDays(days)).Verdict;
        Assert.Equal([Verdict.NotYetValid, Verdict.Verified, Verdict.Verified, Verdict.Expired], [At(5.999), At(6), At(19.999), At(20)]);
        var expired = Assert.Single(VerdictRule.Decide(acts, Sample.At.AddDays(30)).Results);
        Assert.Equal((Sample.At.AddDays(20), 1L), (expired.Since, expired.Deciding.Anchor.LogIndex));
    }

    [Fact]
    public void What_one_issuer_does_says_nothing_of_anothers_document_and_the_nearest_to_verified_comes_first()
    {
        RecordedAct[] acts =
        [
            Recorded(ActKind.Issue, 0, 0, 0), Recorded(ActKind.Revoke, 1, 0, 1),
            Recorded(ActKind.Issue, 2, 0, 2, issuer: "registry"), Recorded(ActKind.Suspend, 3, 0, 3, issuer: "registry"),
            Recorded(ActKind.Issue, 4, 0, 4, issuer: "court"),
            Recorded(ActKind.Revoke, 5, 0, 5, issuer: "stranger"),
        ];
        var all = VerdictRule.Decide(acts, Now);
        Assert.Equal(Verdict.Verified, all.Verdict);
        Assert.Equal([("court", Verdict.Verified), ("registry", Verdict.Suspended), ("bank", Verdict.Revoked)], all.Results.Select(result => (result.Issue.Entry.Issuer, result.Verdict)));
        Assert.Equal(Verdict.Suspended, VerdictRule.Decide(acts[..4], Now).Verdict);
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
    private static RecordedAct Recorded(ActKind kind, int seconds, long position, long index, int? from = null, int? until = null, string issuer = "bank")
    {
        var act = new Act(Sample.Id, kind, Samples.Bank with { Id = issuer }, Sample.At.AddSeconds(seconds), position, Sample.Digest, Sample.Source)
        {
            ValidFrom = kind == ActKind.Issue && from is { } days ? Sample.At.AddDays(days) : null,
            Expires = kind == ActKind.Issue && until is { } end ? Sample.At.AddDays(end) : null,
        };
        var opening = Opening.Create();
        return RecordedAct.Of(new Anchor(act.Digest, act.Id, index, Entry.Of(act, opening).Encode(), opening, Confidential.None));
    }
}
