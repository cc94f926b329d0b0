using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TrueCopy.Receipts.Tests.Standing;

/// <summary>The check in another language, <c>samples/python/standing.py</c>, which was written from docs/status.md, says the same of every vector.</summary>
public sealed class PythonCheckTests
{
    // What it says that it leaves out: who signed, and what a receipt adds to its entry.
    private static readonly string[] LeftOut =
    [
        "a note that nobody wrote",
        "a note in the place of another",
        "a successor in the place of another",
        "a checkpoint of other keys",
        "a checkpoint of another log with the same keys' bytes",
        "no signature",
        "a signature of a known key whose base64 has another spelling",
        "a tail",
    ];

    // One process for all: to start one is most of what it costs.
    private const string EachCase = """
        import base64, json, sys
        sys.path.insert(0, sys.argv[1])
        import standing
        for case in json.load(open(sys.argv[2], encoding="utf-8"))["cases"]:
            try: said = standing.standing(base64.b64decode(case["document"]), case["receipt"])
            except SystemExit as refusal: said = refusal.code
            except (ValueError, KeyError, IndexError, TypeError) as error: said = f"refused: it is malformed ({error})"
            print(said.split(":")[0])
        """;

    private static readonly string Folder = RepositoryFolder.At("samples", "python");
    private static readonly string Vectors = RepositoryFolder.At("tests", "Vectors", "receipts.json");

    [Fact(Skip = "It runs a process.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task A_check_in_python_agrees_on_how_every_receipt_of_the_vectors_stands()
    {
        var cases = await CasesAsync();
        var (exitCode, output) = await RunAsync("-c", EachCase, Folder, Vectors);
        Assert.Equal((0, cases.Count), (exitCode, output.Length));
        foreach (var ((name, expected, _), word) in cases.Zip(output))
        {
            if (LeftOut.Contains(name))
                Assert.NotEqual("refused", word);
            else
                Assert.Equal((name, expected is "before" or "unknown" ? "none" : expected), (name, word));
        }

        Assert.Superset(new HashSet<string> { "stands", "suspended", "superseded", "revoked", "reissued", "none", "refused" }, output.ToHashSet());
    }

    [Theory(Skip = "It runs a process.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    [InlineData("stands", 0)]
    [InlineData("revoked", 1)]
    [InlineData("refused", 1)]
    public async Task Its_exit_code_says_whether_the_document_stands(string expected, int exitCode)
    {
        var vector = (await CasesAsync()).First(item => item.Expected == expected && !LeftOut.Contains(item.Name)).Vector;
        var folder = Directory.CreateTempSubdirectory("truecopy-").FullName;
        try
        {
            var (file, receipt) = (Path.Combine(folder, "file"), Path.Combine(folder, "receipt"));
            await File.WriteAllBytesAsync(file, Convert.FromBase64String(vector["document"]!.GetValue<string>()), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(receipt, vector["receipt"]!.GetValue<string>(), TestContext.Current.CancellationToken);
            var said = await RunAsync(Path.Combine(Folder, "standing.py"), file, receipt);
            Assert.Equal((exitCode, expected), (said.ExitCode, said.Lines[0].Split(':')[0]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<(string Name, string Expected, JsonNode Vector)>> CasesAsync() =>
    [
        .. JsonNode.Parse(await File.ReadAllBytesAsync(Vectors, TestContext.Current.CancellationToken))!["cases"]!.AsArray()
            .Select(vector => (vector!["name"]!.GetValue<string>(), vector["expect"]!.GetValue<string>() == "holds" ? vector["status"]!.GetValue<string>() : "refused", vector)),
    ];

    private static async Task<(int ExitCode, string[] Lines)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("python3", ["-B", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, $"{await output}{error}".Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
