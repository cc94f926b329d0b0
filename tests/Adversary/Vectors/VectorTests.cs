using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Stage;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>The vectors are what their generator makes, and the client in C#, the page and the check by hand make of them what they should.</summary>
public sealed class VectorTests(Theatre theatre, Chromium chromium)
{
    // What the page says of every vector of a file, by the module that it serves for whoever wants to call its checks.
    private const string PageSays = """
        async ([kind, text]) => {
          const { checkReceipt, FormatError, judgeAnswer, openCheckpoint, parseKeys, parseNote, parsePolicy, walkKeys, weigh } = await import('/assets/receipt.js');
          const { keys: lines, log, now: clock, cases } = JSON.parse(text);
          const keys = await parseKeys(lines ?? []);
          const utf8 = (value) => new TextEncoder().encode(value);
          const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
          const say = {
            receipts: async ({ receipt, sha256 }) => {
              const { holds, standing } = await checkReceipt(utf8(receipt), { algorithm: 'sha-256', hex: sha256 }, keys);
              return holds ? `holds ${standing?.status ?? 'none'}` : 'refused';
            },
            notes: async ({ note }) => (await openCheckpoint(utf8(note), keys)) && 'holds',
            keys: async ({ known, announced, served }) => {
              const walk = await walkKeys(await parseKeys(known), announced, served);
              return walk.fault === null ? walk.keys.map(({ line }) => line).sort().join(' ') : 'refused';
            },
            answers: async ({ answer, sha256, now, seen }) => {
              const read = async (path) => bytes(log[path]);
              const { verdict, fault } = await judgeAnswer(answer, { algorithm: 'sha-256', hex: sha256 }, { keys, seen: seen ?? null, now: Date.parse(now), read });
              return verdict ?? fault.kind;
            },
            policies: async ({ policy: file, note }) => {
              let policy;
              try {
                policy = await parsePolicy(utf8(file));
              } catch (error) {
                return error.message;
              }
              const { isMet, sightings } = await weigh(parseNote(utf8(note)), policy, clock * 1000);
              return [isMet ? 'met' : 'unmet', ...sightings.map(({ witness, at }) => `${witness.name} ${at / 1000}`)].join(' ');
            },
          }[kind];
          const said = [];
          for (const vector of cases) {
            try {
              said.push(await say(vector));
            } catch (error) {
              said.push(error instanceof FormatError ? 'refused' : `${error}`);
            }
          }
          return said;
        }
        """;

    private const int SampleByHand = 12;

