using System.Collections.Immutable;
using CsCheck;

namespace TrueCopy.Receipts.Tests.Standing;

/// <summary>The status is what the definition says of the entries, whatever was done in whatever order.</summary>
public sealed class StatusFoldTests
{
    private static readonly ActKind[] Kinds = [ActKind.Issue, ActKind.Issue, ActKind.Suspend, ActKind.Reinstate, ActKind.Supersede, ActKind.Revoke];

    [Fact]
    public void The_status_of_every_entry_is_that_of_the_definition_and_never_differs_from_the_verdict()
    {
        // Document, kind, minute: acts come in another order than that of their effect.
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, Kinds.Length - 1], Gen.Int[0, 9]).Array[1, 60].Sample(
            deeds =>
            {
                var (model, fold) = (new Model(), new StatusFold(0));
                fold.Add(Entry.Genesis(InMemoryWorld.Origin, ["key"], default));
                var before = new List<int> { 0 };
                foreach (var (document, kind, minute) in deeds)
                {
                    if (model.Next(document, Kinds[kind], minute) is not { } entry)
                        continue;
                    var step = fold.Add(entry);
                    Assert.Null(step.Breach);
                    var codes = model.Codes();
                    before.Add(0);
                    Assert.Equal(
                        codes.Index().Where(code => code.Item != before[code.Index]).Select(code => new StatusChange(code.Index, (EntryStatus)code.Item)),
                        step.Changes);
                    before = codes;
                    Assert.Equal(codes, codes.Select((_, index) => (int)fold[index]));
                    Assert.Equal(PlainTree.Root(PlainTree.Leaves(codes)), fold.Root());
                    Assert.Equal(step.Named?.Target, entry.Target ?? entry.Replaces ?? entry.Yields);
                    model.RequireVerdicts(fold);
                    fold = new StatusFold(fold.State);
                }
            },
            iter: Stryker.IsRunning ? 50 : 1000);
    }

    [Fact]
    public void What_a_later_entry_can_still_turn_is_remembered_and_nothing_else()
    {
        var log = new StatusLog();
        var (held, gone) = (log.Issue("held"), log.Issue("gone"));
        log.Act(ActKind.Suspend, held, 1);
        log.Act(ActKind.Suspend, gone, 1);
        Assert.Equal([held, gone], log.Fold.Holds.Keys.Order());
        log.Act(ActKind.Revoke, gone);
        Assert.Equal([held], log.Fold.Holds.Keys);
        log.Act(ActKind.Reinstate, held, 5);
        var again = log.Issue("held", 6, replaces: held);
        Assert.Equal([again], log.Fold.Holds.Keys);

        // A suspension of before the reinstatement, which comes late, holds nothing up; one of after it does.
        log.Act(ActKind.Suspend, again, 4);
        Assert.Equal(EntryStatus.Stands, log.Fold[again]);
        log.Act(ActKind.Suspend, again, 6);
        Assert.Equal((EntryStatus.Suspended, EntryStatus.Reissued), (log.Fold[again], log.Fold[held]));
    }

    [Fact]
    public void Each_rule_that_an_entry_breaks_is_named_and_changes_nothing()
    {
        var log = new StatusLog();
        var stands = log.Issue("stands");
        var (suspended, superseded, revoked, replaced) = (log.Issue("suspended"), log.Issue("superseded"), log.Issue("revoked"), log.Issue("replaced"));
        log.Act(ActKind.Suspend, suspended);
        log.Act(ActKind.Supersede, superseded);
        log.Act(ActKind.Revoke, revoked);
        log.Issue("replaced", 1, replaces: replaced);
        var issue = StatusLog.IssueOf("another", 2, Opening.Create());
        var next = log.Size;
        (Entry Entry, string Rule)[] breaches =
        [
            (issue with { Replaces = stands, Yields = stands }, "it cannot both replace an issue and yield to one"),
            (issue with { Replaces = next }, "an issue comes after the one that it replaces or yields to"),
            (issue with { Yields = -1 }, "an issue comes after the one that it replaces or yields to"),
            (issue with { Replaces = suspended }, $"it replaces entry {suspended}, which is suspended"),
            (issue with { Replaces = superseded }, $"it replaces entry {superseded}, which is superseded"),
            (issue with { Replaces = revoked }, $"it replaces entry {revoked}, which is revoked"),
            (issue with { Replaces = replaced }, $"it replaces entry {replaced}, which is reissued"),
            (issue with { Yields = replaced }, $"it yields to entry {replaced}, which does not count itself"),
            (StatusLog.ActOn(ActKind.Revoke, revoked, 3), $"it acts on entry {revoked}, which is revoked"),
            (StatusLog.ActOn(ActKind.Suspend, replaced, 3), $"it acts on entry {replaced}, which is reissued"),
            (StatusLog.ActOn(ActKind.Suspend, next, 3), "an act comes after what it acts on"),
            (StatusLog.ActOn(ActKind.Suspend, 0, 3) with { Target = null }, "it acts on a document without naming the entry that issued it"),
            (Status(next - 1), "a status covers the entries before it, all of them and no others"),
            (Status(next) with { Root = new string('A', 64) }, "the root of a status is 64 lower-case hex digits"),
            (Status(next) with { Root = null }, "the root of a status is 64 lower-case hex digits"),
            (Status(next) with { Root = new string('0', 63) }, "the root of a status is 64 lower-case hex digits"),
            (Status(next) with { Root = new string('0', 64) }, "the status that it commits to is not that of the entries before it"),
            (Status(next) with { From = 2 }, "it says that status is kept from entry 2, and that is entry 0"),
            (Status(next) with { From = 0 }, "a status that is not kept from the beginning says from which entry, which is not after it"),
        ];
        foreach (var (entry, rule) in breaches)
        {
            var fold = new StatusFold(log.Fold.State);
            var step = fold.Add(entry);
            Assert.Equal((rule, 0), (step.Breach, step.Changes.Count));
            Assert.Equal(log.Fold.Pages, fold.Pages);
        }

        Assert.Null(new StatusFold(log.Fold.State).Add(Status(next)).Breach);
        Entry Status(long covers) => Entry.OfStatus(covers, log.Fold.Root(), 0, default);
    }

    [Fact]
    public void What_an_entry_names_has_to_be_an_issue_of_the_same_issuer_and_digest_algorithm()
    {
        var issue = StatusLog.IssueOf("document", 0, Opening.Create());
        var fold = new StatusFold(7);
        fold.Add(issue);
        var replacing = fold.Add(issue with { Replaces = 7 }).Named!.Value;
        Assert.Equal(new NamedEntry(8, 7, ActKind.Issue, "bank", "sha-256"), replacing);
        Assert.Null(replacing.Breach(issue));
        Assert.Equal("it names entry 7, which is another issuer's", replacing.Breach(issue with { Issuer = "bureau" }));
        Assert.Equal("it names entry 7, whose digest is of another algorithm", replacing.Breach(issue with { Algorithm = "sm3" }));
        var acting = fold.Add(StatusLog.ActOn(ActKind.Revoke, 8, 1)).Named!.Value;
        Assert.Equal(new NamedEntry(9, 8, ActKind.Revoke, "bank", null), acting);
        Assert.Equal("it names entry 8, which issues nothing", acting.Breach(issue with { Kind = ActKind.Suspend }));
        Assert.Equal("it names entry 8, which is another issuer's", acting.Breach(issue with { Issuer = null }));
    }

    [Fact]
    public void A_fold_goes_on_only_from_what_can_be()
    {
        var none = new StatusState(0, 5, -1, ImmutableSortedDictionary<long, ReadOnlyMemory<byte>>.Empty, ImmutableDictionary<long, HoldHistory>.Empty);
        Assert.Equal(5, new StatusFold(none).Size);
        StatusState[] bad =
        [
            none with { From = 6 },
            none with { From = -1 },
            none with { Last = 5 },
            none with { Last = -2 },
            none with { Holds = none.Holds.Add(5, default) },
            none with { Pages = none.Pages.Add(0, Enumerable.Repeat((byte)0x11, 64).ToArray()) },
            none with { Pages = none.Pages.Add(1, new byte[64]) },
            none with { Pages = none.Pages.Add(0, new byte[63]) },
        ];
        Assert.All(bad, state => Assert.Throws<LogFormatException>(() => new StatusFold(state)));
    }

    /// <summary>What a service does: an issue of what stands replaces it or yields to it, and acts go to the issue that counts.</summary>
    private sealed class Model
    {
        private readonly List<Entry> _entries = [Entry.Genesis(InMemoryWorld.Origin, ["key"], default)];
        private readonly Dictionary<string, List<int>> _documents = [];

        public Entry? Next(int document, ActKind kind, int minute)
        {
            var name = $"document {document}";
            var opening = Opening.Create();
            if (!_documents.TryGetValue(name, out var indexes))
                _documents[name] = indexes = [];
            Entry entry;
            if (indexes.Count == 0)
            {
                if (kind != ActKind.Issue)
                    return null;
                entry = StatusLog.IssueOf(name, minute, opening);
            }
            else
            {
                var counting = Counting(indexes);
                if (kind == ActKind.Issue)
                {
                    var (issue, isLater) = (StatusLog.IssueOf(name, minute, opening), minute >= Minute(counting));
                    if (isLater && Code(indexes) != 0)
                        return null;
                    entry = isLater ? issue with { Replaces = counting } : issue with { Yields = counting };
                }
                else
                {
                    if (Code(indexes) == 3)
                        return null;
                    entry = StatusLog.ActOn(kind, counting, minute);
                }
            }

            indexes.Add(_entries.Count);
            _entries.Add(entry);
            return entry;
        }

        public List<int> Codes()
        {
            var codes = new List<int>(new int[_entries.Count]);
            foreach (var indexes in _documents.Values.Where(indexes => indexes.Count > 0))
            {
                var counting = Counting(indexes);
                foreach (var issue in indexes.Where(index => _entries[index].Kind == ActKind.Issue))
                    codes[issue] = issue == counting ? Code(indexes) : 4;
            }

            return codes;
        }

        public void RequireVerdicts(StatusFold fold)
        {
            foreach (var (name, indexes) in _documents.Where(document => document.Value.Count > 0))
            {
                var acts = indexes.Select(index => new IndexedAct(
                    StatusLog.Document(name),
                    ActId.Of(new BlobVersion("c", "p", "e"), index, DigestAlgorithm.Sha256),
                    index,
                    _entries[index].Encode(),
                    Opening.Create(),
                    Unpublished.None));
                var verdict = Assert.Single(VerdictRule.Decide(acts, default).Results).Verdict;
                Assert.Equal(verdict, fold[Counting(indexes)] switch
                {
                    EntryStatus.Stands => Verdict.Verified,
                    EntryStatus.Suspended => Verdict.Suspended,
                    EntryStatus.Superseded => Verdict.Superseded,
                    _ => Verdict.Revoked,
                });
            }
        }

        // The definition: the issue that no other has replaced, and that yields to none.
        private int Counting(List<int> indexes) => indexes.Single(index => _entries[index] is { Kind: ActKind.Issue, Yields: null }
            && indexes.All(other => _entries[other].Replaces != index));

        private int Code(List<int> indexes)
        {
            var acts = indexes.OrderBy(index => _entries[index].At).ThenBy(index => index).Select(index => _entries[index].Kind).ToList();
            if (acts.Contains(ActKind.Revoke))
                return 3;
            return acts.Contains(ActKind.Supersede) ? 2 : acts.LastIndexOf(ActKind.Suspend) > acts.LastIndexOf(ActKind.Reinstate) ? 1 : 0;
        }

        private int Minute(int index) => (int)(_entries[index].At - StatusLog.IssueOf("", 0, Opening.Create()).At).TotalMinutes;
    }
}
