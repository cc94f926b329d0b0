using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrueCopy.Adversary.Tests.Forging;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>
/// Receipts: <c>holds</c>, or <c>refused</c>; and of one that holds how the document stands as of its checkpoint: a status, <c>before</c>
/// where the log kept none when it was issued, <c>unknown</c> of a later version, or <c>none</c> where nothing proves it.
/// </summary>
internal static partial class ReceiptVectors
{
    public static async Task<JsonObject> MakeAsync()
    {
        var log = new VectorLog();
        foreach (var document in new[] { "one", "two", "three", "four", "five" })
            log.Add(document, document);
        log.Add("revoked", "three", entry => entry with { Kind = ActKind.Revoke, Target = 4, Reason = ReasonCode.IssuedInError }, note: "更正");
        log.Add("replaced", "four", entry => entry with { Kind = ActKind.Supersede, Target = 5, Reason = ReasonCode.Superseded }, successor: VectorLog.DigestOf("five"));
        log.Add("suspension", "two", entry => entry with { Kind = ActKind.Suspend, Target = 3, Reason = ReasonCode.CertificateHold });
        log.Add("again", "one", entry => entry with { Replaces = 2 });
        log.EndBatch();
        var checkpoint = log.Log.Checkpoint();
        var sound = await log["three"].ReceiptAsync();
        var cases = new JsonArray();

        foreach (var (document, status) in new[] { ("one", "reissued"), ("two", "suspended"), ("three", "revoked"), ("four", "superseded"), ("five", "stands") })
            Add($"the receipt of entry {log[document].Index} of {log.Log.Size}", document, await log[document].ReceiptAsync(), holds: true, status);
        Add("an issue that took another's place", "one", await log["again"].ReceiptAsync(), holds: true, "stands");
        Add("a revocation with a note", "three", await log["revoked"].ReceiptAsync(), holds: true);
        Add("a replacement with a successor", "four", await log["replaced"].ReceiptAsync(), holds: true);
        Add("no status, as it was before the log kept any", "five", ExtraLine.Change(await log["five"].ReceiptAsync(), extra => extra.AsObject().Remove("status")), holds: true);
        Add("another spelling of the nonce's hex", "three", Extra(extra => extra["opening"] = extra["opening"]!.GetValue<string>().ToUpperInvariant()), holds: true, "revoked", byHand: false, why: "the script takes the one spelling that the service writes");
        Add("another file", "one", sound, holds: false);
        Add("another index", "three", Regex.Replace(sound, "index 4", "index 5"), holds: false);
        Add("an index past the log", "three", Regex.Replace(sound, "index 4", $"index {4 + log.Log.Size}"), holds: false);
        Add("a hash of the path too few", "three", PathPattern().Replace(sound, "$1", 1), holds: false);
        Add("a hash of the path too many", "three", PathPattern().Replace(sound, $"$0{Convert.ToBase64String(new byte[32])}\n", 1), holds: false);
        Add("a hash of the path altered", "three", PathPattern().Replace(sound, $"$1{Convert.ToBase64String(new byte[32])}\n", 1), holds: false);
        Add("a nonce of 31 bytes", "three", Extra(extra => extra["opening"] = extra["opening"]!.GetValue<string>()[..62]), holds: false);
        Add("a nonce of 33 bytes", "three", Extra(extra => extra["opening"] = extra["opening"]!.GetValue<string>() + "00"), holds: false);
        Add("a nonce that a zero byte makes longer and HMAC does not tell apart", "three", Extra(extra => extra["opening"] = extra["opening"]!.GetValue<string>() + "00"), holds: false);
        Add("another nonce", "three", Extra(extra => extra["opening"] = new string('0', 64)), holds: false);
        Add("a note that nobody wrote", "three", Extra(extra => extra.AsObject().Insert(2, "note", "paid in full")), holds: false, byHand: true, why: "the script checks what the entry says of the file, not what the receipt adds");
        Add("a note in the place of another", "three", ExtraLine.Change(await log["revoked"].ReceiptAsync(), extra => extra["note"] = "paid in full"), holds: false, byHand: true, why: "likewise");
        Add("a successor in the place of another", "four", ExtraLine.Change(await log["replaced"].ReceiptAsync(), extra => extra["successor"] = VectorLog.DigestOf("one").ToString()), holds: false, byHand: true, why: "likewise");
        Add("an entry that was rewritten", "three", ExtraLine.ChangeEntry(sound, entry => entry.Replace("CN-GD", "US-NY", StringComparison.Ordinal)), holds: false);
        Add("an entry that commits twice", "three", ExtraLine.ChangeEntry(sound, entry => CommitmentPattern().Replace(entry, $"\"commitment\":\"{new string('0', 64)}\",$0")), holds: false);
        Add("an entry that commits to another document first and is in no log", "one", ExtraLine.ChangeEntry(sound, entry => CommitmentPattern().Replace(entry, $"\"commitment\":\"{log["three"].Opening.Commit(VectorLog.DigestOf("one"))}\",$0")), holds: false);
        Add("a size that was not signed", "three", sound.Replace($"\n{log.Log.Size}\n", "\n99\n", StringComparison.Ordinal), holds: false);
        Add("a root that was not signed", "three", sound.Replace(log.Log.Root, Convert.ToBase64String(new byte[32]), StringComparison.Ordinal), holds: false);
        Add("a checkpoint of other keys", "three", await log["three"].ReceiptAsync(Forger.Sign(checkpoint[..(checkpoint.IndexOf("\n\n", StringComparison.Ordinal) + 1)], VectorLog.Keys("b"))), holds: false);
        Add("a checkpoint of another log with the same keys' bytes", "three", await log["three"].ReceiptAsync(Forger.Sign($"other.example\n{log.Log.Size}\n{log.Log.Root}\n", VectorLog.Keys("a"))), holds: false);
        Add("no signature", "three", sound[..(sound.LastIndexOf("\n\n", StringComparison.Ordinal) + 2)], holds: false);
        Add("an unknown signer with a C1 control in its name", "three", sound + $"— evil\u009b2J {Convert.ToBase64String(new byte[70])}\n", holds: true, "revoked");
        Add("an unknown signer whose base64 has another spelling", "three", sound + $"— witness.example {new string('A', 93)}B==\n", holds: true, "revoked");
        Add("a signature of a known key whose base64 has another spelling", "three", Respell(sound), holds: false, byHand: true, why: "base64 -d takes every spelling");
        Add("the line ends of another system", "three", sound.ReplaceLineEndings("\r\n"), holds: false);
        Add("a tail", "three", sound + "more\n", holds: false, byHand: true, why: "the script looks for the lines that it needs");
        Add("no header", "three", sound[(sound.IndexOf('\n') + 1)..], holds: false);
        Add("two extra lines", "three", sound.Replace("\nindex", "\nextra AAAA\nindex", StringComparison.Ordinal), holds: false);
        Add("an extra line with escapes", "three", Regex.Replace(sound, "^extra (.+)$", line => $"extra {Convert.ToBase64String(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Convert.FromBase64String(line.Groups[1].Value)).Replace("entry", "\\u0065ntry", StringComparison.Ordinal)))}", RegexOptions.Multiline), holds: true, "revoked", byHand: false, why: "the script reads no escapes");
        Add("nothing", "three", "", holds: false);
        await AddStandingAsync();
        return new JsonObject
        {
            ["about"] = "Receipts (C2SP tlog-proof). 'status' is how the document stands as of the receipt's checkpoint, or 'before', 'unknown', 'none'. 'byHand' is what docs/check.sh says where it differs, and 'why'.",
            ["keys"] = Array(VectorLog.LinesOf(log.Log.Signers)),
            ["cases"] = cases,
        };

        async Task AddStandingAsync()
        {
            const string Issuance = "the script checks that it was issued, not how it stands";
            var five = await log["five"].ReceiptAsync();
            var stands = await log.Log.StatusAsync(6, log.Log.Size);
            Refuse("a page that was altered", status => Flip(status, "page", 3));
            Refuse("a page beyond the last entry's that was altered", status => Flip(status, "page", 63));
            Refuse("a path of a page that is the only one", status => status["pagePath"] = Convert.ToBase64String(new byte[32]));
            Refuse("a last entry that was altered", status => Flip(status, "entry", 5));
            Refuse("a path of the last entry that was altered", status => Flip(status, "path", 40));
            Refuse("a path of the last entry that is cut off", status => status["path"] = Convert.ToBase64String(Convert.FromBase64String(status["path"]!.GetValue<string>()).AsSpan()[32..]));
            Refuse("a page of 63 bytes", status => status["page"] = Convert.ToBase64String(new byte[63]));
            Refuse("half a hash in a path", status => status["pagePath"] = Convert.ToBase64String(new byte[16]));
            Refuse("no page", status => status.AsObject().Remove("page"), byHand: false);
            Refuse("a page in another alphabet", status => status["page"] = "__", byHand: false);
            Add("a status that is a word", "five", ExtraLine.Change(five, extra => extra["status"] = "stands"), holds: false);
            Add("the status of an act", "three", ExtraLine.Change(await log["revoked"].ReceiptAsync(), extra => extra["status"] = stands!.DeepClone()), holds: false, byHand: true, why: Issuance);
            await OtherwiseAsync("a later version's status", "unknown", tree => tree[6] = (EntryStatus)5);
            await OtherwiseAsync("issued before the log kept status", "before", change: entry => entry with { From = 7 });
            await OtherwiseAsync("revoked before the log kept status, which nothing proves", "before", tree => tree[6] = EntryStatus.Revoked, entry => entry with { From = 7 });
            await OtherwiseAsync("the first whose status was kept", "stands", change: entry => entry with { From = 6 });
            await OtherwiseAsync("status from beyond what it covers", null, change: entry => entry with { From = entry.Covers + 1 });
            await OtherwiseAsync("status from 0, which is left out", null, change: entry => entry with { From = 0 });
            await OtherwiseAsync("a status that covers fewer entries", null, change: entry => entry with { Covers = entry.Covers - 1 });
            await OtherwiseAsync("a root in capitals", null, change: entry => entry with { Root = entry.Root!.ToUpperInvariant() });
            await OtherwiseAsync("a root of 63 digits", null, change: entry => entry with { Root = entry.Root![1..] });
            await OtherwiseAsync("a last entry of another kind", null, change: entry => entry with { Kind = ActKind.Domain });

            // A tree of three pages, of which the last is not full.
            var large = new VectorLog();
            while (large.Log.Size < 300)
                large.Add($"{large.Log.Size}", $"{large.Log.Size}");
            large.Add("revocation of 140", "140", entry => entry with { Kind = ActKind.Revoke, Target = 140, Reason = ReasonCode.IssuedInError });
            large.EndBatch();
            foreach (var (index, status) in new[] { (100, "stands"), (140, "revoked"), (299, "stands") })
                Add($"entry {index} of {large.Log.Size}", $"{index}", await large[$"{index}"].ReceiptAsync(), holds: true, status);
            var other = await large.Log.StatusAsync(299, large.Log.Size);
            Add("a page of another index", "140", ExtraLine.Change(await large["140"].ReceiptAsync(), extra => extra["status"] = other!.DeepClone()), holds: false, byHand: true, why: Issuance);
            var foreign = await large.Log.StatusAsync(6, large.Log.Size);
            Add("a status of another log", "five", ExtraLine.Change(five, extra => extra["status"] = foreign!.DeepClone()), holds: false, byHand: true, why: Issuance);

            void Refuse(string name, Action<JsonNode> change, bool byHand = true) => Add(
                name,
                "five",
                ExtraLine.Change(five, extra => change(extra["status"]!)),
                holds: false,
                byHand: byHand ? true : null,
                why: byHand ? Issuance : null);

            async Task OtherwiseAsync(string name, string? status, Action<StatusTree>? lie = null, Func<Entry, Entry>? change = null)
            {
                var receipt = await (log["five"] with { Log = log.Otherwise(lie, change) }).ReceiptAsync();
                if (status is null)
                    Add(name, "five", receipt, holds: false, byHand: true, why: Issuance);
                else
                    Add(name, "five", receipt, holds: true, status);
            }
        }

        void Add(string name, string document, string receipt, bool holds, string status = "none", bool? byHand = null, string? why = null)
        {
            var vector = new JsonObject
            {
                ["name"] = name,
                ["document"] = Convert.ToBase64String(VectorLog.ContentOf(document)),
                ["sha256"] = VectorLog.DigestOf(document).Hex,
                ["receipt"] = receipt,
                ["expect"] = Word(holds),
            };
            if (holds)
                vector["status"] = status;
            if (byHand is { } other)
                (vector["byHand"], vector["why"]) = (Word(other), why);
            cases.Add(vector);
        }

        string Extra(Action<JsonNode> change) => ExtraLine.Change(sound, change);
    }

    public static string Word(bool holds) => holds ? "holds" : "refused";

    public static string Word(ProvenStatus status) => status switch
    {
        { IsBeforeStatus: true } => "before",
        { Status: null } => "none",
        { Status: { } known } => Enum.IsDefined(known) ? WireName.Of(known) : "unknown",
    };

    public static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static void Flip(JsonNode status, string member, int at)
    {
        var bytes = Convert.FromBase64String(status[member]!.GetValue<string>());
        bytes[at] ^= 1;
        status[member] = Convert.ToBase64String(bytes);
    }

    // The last bits of a signature of 4 + 64 bytes are free: base64 of 68 bytes ends in one =.
    private static string Respell(string receipt) => receipt[..^3] + (char)(receipt[^3] + 1) + "=\n";

    [GeneratedRegex("(index [0-9]+\n)[^\n]{44}\n")]
    private static partial Regex PathPattern();

    [GeneratedRegex("\"commitment\":\"[0-9a-f]{64}\"")]
    private static partial Regex CommitmentPattern();
}
