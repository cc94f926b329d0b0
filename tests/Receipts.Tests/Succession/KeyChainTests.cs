using System.Text;

namespace TrueCopy.Receipts.Tests.Succession;

/// <summary>A key is learned from an entry that known keys prove, or not at all.</summary>
public sealed class KeyChainTests
{
    private readonly EcdsaP256Signer _old = InMemoryWorld.NewEcdsa();
    private readonly EcdsaP256Signer _next = InMemoryWorld.NewEcdsa();
    private readonly Ed25519Signer _witness = InMemoryWorld.NewEd25519();
    private readonly EcdsaP256Signer _stranger = InMemoryWorld.NewEcdsa();
    private readonly AnnouncingLog _log;

    public KeyChainTests() => _log = new AnnouncingLog(_old, _witness);

    [Fact]
    public void First_contact_takes_the_keys_of_the_last_entry_which_they_signed()
    {
        Rotate();
        var learned = KeyChain.Read(_log.Document).Begin();
        Assert.True(learned.Keys.IsSameAs(AnnouncingLog.SetOf(_next, _witness)));
        Assert.Equal(_log.Entries[^1].LogIndex, learned.Announced);
        Assert.Single(learned.Steps);
    }

    [Fact]
    public void On_first_contact_a_last_entry_that_its_own_keys_did_not_sign_counts_for_nothing()
    {
        _log.Announce(Entry.OfKeys([_stranger.Verifier.ToString()], default), [_stranger], [_old, _witness]);
        AssertRefused("no known key signed it", () => KeyChain.Read(_log.Document).Begin());
    }

    [Fact]
    public void Whoever_knows_a_set_of_keys_walks_from_its_entry_to_the_last_one_through_every_overlap()
    {
        Rotate();
        var (third, fourth) = (InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519());
        _log.Rotate(third, fourth, _next, _witness);
        _log.Rotate(third, fourth);
        var chain = KeyChain.Read(_log.Document);
        for (var from = 0; from < _log.Entries.Count; from++)
        {
            var known = KeysEntry.Parse(_log.Entries[from].LogIndex, _log.Entries[from].Receipt).Keys;
            var learned = chain.Walk(known, _log.Entries[from].LogIndex);
            Assert.True(learned.Keys.IsSameAs(AnnouncingLog.SetOf(third, fourth)));
            Assert.Equal((_log.Entries[^1].LogIndex, _log.Entries.Count - from - 1), (learned.Announced, learned.Steps.Count));
        }

        var whole = chain.Walk(AnnouncingLog.SetOf(_old, _witness), 0);
        Assert.Equal(new INoteSigner[] { _old, _next, _witness }.Select(Line).Order(), whole.Former.Select(key => key.ToString()).Order());
    }

    [Fact]
    public void Keys_that_were_given_walk_too_each_alone_or_together()
    {
        Rotate();
        var chain = KeyChain.Read(_log.Document);
        foreach (var given in (INoteSigner[][])[[_old], [_old, _witness], [_next], [_next, _old]])
            Assert.True(chain.Walk(AnnouncingLog.SetOf(given), null).Keys.IsSameAs(AnnouncingLog.SetOf(_next, _witness)));
        AssertRefused("no keys entry is proven by the keys that are known", () => chain.Walk(AnnouncingLog.SetOf(_stranger), null));
        AssertRefused("no keys entry is proven by the keys that are known", () => chain.Walk(AnnouncingLog.SetOf(_old, InMemoryWorld.NewEd25519()), null));
    }

    [Fact]
    public void Keys_that_were_given_are_not_exchanged_for_those_that_they_replaced()
    {
        Rotate();
        var learned = KeyChain.Read(_log.Document).Walk(AnnouncingLog.SetOf(_next, _witness), null);
        Assert.True(learned.Keys.IsSameAs(AnnouncingLog.SetOf(_next, _witness)));
        Assert.DoesNotContain(Line(_old), learned.Former.Select(key => key.ToString()));
    }

    [Fact]
    public void Entries_that_are_known_already_are_not_asked_for_proof_again()
    {
        _log.Rotate(_next, _witness);
        Assert.Empty(KeyChain.Read(_log.Document).Walk(AnnouncingLog.SetOf(_next, _witness), _log.Entries[^1].LogIndex).Steps);
    }

    [Fact]
    public void A_key_that_was_exchanged_at_once_is_not_learned_by_whoever_knows_the_one_before()
    {
        _log.Rotate(_next, _witness);
        AssertRefused("is not proven by the keys before it", () => KeyChain.Read(_log.Document).Walk(AnnouncingLog.SetOf(_old, _witness), 0));
    }

    [Fact]
    public void An_entry_that_only_new_keys_prove_is_not_learned_though_a_known_one_of_another_kind_signed_too()
    {
        _log.Announce(Entry.OfKeys([Line(_stranger), Line(_witness)], default), [_stranger, _witness], [_stranger, _witness]);
        AssertRefused("one of the log's keys did not sign it", () => KeyChain.Read(_log.Document).Walk(AnnouncingLog.SetOf(_old, _witness), 0));
    }

    [Fact]
    public void A_chain_with_a_gap_leads_nowhere()
    {
        Rotate();
        var gap = AnnouncingLog.DocumentOf([_next, _witness], _log.Entries[0], _log.Entries[2]);
        AssertRefused("is not proven by the keys before it", () => KeyChain.Read(gap).Walk(AnnouncingLog.SetOf(_old, _witness), 0));
    }

