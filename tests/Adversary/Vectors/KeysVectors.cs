using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Forging;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>Chains of <c>keys</c> entries as <c>/v1/keys</c> hands them out: the keys that are known afterwards, or <c>refused</c>.</summary>
internal static class KeysVectors
{
    public static async Task<JsonObject> MakeAsync()
    {
        var (a, b, c) = (VectorLog.Keys("a"), VectorLog.Keys("b"), VectorLog.Keys("c"));
        var log = new VectorLog();
        var genesis = await ProveAsync(0, log.Log.Checkpoint());
        log.Add("one", "one");

        // Each key gives way to its successor by a time in which both sign.
        var both = await AnnounceAsync(a[0], b[0], a[1]);
        log.Add("two", "two");
        var first = await AnnounceAsync(b[0], a[1]);
        var second = await AnnounceAsync(b[0], a[1], b[1]);
        var whole = await AnnounceAsync(b);
        var chain = new[] { genesis, both, first, second, whole };
        var last = log.Log.Checkpoint();
        var newOnly = await ProveAsync(both.Index, Resign(both.Note, b));
        var cases = new JsonArray();

        Add("no change", a, null, a, [genesis], a);
        Add("all the way", a, null, b, chain, b);
        Add("from what an entry announced", a, 0, b, chain, b);
        Add("from the middle", b[..1].Append(a[1]), first.Index, b, chain, b);
        Add("keys of the middle that were given", b[..1].Append(a[1]), null, b, chain, b);
        Add("while both sign", a, 0, [a[0], b[0], a[1]], [genesis, both], [a[0], b[0], a[1]]);
        Add("a step that is left out", a, 0, b, [genesis, first, second, whole], null);
        Add("the last steps that are left out", a, 0, b, [genesis, both], null);
        Add("no entries", a, null, a, [], null);
        Add("a key that no entry lists", a, null, [.. b, c[0]], chain, null);
        Add("a key that the last entry lists and is not served", a, null, b[..1], chain, null);
        Add("strangers", c, null, b, chain, null);
        Add("a set that only the new keys signed", a, 0, [a[0], b[0], a[1]], [genesis, newOnly], null);
        Add("a set that one kind of the known keys signed", a, 0, [a[0], b[0], a[1]], [genesis, await ProveAsync(both.Index, Resign(both.Note, [a[0], b[0], b[1]]))], null);
        Add("lines that anyone can add", a, 0, a, [await ProveAsync(0, Forger.Countersign(genesis.Note, c))], a);
        Add("entries in another order", a, 0, b, [genesis, first, both, second, whole], null);
        Add("an entry twice", a, 0, [a[0], b[0], a[1]], [genesis, both, both], null);
        Add("another index than the receipt's", a, 0, [a[0], b[0], a[1]], [genesis, both with { Index = both.Index + 1 }], null);
        Add("an entry that was rewritten", a, 0, c, [genesis, Rewrite(both, Entry.OfKeys(VectorLog.LinesOf(c), VectorLog.Began))], null);
        Add("an entry that is no announcement", a, 0, a, [genesis, await ProveAsync(2, last)], null);
        Add("an entry of keys of two logs", a, 0, a, [genesis, Rewrite(both, Entry.OfKeys([.. VectorLog.LinesOf(a), VectorLog.Ecdsa("x", "other.example").Verifier.ToString()], VectorLog.Began))], null);
        Add("an entry of no keys", a, 0, a, [genesis, Rewrite(both, Entry.OfKeys([], VectorLog.Began))], null);
        Add("an attacker's whole log", a, 0, c, await AttackAsync(c), null);
        Add("an attacker's log that begins as the true one", a, 0, c, await ContinueAsync(c), null);
        return new JsonObject
        {
            ["about"] = "What /v1/keys serves to who knows 'known' ('announced' by that entry, or given). 'expect': the keys that are known afterwards, or 'refused'.",
            ["cases"] = cases,
        };

        async Task<Step> AnnounceAsync(params INoteSigner[] next)
        {
            var index = log.Log.Add(Entry.OfKeys(VectorLog.LinesOf(next), VectorLog.Began + TimeSpan.FromMinutes(log.Log.Size)).Encode());

            // The keys that it lists sign the first checkpoint that holds it: those among them that were in force before vouch for it.
            log.Log.Signers = next;
            return await ProveAsync(index, log.Log.Checkpoint());
        }

        async Task<Step> ProveAsync(long index, string note) => await StepAsync(log.Log, index, note);

        async Task<Step[]> AttackAsync(INoteSigner[] keys)
        {
            var own = new VectorLog(keys);
            return [await StepAsync(own.Log, 0, own.Log.Checkpoint())];
        }

        async Task<Step[]> ContinueAsync(INoteSigner[] keys)
        {
            var own = new VectorLog();
            var begin = await StepAsync(own.Log, 0, own.Log.Checkpoint());
            var index = own.Log.Add(Entry.OfKeys(VectorLog.LinesOf(keys), VectorLog.Began).Encode());
            own.Log.Signers = keys;
            return [begin, await StepAsync(own.Log, index, own.Log.Checkpoint())];
        }

        void Add(string name, IEnumerable<INoteSigner> known, long? announced, INoteSigner[] served, Step[] entries, INoteSigner[]? expect) => cases.Add(new JsonObject
        {
            ["name"] = name,
            ["known"] = ReceiptVectors.Array(VectorLog.LinesOf(known)),
            ["announced"] = announced,
            ["served"] = new JsonObject
            {
                ["origin"] = VectorLog.Origin,
                ["verifierKeys"] = ReceiptVectors.Array(VectorLog.LinesOf(served)),
                ["keys"] = new JsonArray(),
                ["entries"] = new JsonArray([.. entries.Select(entry => new JsonObject { ["logIndex"] = entry.Index, ["receipt"] = entry.Receipt })]),
            },
            ["expect"] = expect is null ? "refused" : ReceiptVectors.Array(VectorLog.LinesOf(expect)),
        });
    }

    /// <param name="Index">Of the entry.</param>
    /// <param name="Receipt">Its proof.</param>
    /// <param name="Note">The checkpoint of that.</param>
    private sealed record Step(long Index, string Receipt, string Note);

    private static async Task<Step> StepAsync(ForgedLog log, long index, string note) =>
        new(index, await log.ProofAsync(index, Extra(log.Entries[(int)index]), note), note);

    private static string Extra(byte[] entry) => ExtraLine.Encode(new JsonObject { ["entry"] = Convert.ToBase64String(entry) });

    private static string Resign(string note, INoteSigner[] signers) => Forger.Sign(note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 1)], signers);

    private static Step Rewrite(Step step, Entry entry)
    {
        var lines = step.Receipt.Split('\n');
        lines[1] = $"extra {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Extra(entry.Encode())))}";
        return step with { Receipt = string.Join('\n', lines) };
    }
}
