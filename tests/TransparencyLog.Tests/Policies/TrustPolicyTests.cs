using System.Text;
using TrueCopy.TransparencyLog.Tests.Cosignatures;

namespace TrueCopy.TransparencyLog.Tests.Policies;

public sealed class TrustPolicyTests : IDisposable
{
    private const long Now = 1_790_000_000;
    private static readonly DateTimeOffset Clock = DateTimeOffset.FromUnixTimeSeconds(Now);
    private readonly Ed25519Signer _log = new("log.example", SeedOf(200));
    private readonly Dictionary<string, Func<long, Cosigner>> _witnesses = new()
    {
        ["X1"] = at => new Ed25519Cosigner("x1.example", SeedOf(1), new FixedClock(at)),
        ["X2"] = at => new Ed25519Cosigner("x2.example", SeedOf(2), new FixedClock(at)),
        ["X3"] = at => new MlDsa44Cosigner("x3.example", SeedOf(3), new FixedClock(at)),
        ["Y1"] = at => new Ed25519Cosigner("y1.example", SeedOf(4), new FixedClock(at)),
        ["Y2"] = at => new Ed25519Cosigner("y2.example", SeedOf(5), new FixedClock(at)),
        ["Y3"] = at => new MlDsa44Cosigner("y3.example", SeedOf(6), new FixedClock(at)),
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TrustPolicy Of(string rules) => TrustPolicy.Parse(Encoding.UTF8.GetBytes($"{string.Join('\n', _witnesses.Keys.Select(LineOf))}\n{rules}\n"));

    // The example of C2SP tlog-policy.
    private string Example => $"""
        log {_log.Verifier} https://log.example/log

        {LineOf("X1")}
          {LineOf("X2")} https://x2.example/witness/
        {"\t"}{LineOf("X3")}{"\t "}
        group X-witnesses 2 X1 X2 X3

        {LineOf("Y1")}
        {LineOf("Y2")}
        {LineOf("Y3")}
        group Y-witnesses any Y1 Y2 Y3
          # of both sides, schön
        group X-and-Y all X-witnesses Y-witnesses
        quorum X-and-Y

        """;

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("", false)]
    [InlineData("X1 X2 X3", false)]
    [InlineData("Y1 Y2 Y3", false)]
    [InlineData("X1 Y1", false)]
    [InlineData("X1 X2 Y1", true)]
    [InlineData("X1 X3 Y3", true)]
    [InlineData("X2 X3 Y2", true)]
    [InlineData("X1 X2 X3 Y1 Y2 Y3", true)]
    public async Task The_quorum_of_the_specifications_example_is_two_of_one_side_and_one_of_the_other(string cosigned, bool isMet)
    {
        var result = await OpenAsync(Example, [.. Words(cosigned).Select(name => (name, Now))]);
        Assert.Equal(isMet, result.IsMet);
        Assert.Equal(Words(cosigned), result.Sightings.Select(sighting => sighting.Witness.Name).Order());
        Assert.Equal(_witnesses.Keys.Except(Words(cosigned)), result.Missing.Select(witness => witness.Name));
    }

    [Theory]
    [InlineData("quorum none", "no witness")]
    [InlineData("quorum X1", "X1")]
    [InlineData("group one 1 X1\nquorum one", "X1")]
    [InlineData("group all all X1 X2\nquorum all", "all of X1, X2")]
    [InlineData("group any any X1 X2\nquorum any", "one of X1, X2")]
    [InlineData("group a 2 X1 X2 X3\ngroup b any Y1 Y2\ngroup both all a b\nquorum both", "all of (2 of X1, X2, X3), (one of Y1, Y2)")]
    public void What_a_quorum_asks_for_is_told_in_words(string rules, string words) => Assert.Equal(words, Of(rules).Describe());

    [Theory]
    [InlineData("group g all X1 X2\nquorum g", "# other words\ngroup g 2 X2 X1\nquorum g", true)]
    [InlineData("group g all X1 X2\nquorum g", "group g any X1 X2\nquorum g", false)]
    [InlineData("group g all X1 X2\nquorum g", "group g all X1 X3\nquorum g", false)]
    [InlineData("group g all X1 X2\nquorum g", "group g all X1 X2\nquorum X1", false)]
    [InlineData("quorum X1", "quorum none", false)]
    public void Two_files_are_one_policy_if_they_ask_for_the_same(string left, string right, bool same)
    {
        Assert.Equal(same, Of(left).AsksTheSameAs(Of(right)));
        Assert.Equal(same, Of(right).AsksTheSameAs(Of(left)));
    }

