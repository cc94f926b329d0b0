using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Forging;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>
/// Policies, and checkpoints weighed by them: <c>met</c> or <c>unmet</c> with who saw the checkpoint and when (seconds since 1970),
/// <c>refused</c> where a signature of a witness that the policy knows is wrong, or what is wrong with the policy, word for word.
/// </summary>
internal static class PolicyVectors
{
    public const long Now = 1_790_000_000;

    private static readonly Dictionary<string, string> Witnesses = new() { ["W1"] = "w1.example", ["W2"] = "w2.example", ["W3"] = "w3.example", ["W4"] = "w4.example", ["R1"] = "renamed.example" };

    public static async Task<JsonObject> MakeAsync()
    {
        var log = new VectorLog();
        log.Add("one", "one");
        var sound = log.Log.Checkpoint();
        var text = TextOf(sound);
        var cases = new JsonArray();
        foreach (var (file, fault) in Mistakes)
            cases.Add(new JsonObject { ["name"] = fault, ["policy"] = WithKeys(file), ["expect"] = fault });
        await WeighAsync();
        return new JsonObject { ["about"] = $"Policies (C2SP tlog-policy), and checkpoints that are weighed by them at {Now} seconds since 1970.", ["now"] = Now, ["cases"] = cases };

        async Task WeighAsync()
        {
            const string Two = "witness a W1\nwitness b W2\ngroup both all a b\nquorum both\n";
            const string Any = "witness a W1\nwitness b W2\nwitness c W4\ngroup some 2 a b c\nquorum some\n";
            await AddAsync("two of two", Two, "met a 1789999900 b 1789999990", "W1@-100", "W2@-10");
            await AddAsync("two of two, the lines the other way round", Two, "met a 1789999900 b 1789999990", "W2@-10", "W1@-100");
            await AddAsync("one of two", Two, "unmet a 1789999900", "W1@-100");
            await AddAsync("stripped", Two, "unmet");
            await AddAsync("two of three, one of them ML-DSA-44", Any, "met c 1789999000 b 1789999990", "W2@-10", "W4@-1000");
            await AddAsync("ML-DSA-44 alone", "witness c W4\nquorum c\n", "met c 1790000000", "W4@0");
            await AddAsync("one witness's line twice is one witness", Any, "unmet a 1789999990", "W1@-100", "W1@-10");
            await AddAsync("one witness's line repeated is one witness", Any, "unmet a 1789999990", "W1@-10", "W1@-10");
            await AddAsync("the newest line of a witness counts", Two, "met b 1789999980 a 1789999990", "W1@-100", "W1@-10", "W2@-20");
            await AddAsync("a witness that the policy does not know", Two, "unmet a 1789999900", "W1@-100", "W3@-10");
            await AddAsync("a witness under another name, though by the same key", Two, "unmet b 1789999990", "R1@-100", "W2@-10");
            await AddAsync("a little ahead of the clock", Two, "met a 1790000000 b 1790000300", "W1@0", "W2@300");
            await AddAsync("of the future", Two, "unmet a 1790000000", "W1@0", "W2@301");
            await AddAsync("without a time", Two, "unmet b 1789999990", "W1@=0", "W2@-10");
            await AddAsync("the last second that is a time", Two, "unmet b 1789999990", "W1@=253402300799", "W2@-10");
            await AddAsync("past every time", Two, "refused", "W1@=253402300800", "W2@-10");
            await AddAsync("quorum none", "witness a W1\nquorum none\n", "met a 1789999900", "W1@-100");
            await AddAsync("quorum none, and nobody", "quorum none\n", "met");
            await AddAsync("nested groups", "witness a W1\nwitness b W2\nwitness c W3\ngroup one any a b\ngroup two all one c\nquorum two\n", "met b 1789999980 c 1789999990", "W2@-20", "W3@-10");
            await AddAsync("half of nested groups", "witness a W1\nwitness b W2\nwitness c W3\ngroup one any a b\ngroup two all one c\nquorum two\n", "unmet a 1789999980 b 1789999990", "W1@-20", "W2@-10");
            await AddAsync("names of any script", "witness 深圳 W1\nwitness 香港 W2\ngroup 两地 all 深圳 香港\nquorum 两地\n", "met 深圳 1789999900 香港 1789999990", "W1@-100", "W2@-10");

            var one = await LineAsync("W1", text, -100);
            foreach (var (name, other) in new[] { ("another size", text.Replace("\n3\n", "\n4\n", StringComparison.Ordinal)), ("another origin", text.Replace(VectorLog.Origin, "other.example", StringComparison.Ordinal)), ("another root", text[..^45] + Convert.ToBase64String(SHA256.HashData("x"u8)) + "\n") })
            {
                Add($"a cosignature of {name}", Two, sound + one + await LineAsync("W2", other, -10), "refused");
                Add($"a cosignature of {name}, by ML-DSA-44", "witness c W4\nquorum c\n", sound + await LineAsync("W4", other, -10), "refused");
                Add($"a cosignature of {name}, by a witness that the policy does not know", "witness a W1\nquorum a\n", sound + one + await LineAsync("W2", other, -10), "met a 1789999900");
            }

            Add("a time that was changed", Two, sound + one + Change(await LineAsync("W2", text, -10), 4 + 7), "refused");
            Add("a signature that was changed", Two, sound + one + Change(await LineAsync("W2", text, -10), 4 + 8 + 40), "refused");
            Add("an ML-DSA-44 signature that was changed", "witness c W4\nquorum c\n", sound + Change(await LineAsync("W4", text, -10), 4 + 8 + 2000), "refused");
            Add("a signature that is cut off", Two, sound + one + Cut(await LineAsync("W2", text, -10)), "refused");
            Add("a log's signature in a witness's place", Two, sound + one + $"— w2.example {Convert.ToBase64String([.. KeyIdOf("W2"), .. new byte[64]])}\n", "refused");
            Add("a wrong line beside a right one", Two, sound + one + await LineAsync("W2", text, -10) + Change(await LineAsync("W2", text, -9), 60), "refused");

            // The last character of such a line has bits that mean nothing.
            var spelled = await LineAsync("W2", text, -10);
            Assert.EndsWith("==\n", spelled, StringComparison.Ordinal);
            Add("a line whose base64 has another spelling", Two, sound + one + spelled[..^4] + (char)(spelled[^4] + 1) + "==\n", "refused");
            var extended = Forger.Sign(text + "extension\n", VectorLog.Keys("a"));
            Add("extension lines are cosigned", Two, extended + await LineAsync("W1", TextOf(extended), -100) + await LineAsync("W2", TextOf(extended), -10), "met a 1789999900 b 1789999990");
            Add("extension lines that were not cosigned", Two, extended + one + await LineAsync("W2", text, -10), "refused");
            Add("extension lines, which ML-DSA-44 leaves out", "witness c W4\nquorum c\n", extended + await LineAsync("W4", text, -10), "met c 1789999990");
        }

        async Task AddAsync(string name, string policy, string expect, params string[] cosigned)
        {
            var note = sound;
            foreach (var one in cosigned)
            {
                var (who, when) = (one.Split('@')[0], one.Split('@')[1]);
                note += await LineAsync(who, text, when[0] == '=' ? long.Parse(when[1..], CultureInfo.InvariantCulture) - Now : long.Parse(when, CultureInfo.InvariantCulture));
            }

            Add(name, policy, note, expect);
        }

        void Add(string name, string policy, string note, string expect) => cases.Add(new JsonObject { ["name"] = name, ["policy"] = WithKeys(policy), ["note"] = note, ["expect"] = expect });
    }