    [Fact]
    public async Task Signatures_that_anyone_appended_to_the_checkpoint_of_an_entry_teach_nothing()
    {
        var proof = TransparencyLog.Proofs.TlogProof.Parse(Encoding.UTF8.GetBytes(_log.Entries[0].Receipt));
        var note = SignedNote.Parse(proof.Checkpoint.Span);
        var own = new NoteSignature(InMemoryWorld.Origin, _stranger.Verifier.KeyId, await _stranger.SignAsync(Encoding.UTF8.GetBytes(note.Text), TestContext.Current.CancellationToken));
        var appended = (note with { Signatures = [.. note.Signatures, own] }).Encode();
        var entry = new KeysEntryDocument(0, Encoding.UTF8.GetString((proof with { Checkpoint = appended }).Encode()));

        AssertRefused("lists other keys than are said to sign", () => KeyChain.Read(AnnouncingLog.DocumentOf([_old, _witness, _stranger], entry)));
        Assert.True(KeyChain.Read(AnnouncingLog.DocumentOf([_old, _witness], entry)).Begin().Keys.IsSameAs(AnnouncingLog.SetOf(_old, _witness)));
    }

    [Fact]
    public void An_entry_that_is_not_in_the_log_is_not_proven_by_a_checkpoint_of_it()
    {
        var forged = Entry.OfKeys([Line(_stranger), Line(_witness)], default).Encode();
        var receipt = _log.Prove(1, forged, _old, _witness);
        var document = AnnouncingLog.DocumentOf([_stranger, _witness], _log.Entries[0], new KeysEntryDocument(1, receipt));
        AssertRefused("it is not in the log that its checkpoint signs", () => KeyChain.Read(document).Walk(AnnouncingLog.SetOf(_old, _witness), 0));
    }

    [Fact]
    public void What_does_not_go_together_is_refused_with_the_rule_that_it_breaks()
    {
        Rotate();
        KeysEntryDocument[] entries = [.. _log.Entries];
        var issue = Samples.Act("a").ToEntry(Opening.Create()).Encode();
        var at = _log.Append(issue);
        (string Rule, KeysDocument Document)[] bad =
        [
            ("there is none", Of()),
            ("its receipt is that of entry", Of(entries[0], entries[1], entries[2] with { LogIndex = entries[2].LogIndex + 1 })),
            ("they are not in the order of the log", Of(entries[1], entries[0], entries[2])),
            ("they are not in the order of the log", Of(entries[0], entries[2], entries[2])),
            ("the last lists other keys than are said to sign", Of(entries[0], entries[1])),
            ("the last lists other keys than are said to sign", AnnouncingLog.DocumentOf([_next], entries)),
            ("it does not say which keys sign", Of([.. entries, new KeysEntryDocument(at, _log.Prove(at, issue, _next, _witness))])),
            ("it does not say which keys sign", Of([.. entries, new KeysEntryDocument(at, _log.Prove(at, Entry.Genesis(InMemoryWorld.Origin, [Line(_next)], default).Encode(), _next))])),
            ("it does not say which keys sign", Of(new KeysEntryDocument(0, _log.Prove(0, Entry.OfKeys([Line(_next), Line(_witness)], default).Encode(), _next)))),
            ("there is no verifier key", Of([.. entries, new KeysEntryDocument(at, _log.Prove(at, Entry.OfKeys([], default).Encode(), _next))])),
            ("the keys are not those of the log that it begins", Of(new KeysEntryDocument(0, _log.Prove(0, Entry.Genesis("another.example", [Line(_next)], default).Encode(), _next)))),
            ("one lists the keys of another log", Of(entries) with { Origin = "another.example" }),
            ("tlog-proof: the first line", Of(new KeysEntryDocument(0, "nonsense\n"))),
            ("the extra line is not the JSON of a receipt", Of(new KeysEntryDocument(0, entries[0].Receipt.Replace("\nextra ", "\nextra bm9uc2Vuc2U=", StringComparison.Ordinal).Replace("bm9uc2Vuc2U=ey", "bm9uc2Vuc2U=\nindex 0\n\nx", StringComparison.Ordinal)))),
            ("its receipt does not hold the entry", Of(new KeysEntryDocument(0, System.Text.RegularExpressions.Regex.Replace(entries[0].Receipt, "\nextra [^\n]*", "")))),
        ];
        foreach (var (rule, document) in bad)
            AssertRefused(rule, () => KeyChain.Read(document));

        KeysDocument Of(params KeysEntryDocument[] listed) => AnnouncingLog.DocumentOf([_next, _witness], listed);
    }

    [Fact]
    public void Entries_beyond_the_bounds_are_not_read()
    {
        var entry = _log.Entries[0];
        AssertRefused($"more than {KeyChain.MaxEntries}", () => KeyChain.Read(AnnouncingLog.DocumentOf([_old, _witness], [.. Enumerable.Repeat(entry, KeyChain.MaxEntries + 1)])));
        var longer = entry with { Receipt = entry.Receipt + new string('\n', KeyChain.MaxLength) };
        AssertRefused($"longer than {KeyChain.MaxLength} characters", () => KeyChain.Read(AnnouncingLog.DocumentOf([_old, _witness], longer)));
        AssertRefused("they are not in the order of the log", () => KeyChain.Read(AnnouncingLog.DocumentOf([_old, _witness], [.. Enumerable.Repeat(entry, KeyChain.MaxEntries)])));
    }

    private static void AssertRefused(string rule, Action read) =>
        Assert.Contains(rule, Assert.Throws<LogFormatException>(read).Message, StringComparison.Ordinal);

    private static string Line(INoteSigner signer) => signer.Verifier.ToString();

    private void Rotate()
    {
        _log.Rotate(_next, _old, _witness);
        _log.Rotate(_next, _witness);
    }
}
