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

    [Fact(Skip = "It runs a process for every vector.", SkipWhen = nameof(Stryker.IsRunning), SkipType = typeof(Stryker))]
    public async Task A_check_in_python_agrees_on_how_every_receipt_of_the_vectors_stands()
    {
        var vectors = JsonNode.Parse(await File.ReadAllBytesAsync(RepositoryFolder.At("tests", "Vectors", "receipts.json"), TestContext.Current.CancellationToken))!["cases"]!.AsArray();
        var folder = Directory.CreateTempSubdirectory("truecopy-").FullName;
        try
        {
            var (said, proven) = (new List<string>(), 0);
            foreach (var vector in vectors)
            {
                var (name, expected) = (vector!["name"]!.GetValue<string>(), vector["expect"]!.GetValue<string>() == "holds" ? vector["status"]!.GetValue<string>() : "refused");
                await File.WriteAllBytesAsync(Path.Combine(folder, "file"), Convert.FromBase64String(vector["document"]!.GetValue<string>()), TestContext.Current.CancellationToken);
                await File.WriteAllTextAsync(Path.Combine(folder, "receipt"), vector["receipt"]!.GetValue<string>(), TestContext.Current.CancellationToken);
                var (exitCode, word) = await SaysAsync(folder);
                if (LeftOut.Contains(name))
                {
                    Assert.NotEqual("refused", word);
                    continue;
                }

                Assert.Equal((name, expected is "before" or "unknown" ? "none" : expected), (name, word));
                Assert.Equal(expected == "stands" ? 0 : 1, exitCode);
                said.Add(word);
                proven += expected == "stands" ? 1 : 0;
            }

            Assert.InRange(proven, 3, said.Count);
            Assert.Superset(new HashSet<string> { "stands", "suspended", "superseded", "revoked", "reissued", "none", "refused" }, said.ToHashSet());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Word)> SaysAsync(string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("python3", [RepositoryFolder.At("samples", "python", "standing.py"), "file", "receipt"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, $"{await output}{error}".Split(':')[0].Trim());
    }
}