    /// <summary>What the library says of a vector.</summary>
    public static string Say(JsonNode vector)
    {
        TrustPolicy policy;
        try
        {
            policy = TrustPolicy.Parse(Encoding.UTF8.GetBytes(vector["policy"]!.GetValue<string>()));
        }
        catch (LogFormatException exception)
        {
            return exception.Message;
        }

        try
        {
            var checkpoint = SignedCheckpoint.Open(Encoding.UTF8.GetBytes(vector["note"]!.GetValue<string>()), VectorLog.Origin, [.. VectorLog.Keys("a").Select(signer => signer.Verifier)]);
            var result = policy.Weigh(checkpoint, DateTimeOffset.FromUnixTimeSeconds(Now));
            return string.Join(' ', [result.IsMet ? "met" : "unmet", .. result.Sightings.Select(sighting => $"{sighting.Witness.Name} {sighting.At.ToUnixTimeSeconds()}")]);
        }
        catch (LogFormatException)
        {
            return "refused";
        }
    }

    private static IEnumerable<(string File, string Fault)> Mistakes =>
    [
        ("# \f\nquorum none\n", "policy: line 1: it holds the control character 0x0c"),
        ("# \x7f\nquorum none\n", "policy: line 1: it holds the control character 0x7f"),
        ("quorum none\r\n", "policy: line 1: it holds the control character 0x0d"),
        ("\nquorum none", "policy: line 2: the line does not end with a newline, so something may be missing"),
        ("log L\n log L\n", "policy: line 2: a log with this public key is there already"),
        ("log L #comment\n", "policy: line 1: the address is not one of https or http; a comment has a line of its own"),
        ("log L log.example\n", "policy: line 1: the address is not one of https or http; a comment has a line of its own"),
        ("log W1\n", "policy: line 1: the key is not a verifier key of a log: name+id+key, of type 0x01 (Ed25519), 0x02 (ECDSA P-256) or 0x06 (ML-DSA-44)"),
        ("witness W1 L\n", "policy: line 1: verifier key: only types 0x04 (Ed25519) and 0x06 (ML-DSA-44) are those of witnesses"),
        ("witness a X1\n", "policy: line 1: verifier key: the id is not that of the key"),
        ("witness a W1\nwitness b W1\n", "policy: line 2: a witness with this public key is there already"),
        ("witness a W1\nwitness b R1\n", "policy: line 2: a witness with this public key is there already"),
        ("witness a W1\nwitness a W2\n", "policy: line 2: \"a\" is defined already"),
        ("witness none W1\n", "policy: line 1: \"none\" is defined already"),
        ("witness a W1\ngroup a all a\n", "policy: line 2: \"a\" is defined already"),
        ("witness a W1\nwitness b W2\n\ngroup G all a c b\n", "policy: line 4: \"c\" is not defined before this line"),
        ("witness a W1\ngroup G all a G\n", "policy: line 2: \"G\" is not defined before this line"),
        ("quorum a\nwitness a W1\n", "policy: line 1: \"a\" is not defined before this line"),
        ("quorum 深\n", "policy: line 1: \"???\" is not defined before this line"),
        ("witness a W1\nwitness b W2\ngroup G all a b a\n", "policy: line 3: \"a\" is a member of a group already"),
        ("witness a W1\nwitness b W2\nwitness c W3\ngroup G all a b\ngroup H all c b\n", "policy: line 5: \"b\" is a member of a group already"),
        ("witness a W1\ngroup G all a none\n", "policy: line 2: \"none\" is no member of a group"),
        ("witness a W1\ngroup G 0 a\n", "policy: line 2: how many are needed is all, any, or a number from 1 to 1"),
        ("witness a W1\ngroup G 2 a\n", "policy: line 2: how many are needed is all, any, or a number from 1 to 1"),
        ("witness a W1\ngroup G 01 a\n", "policy: line 2: how many are needed is all, any, or a number from 1 to 1"),
        ("quorum none\nquorum none\n", "policy: line 2: there is a second quorum"),
        ("quorum\n", "policy: line 1: it is none of \"log KEY [URL]\", \"witness NAME KEY [URL]\", \"group NAME all|any|K MEMBER...\", \"quorum NAME\""),
        ("QUORUM none\n", "policy: line 1: it is none of \"log KEY [URL]\", \"witness NAME KEY [URL]\", \"group NAME all|any|K MEMBER...\", \"quorum NAME\""),
        ("witness a W1\n", "policy: there is no quorum line; \"quorum none\" asks for no witness"),
        (string.Concat(Enumerable.Range(0, 65).Select(i => $"witness w{i} {new Ed25519Cosigner($"w{i}.example", SeedOf($"many {i}"), TimeProvider.System).Verifier}\n")), "policy: line 65: there are more than 64 of its kind"),
    ];

