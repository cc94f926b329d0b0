using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrueCopy.Adversary.Tests.Forging;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>Receipts: <c>holds</c>, or <c>refused</c>.</summary>
internal static partial class ReceiptVectors
{
    public static async Task<JsonObject> MakeAsync()
    {
        var log = new VectorLog();
        foreach (var document in new[] { "one", "two", "three", "four", "five" })
            log.Add(document, document);
        log.Add("revoked", "three", entry => entry with { Kind = ActKind.Revoke, Target = 4, Reason = ReasonCode.IssuedInError }, note: "更正");
        log.Add("replaced", "four", entry => entry with { Kind = ActKind.Supersede, Target = 5, Reason = ReasonCode.Superseded }, successor: VectorLog.DigestOf("five"));
        var checkpoint = log.Log.Checkpoint();
        var sound = await log["three"].ReceiptAsync();
        var cases = new JsonArray();

        foreach (var document in new[] { "one", "two", "three", "four", "five" })
            Add($"the receipt of entry {log[document].Index} of {log.Log.Size}", document, await log[document].ReceiptAsync(), holds: true);
        Add("a revocation with a note", "three", await log["revoked"].ReceiptAsync(), holds: true);
        Add("a replacement with a successor", "four", await log["replaced"].ReceiptAsync(), holds: true);
        Add("another spelling of the nonce's hex", "three", Extra(extra => extra["opening"] = extra["opening"]!.GetValue<string>().ToUpperInvariant()), holds: true, byHand: false, why: "the script takes the one spelling that the service writes");
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
        Add("a note that nobody wrote", "three", Extra(extra => extra["note"] = "paid in full"), holds: false, byHand: true, why: "the script checks what the entry says of the file, not what the receipt adds");
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
        Add("an unknown signer with a C1 control in its name", "three", sound + $"— evil\u009b2J {Convert.ToBase64String(new byte[70])}\n", holds: true);
        Add("an unknown signer whose base64 has another spelling", "three", sound + $"— witness.example {new string('A', 93)}B==\n", holds: true);
        Add("a signature of a known key whose base64 has another spelling", "three", Respell(sound), holds: false, byHand: true, why: "base64 -d takes every spelling");
        Add("the line ends of another system", "three", sound.ReplaceLineEndings("\r\n"), holds: false);
        Add("a tail", "three", sound + "more\n", holds: false, byHand: true, why: "the script looks for the lines that it needs");
        Add("no header", "three", sound[(sound.IndexOf('\n') + 1)..], holds: false);
        Add("two extra lines", "three", sound.Replace("\nindex", "\nextra AAAA\nindex", StringComparison.Ordinal), holds: false);
        Add("an extra line with escapes", "three", Regex.Replace(sound, "^extra (.+)$", line => $"extra {Convert.ToBase64String(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Convert.FromBase64String(line.Groups[1].Value)).Replace("entry", "\\u0065ntry", StringComparison.Ordinal)))}", RegexOptions.Multiline), holds: true, byHand: false, why: "the script reads no escapes");
        Add("nothing", "three", "", holds: false);
        return new JsonObject
        {
            ["about"] = "Receipts (C2SP tlog-proof). 'byHand' is what docs/check.sh says where it differs, and 'why'.",
            ["keys"] = Array(VectorLog.LinesOf(log.Log.Signers)),
            ["cases"] = cases,
        };

        void Add(string name, string document, string receipt, bool holds, bool? byHand = null, string? why = null)
        {
            var vector = new JsonObject
            {
                ["name"] = name,
                ["document"] = Convert.ToBase64String(VectorLog.ContentOf(document)),
                ["sha256"] = VectorLog.DigestOf(document).Hex,
                ["receipt"] = receipt,
                ["expect"] = Word(holds),
            };
            if (byHand is { } other)
                (vector["byHand"], vector["why"]) = (Word(other), why);
            cases.Add(vector);
        }

        string Extra(Action<JsonNode> change) => ExtraLine.Change(sound, change);
    }

    public static string Word(bool holds) => holds ? "holds" : "refused";

    public static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    // The last bits of a signature of 4 + 64 bytes are free: base64 of 68 bytes ends in one =.
    private static string Respell(string receipt) => receipt[..^3] + (char)(receipt[^3] + 1) + "=\n";

    [GeneratedRegex("(index [0-9]+\n)[^\n]{44}\n")]
    private static partial Regex PathPattern();

    [GeneratedRegex("\"commitment\":\"[0-9a-f]{64}\"")]
    private static partial Regex CommitmentPattern();
}