    [Fact]
    public void A_witness_of_the_same_name_and_another_key_makes_another_policy() =>
        Assert.False(Of("quorum X1").AsksTheSameAs(TrustPolicy.Parse(Encoding.UTF8.GetBytes($"{string.Join('\n', _witnesses.Keys.Select(name => name == "X1" ? LineOf("Y3").Replace("Y3", "X1", StringComparison.Ordinal) : name == "Y3" ? LineOf("X1").Replace("X1", "Y3", StringComparison.Ordinal) : LineOf(name)))}\nquorum X1\n"))));

    [Fact]
    public async Task The_result_tells_who_saw_it_and_since_when_enough_had()
    {
        var result = await OpenAsync(Example, [("X1", Now - 300), ("X2", Now - 10), ("X3", Now - 200), ("Y2", Now - 100)]);
        Assert.Equal(["X1", "X3", "Y2", "X2"], result.Sightings.Select(sighting => sighting.Witness.Name));
        Assert.Equal(Clock.AddSeconds(-200), result.SeenAt);
        Assert.Equal(new Uri("https://x2.example/witness/"), result.Sightings[3].Witness.Url);
        Assert.Equal(new Uri("https://log.example/log"), result.Policy.Logs.Single().Url);
    }

    [Fact]
    public async Task A_cosignature_of_the_future_counts_for_nothing_but_for_a_clock_a_little_ahead()
    {
        var policy = File(LineOf("X1"), "quorum X1");
        Assert.True((await OpenAsync(policy, [("X1", Now + 300)])).IsMet);
        var ahead = await OpenAsync(policy, [("X1", Now + 301)]);
        Assert.False(ahead.IsMet);
        Assert.Null(ahead.SeenAt);
        Assert.Empty(ahead.Sightings);
    }

    [Fact]
    public async Task A_wrong_cosignature_of_a_witness_that_the_policy_knows_refuses_the_whole_note()
    {
        using var cosigner = _witnesses["X1"](Now);
        var signed = await SignAsync(7);
        var forged = signed.With([await cosigner.CosignAsync(new Checkpoint("log.example", 8, signed.Checkpoint.Root), Stop)]);
        Assert.Throws<LogFormatException>(() => TrustPolicy.Parse(Bytes(Example)).Open(forged.Note, Clock));
        Assert.False(TrustPolicy.Parse(Bytes(File(LineOf("X2"), "quorum X2"))).Open(forged.Note, Clock).IsMet);
    }

    [Fact]
    public async Task A_policy_without_witnesses_is_met_and_says_no_time()
    {
        var result = await OpenAsync(File("quorum none"), []);
        Assert.True(result.IsMet);
        Assert.Null(result.SeenAt);
    }

    [Fact]
    public async Task Only_the_logs_of_the_policy_count_each_under_its_own_name()
    {
        using var stranger = new Ed25519Signer("log.example", SeedOf(201));
        using var elsewhere = new Ed25519Signer("other.example", SeedOf(202));
        var policy = TrustPolicy.Parse(Bytes($"log {_log.Verifier}\nlog {elsewhere.Verifier}\nquorum none\n"));
        var head = new Checkpoint("log.example", 1, TreeHasher.Leaf("x"u8));
        Assert.NotNull(policy.Open((await SignedCheckpoint.SignAsync(head, [_log, stranger], Stop)).Note, Clock));
        foreach (var signer in new[] { stranger, elsewhere })
        {
            var note = (await SignedCheckpoint.SignAsync(head, [signer], Stop)).Note;
            Assert.Throws<LogFormatException>(() => policy.Open(note, Clock));
        }

        var third = (await SignedCheckpoint.SignAsync(head with { Origin = "third.example" }, [_log], Stop)).Note;
        Assert.Throws<LogFormatException>(() => policy.Open(third, Clock));
    }