    private static async Task<string> LineAsync(string who, string text, long ahead)
    {
        if (Now + ahead > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return await LineByHandAsync(who, text, Now + ahead);
        using var cosigner = CosignerOf(who, Now + ahead);
        var value = await cosigner.SignAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None);
        return new NoteSignature(cosigner.Verifier.Name, cosigner.Verifier.KeyId, value).ToLine();
    }

    // What no clock here can tell.
    private static async Task<string> LineByHandAsync(string who, string text, long time)
    {
        using var signer = new Ed25519Signer(Witnesses[who], SeedOf(who));
        var signature = await signer.SignAsync(Encoding.UTF8.GetBytes($"cosignature/v1\ntime {time}\n{text}"), CancellationToken.None);
        var stamp = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(stamp, time);
        return $"— {Witnesses[who]} {Convert.ToBase64String([.. KeyIdOf(who), .. stamp, .. signature.Span])}\n";
    }

    private static Cosigner CosignerOf(string who, long time) => who == "W4"
        ? new MlDsa44Cosigner(Witnesses[who], SeedOf(who), new At(time))
        : new Ed25519Cosigner(Witnesses[who], SeedOf(who == "R1" ? "W1" : who), new At(time));

    private static byte[] KeyIdOf(string who)
    {
        var id = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(id, CosignerOf(who, 1).Verifier.KeyId);
        return id;
    }

