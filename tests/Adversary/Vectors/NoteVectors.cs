using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Forging;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>Checkpoints under known keys: <c>holds</c> if a known key of every kind signed and none of theirs is wrong, or <c>refused</c>.</summary>
internal static class NoteVectors
{
    public static JsonObject Make()
    {
        var log = new VectorLog();
        log.Add("one", "one");
        var (keys, others, sound) = (VectorLog.Keys("a"), VectorLog.Keys("b"), log.Log.Checkpoint());
        var text = sound[..(sound.IndexOf("\n\n", StringComparison.Ordinal) + 1)];
        var zeroes = Convert.ToBase64String(new byte[70]);
        var cases = new JsonArray();
        Add("both keys signed", sound, true);
        Add("the other way round", Forger.Sign(text, keys.Reverse()), true);
        Add("one kind of key signed", Forger.Sign(text, keys[..1]), false);
        Add("the other kind of key signed", Forger.Sign(text, keys[1..]), false);
        Add("one kind of key signed and a stranger of the other", Forger.Sign(text, keys[0], others[1]), false);
        Add("strangers alone", Forger.Sign(text, others), false);
        Add("strangers beside", Forger.Countersign(sound, others), true);
        Add("an unknown signer with an odd name", sound + $"— a\u009b\u202e\u00ad {zeroes}\n", true);
        Add("an unknown signer with a space of another script in its name", sound + $"— a\u3000b {zeroes}\n", false);
        Add("an unknown signer with a plus in its name", sound + $"— a+b {zeroes}\n", false);
        Add("an unknown signer without a name", sound + $"—  {zeroes}\n", false);
        Add("an unknown signer whose base64 has another spelling", sound + $"— witness.example {new string('A', 93)}B==\n", true);
        Add("an unknown signer whose base64 is of no length", sound + $"— witness.example {new string('A', 94)}B==\n", false);
        Add("an unknown signer whose base64 is none", sound + "— witness.example !!!!\n", false);
        Add("an unknown signer without a signature", sound + "— witness.example AAAAAA==\n", false);
        Add("the log's name and an unknown id", sound + $"— {VectorLog.Origin} {zeroes}\n", true);
        Add("a known id and another name", sound + sound.Split('\n')[^3].Replace(VectorLog.Origin, "other.example", StringComparison.Ordinal) + "\n", true);
        Add("a known key's line that is wrong beside one that is right", sound + sound.Split('\n')[^3][..^6] + "AAAA==\n", false);
        Add("a known key that signed twice", sound + sound.Split('\n')[^3] + "\n", true);
        Add("a hundred lines", sound + string.Concat(Enumerable.Repeat($"— w {zeroes}\n", 98)), true);
        Add("a hundred and one lines", sound + string.Concat(Enumerable.Repeat($"— w {zeroes}\n", 99)), false);
        Add("another origin", Forger.Sign(text.Replace(VectorLog.Origin, "other.example", StringComparison.Ordinal), keys), false);
        Add("an extension line", Forger.Sign(text + "extension\n", keys), true);
        Add("an empty line in the text", Forger.Sign(text + "\n", keys), false);
        Add("a size with a zero before it", Forger.Sign(text.Replace("\n3\n", "\n03\n", StringComparison.Ordinal), keys), false);
        Add("a size past every number", Forger.Sign(text.Replace("\n3\n", "\n9223372036854775808\n", StringComparison.Ordinal), keys), false);
        Add("a root of 31 bytes", Forger.Sign($"{VectorLog.Origin}\n3\n{Convert.ToBase64String(new byte[31])}\n", keys), false);
        Add("no line end", sound[..^1], false);
        Add("a tab", sound.Replace(VectorLog.Origin + "\n3", VectorLog.Origin + "\t\n3", StringComparison.Ordinal), false);
        Add("a carriage return", sound.ReplaceLineEndings("\r\n"), false);
        return new JsonObject { ["about"] = "Checkpoints (C2SP tlog-checkpoint, signed-note) under 'keys'.", ["keys"] = ReceiptVectors.Array(VectorLog.LinesOf(keys)), ["cases"] = cases };

        void Add(string name, string note, bool holds) => cases.Add(new JsonObject { ["name"] = name, ["note"] = note, ["expect"] = ReceiptVectors.Word(holds) });
    }
}