    [Fact]
    public async Task A_log_may_sign_with_ML_DSA_44_and_with_ECDSA()
    {
        using var mldsa = new MlDsa44Cosigner("log.example", SeedOf(7), new FixedClock(0));
        var policy = TrustPolicy.Parse(Bytes($"log {mldsa.Verifier}\nquorum none\n"));
        Assert.True(policy.Open((await SignedCheckpoint.SignAsync(new Checkpoint("log.example", 0, TreeHasher.EmptyRoot), [mldsa], Stop)).Note, Clock).IsMet);
        using var ecdsa = new EcdsaP256Signer("log.example", System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256));
        Assert.Single(TrustPolicy.Parse(Bytes($"log {ecdsa.Verifier}\nquorum none\n")).Logs);
    }

    [Fact]
    public void Names_are_octets_and_any_two_that_differ_are_two()
    {
        var policy = TrustPolicy.Parse(Bytes($"witness K {_witnesses["X1"](Now).Verifier}\nwitness \u212a {_witnesses["X2"](Now).Verifier}\ngroup 深圳 all K \u212a\nquorum 深圳\n"));
        Assert.Equal(["K", "\u212a"], policy.Witnesses.Select(witness => witness.Name));
        Assert.Equal("深圳", policy.Quorum);
        Assert.False(policy.IsQuorum(witness => witness.Name == "K"));
        Assert.True(policy.IsQuorum(_ => true));
        byte[] opaque = [.. "witness "u8, 0xff, .. Bytes($" {_witnesses["X1"](Now).Verifier}\nquorum "), 0xff, (byte)'\n'];
        Assert.True(TrustPolicy.Parse(opaque).IsQuorum(_ => true));
    }

    // Those of sigsum-go's tests of its parser are among these; its files have keys in hex, and no other difference.
    public static TheoryData<string, int, string> Mistakes => new()
    {
        { "# \f\nquorum none\n", 1, "it holds the control character 0x0c" },
        { "# \x7f\nquorum none\n", 1, "it holds the control character 0x7f" },
        { "quorum none\r\n", 1, "it holds the control character 0x0d" },
        { "\nquorum none", 2, "the line does not end with a newline, so something may be missing" },
        { "log L\n log L\n", 2, "a log with this public key is there already" },
        { "log L https://log.example #comment\n", 1, "it is none of" },
        { "log L #comment\n", 1, "the address is not one of https or http; a comment has a line of its own" },
        { "log L log.example\n", 1, "the address is not one of https or http" },
        { "log\n", 1, "it is none of" },
        { "log W1\n", 1, "the key is not a verifier key of a log" },
        { "log example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n", 1, "the key is not a verifier key of a log" },
        { "witness W1 L\n", 1, "verifier key: only types 0x04 (Ed25519) and 0x06 (ML-DSA-44) are those of witnesses" },
        { "witness W1 W1\nwitness W2 W1\n", 2, "a witness with this public key is there already" },
        { "witness W1 W1\nwitness W2 R1\n", 2, "a witness with this public key is there already" },
        { "witness W1 W1\nwitness W1 W2\n", 2, "\"W1\" is defined already" },
        { "witness none W1\n", 1, "\"none\" is defined already" },
        { "witness W1 W1\ngroup W1 all W1\n", 2, "\"W1\" is defined already" },
        { "witness W1 W1\nwitness W2 W2\n\ngroup G all W1 W3 W2\n", 4, "\"W3\" is not defined before this line" },
        { "group G all W1\nwitness W1 W1\n", 1, "\"W1\" is not defined before this line" },
        { "witness W1 W1\ngroup G all W1 G\n", 2, "\"G\" is not defined before this line" },
        { "quorum W1\nwitness W1 W1\n", 1, "\"W1\" is not defined before this line" },
        { "witness W1 W1\nwitness W2 W2\ngroup G all W1 W2 W1\n", 3, "\"W1\" is a member of a group already" },
        { "witness W1 W1\nwitness W2 W2\nwitness W3 W3\ngroup G all W1 W2\ngroup H all W3 W2\n", 5, "\"W2\" is a member of a group already" },
        { "witness W1 W1\ngroup G all W1 none\n", 2, "\"none\" is no member of a group" },
        { "witness W1 W1\ngroup G 0 W1\n", 2, "how many are needed is all, any, or a number from 1 to 1" },
        { "witness W1 W1\ngroup G 2 W1\n", 2, "how many are needed is all, any, or a number from 1 to 1" },
        { "witness W1 W1\ngroup G 01 W1\n", 2, "how many are needed is all, any, or a number from 1 to 1" },
        { "witness W1 W1\ngroup G -1 W1\n", 2, "how many are needed is all, any, or a number from 1 to 1" },
        { "witness W1 W1\ngroup G any\n", 2, "it is none of" },
        { "quorum none\nquorum none\n", 2, "there is a second quorum" },
        { "quorum\n", 1, "it is none of" },
        { "mirror W1 W1\n", 1, "it is none of" },
        { "QUORUM none\n", 1, "it is none of" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_refused_with_its_line_and_its_reason(string file, int line, string reason)
    {
        var exception = Assert.Throws<LogFormatException>(() => TrustPolicy.Parse(Bytes(WithKeys(file))));
        Assert.StartsWith($"policy: line {line}: {reason}", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("witness W1 W1\n")]
    public void A_policy_says_how_many_witnesses_it_asks_for(string file) =>
        Assert.StartsWith("policy: there is no quorum line", Assert.Throws<LogFormatException>(() => TrustPolicy.Parse(Bytes(WithKeys(file)))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_policy_has_limits_that_leave_room_for_twice_what_the_specification_asks()
    {
        string[] witnesses = [.. Enumerable.Range(0, 64).Select(i => $"witness W{i} {new MlDsa44Cosigner($"w{i}.example", SeedOf((byte)(i + 10)), TimeProvider.System).Verifier}")];
        string[] groups = [.. Enumerable.Range(0, 64).Select(i => i == 0 ? "group G0 all W0" : $"group G{i} any W{i} G{i - 1}")];
        var policy = TrustPolicy.Parse(Bytes(File([.. witnesses, .. groups, "quorum G63"])));
        Assert.True(policy.IsQuorum(witness => witness.Name == "W0"));
        Assert.False(policy.IsQuorum(_ => false));
        Assert.Contains("more than 64", Assert.Throws<LogFormatException>(() => TrustPolicy.Parse(Bytes(File([.. witnesses, LineOf("X1"), "quorum none"])))).Message, StringComparison.Ordinal);
        Assert.Contains("more than 64", Assert.Throws<LogFormatException>(() => TrustPolicy.Parse(Bytes(File([.. witnesses, .. groups, "group G64 any G63", "quorum none"])))).Message, StringComparison.Ordinal);
        Assert.Equal($"policy: longer than {TrustPolicy.MaxLength} bytes", Assert.Throws<LogFormatException>(() => TrustPolicy.Parse(new byte[TrustPolicy.MaxLength + 1])).Message);
    }

    [Fact]
    public void A_damaged_policy_is_refused_or_is_another_and_nothing_else_is_thrown() =>
        CsCheck.Check.Sample(
            Mutation.Of(Bytes(Example)),
            bytes =>
            {
                try
                {
                    _ = TrustPolicy.Parse(bytes).IsQuorum(_ => true);
                }
                catch (LogFormatException exception)
                {
                    Assert.DoesNotContain(exception.Message, char.IsControl);
                }
            },
            iter: 2_000);

    private async Task<PolicyResult> OpenAsync(string policy, (string Name, long At)[] cosigned)
    {
        var signed = await SignAsync(7);
        foreach (var (name, at) in cosigned)
        {
            using var cosigner = _witnesses[name](at);
            signed = signed.With([await cosigner.CosignAsync(signed.Checkpoint, Stop)]);
        }

        return TrustPolicy.Parse(Bytes(policy)).Open(signed.Note, Clock);
    }

    private Task<SignedCheckpoint> SignAsync(long size) => SignedCheckpoint.SignAsync(new Checkpoint("log.example", size, TreeHasher.Leaf("x"u8)), [_log], Stop);

    private string File(params string[] lines) => string.Concat(new[] { $"log {_log.Verifier}" }.Concat(lines).Select(line => line + "\n"));

    private string LineOf(string name) => $"witness {name} {_witnesses[name](Now).Verifier}";

    // L is a log's key; W1 to W3 are witnesses', R1 the first under another name.
    private string WithKeys(string file) => string.Concat(file.Split('\n').Select((line, i) =>
    {
        var words = line.Split(' ');
        var at = Array.FindIndex(words, word => word is "log" or "witness") is var keyword && keyword >= 0 ? keyword + (words[keyword] == "log" ? 1 : 2) : -1;
        if (at >= 0 && at < words.Length)
        {
            words[at] = words[at] switch
            {
                "L" => _log.Verifier.ToString(),
                "W1" => _witnesses["X1"](Now).Verifier.ToString(),
                "R1" => new Ed25519Cosigner("renamed.example", SeedOf(1), TimeProvider.System).Verifier.ToString(),
                "W2" => _witnesses["X2"](Now).Verifier.ToString(),
                "W3" => _witnesses["X3"](Now).Verifier.ToString(),
                var other => other,
            };
        }

        return (i == 0 ? "" : "\n") + string.Join(' ', words);
    }));

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] SeedOf(byte first) => [first, .. new byte[31]];
}