    public static TheoryData<string> Files => [.. VectorFiles.All.Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_vectors_are_what_their_generator_makes(string name)
    {
        var made = VectorFiles.Encode(await VectorFiles.All[name]());
        if (VectorFiles.IsWriting)
            await File.WriteAllTextAsync(VectorFiles.PathOf(name), made, TestContext.Current.CancellationToken);
        Assert.Equal(made, await File.ReadAllTextAsync(VectorFiles.PathOf(name), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_client_in_csharp_agrees_on_every_receipt()
    {
        var vectors = VectorFiles.Read("receipts.json");
        var keys = vectors["keys"]!.AsArray().Select(key => NoteVerifier.Parse(key!.GetValue<string>())).ToArray();
        AssertAgree(vectors, vector =>
        {
            var digest = new Digest(DigestAlgorithm.Sha256, Convert.FromHexString(vector["sha256"]!.GetValue<string>()));
            ReceiptCheck? check = null;
            return Holds(() => check = ReceiptCheck.Run(Receipt.Parse(Encoding.UTF8.GetBytes(vector["receipt"]!.GetValue<string>())), digest, keys))
                ? $"{ReceiptVectors.Word(true)} {ReceiptVectors.Word(check!.Status)}"
                : ReceiptVectors.Word(false);
        });
    }

    [Fact]
    public void The_client_in_csharp_agrees_on_every_note()
    {
        var vectors = VectorFiles.Read("notes.json");
        var keys = KeySet.Parse(vectors["keys"]!.AsArray().Select(key => key!.GetValue<string>()));
        AssertAgree(vectors, vector => ReceiptVectors.Word(Holds(() => keys.Open(Encoding.UTF8.GetBytes(vector["note"]!.GetValue<string>())))));
    }

    [Fact]
    public void The_client_in_csharp_agrees_on_every_chain_of_keys() => AssertAgree(VectorFiles.Read("keys.json"), vector =>
    {
        LearnedKeys? learned = null;
        var holds = Holds(() => learned = KeyChain.Read(vector["served"].Deserialize(DocumentJson.Instance.KeysDocument)!)
            .Walk(KeySet.Parse(vector["known"]!.AsArray().Select(key => key!.GetValue<string>())), vector["announced"]?.GetValue<long>()));
        return holds ? Join(learned!.Keys.Verifiers.Select(key => key.ToString())) : "refused";
    });

    [Fact]
    public async Task The_client_in_csharp_agrees_on_every_answer()
    {
        var vectors = VectorFiles.Read("answers.json");
        var outcomes = new Dictionary<JsonNode, string>();
        foreach (var vector in vectors["cases"]!.AsArray())
            outcomes[vector!] = await SdkSays.OfAsync(vectors, vector!, TestContext.Current.CancellationToken);
        AssertAgree(vectors, vector => outcomes[vector]);
    }

    [Fact]
    public void The_client_in_csharp_agrees_on_every_policy() => AssertAgree(VectorFiles.Read("policies.json"), PolicyVectors.Say);

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_page_agrees_on_every_vector(string name)
    {
        var vectors = VectorFiles.Read(name);
        await using var visitor = await Visitor.StartAsync(chromium, theatre.Service.Address, "#view=log");
        var said = await visitor.Page.EvaluateAsync<string[]>(PageSays, new object[] { Path.GetFileNameWithoutExtension(name), vectors.ToJsonString() });
        var next = 0;
        AssertAgree(vectors, _ => said[next++]);
    }

    // A shell takes as long for one as the others take for all.
    [Fact]
    public async Task The_check_by_hand_agrees_on_every_receipt()
    {
        using var folder = new TempFolder();
        var vectors = VectorFiles.Read("receipts.json");
        var key = vectors["keys"]![0]!.GetValue<string>();
        var wrong = new List<string>();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Extent.Seed}");
        foreach (var vector in Extent.SampleOf([.. vectors["cases"]!.AsArray()], SampleByHand))
        {
            var document = folder.File("document", Convert.FromBase64String(vector!["document"]!.GetValue<string>()));
            var receipt = folder.File("receipt", Encoding.UTF8.GetBytes(vector["receipt"]!.GetValue<string>()));
            using var process = Process.Start(new ProcessStartInfo("sh", [RepositoryFolder.At("docs", "check.sh"), document, receipt, key]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            var expected = (vector["byHand"] ?? vector["expect"])!.GetValue<string>();
            if (ReceiptVectors.Word(process.ExitCode == 0) != expected)
                wrong.Add($"{vector["name"]}: expected {expected}, exit code {process.ExitCode}: {said}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static void AssertAgree(JsonNode vectors, Func<JsonNode, string> outcome)
    {
        var runs = vectors["cases"]!.AsArray().Select(vector => (Vector: vector!, Outcome: outcome(vector!)));
        var wrong = runs.Where(run => run.Outcome != ExpectedOf(run.Vector)).ToArray();
        Assert.True(wrong.Length == 0, string.Join('\n', wrong.Select(run => $"{run.Vector["name"]}: expected {ExpectedOf(run.Vector)}, was {run.Outcome}")));
    }

    private static string ExpectedOf(JsonNode vector) => vector["expect"] is JsonArray keys ? Join(keys.Select(key => key!.GetValue<string>()))
        : vector["status"] is { } status ? $"{vector["expect"]} {status}"
        : vector["expect"]!.GetValue<string>();

    private static string Join(IEnumerable<string> keys) => string.Join(' ', keys.Order(StringComparer.Ordinal));

    private static bool Holds(Action check)
    {
        try
        {
            check();
            return true;
        }
        catch (Exception exception) when (exception is LogFormatException or ReceiptException)
        {
            return false;
        }
    }
}