    private static byte[] SeedOf(string who) => SHA256.HashData(Encoding.UTF8.GetBytes($"witness {who}"));

    private static string TextOf(string note) => note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 1)];

    private static string Change(string line, int at)
    {
        var (name, value) = (line.Split(' ')[1], Convert.FromBase64String(line.Split(' ')[2].TrimEnd('\n')));
        value[at] ^= 1;
        return $"— {name} {Convert.ToBase64String(value)}\n";
    }

    private static string Cut(string line) => $"— {line.Split(' ')[1]} {Convert.ToBase64String(Convert.FromBase64String(line.Split(' ')[2].TrimEnd('\n')).AsSpan(0, 70))}\n";

    // L is the log's key; W1 to W4 are witnesses', R1 the first under another name, X1 under another id: where keys are in a line.
    private static string WithKeys(string file) => string.Join('\n', file.Split('\n').Select(line =>
    {
        var words = line.Split(' ');
        var at = words.Contains("log") ? Array.IndexOf(words, "log") + 1 : words.Contains("witness") ? Array.IndexOf(words, "witness") + 2 : -1;
        if (at > 0 && at < words.Length)
        {
            words[at] = words[at] switch
            {
                "L" => VectorLog.Ed25519("a", VectorLog.Origin).Verifier.ToString(),
                "X1" => CosignerOf("W1", 1).Verifier is var key ? key.ToString().Replace($"+{key.KeyId:x8}+", "+00000000+", StringComparison.Ordinal) : "",
                var name => Witnesses.ContainsKey(name) ? CosignerOf(name, 1).Verifier.ToString() : name,
            };
        }

        return string.Join(' ', words);
    }));

    private sealed class At(long seconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(seconds);
    }
}
