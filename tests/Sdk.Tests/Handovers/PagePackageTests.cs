using System.Text;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Sdk.Tests.Handovers;

/// <summary>What the page packs with (<c>age-encryption</c>, <c>@zip.js/zip.js</c>) and this library open each other's packages.</summary>
public sealed class PagePackageTests : IDisposable
{
    private static readonly string Scripts = RepositoryFolder.At("tests", "Sdk.Tests", "Node");
    private static readonly (string Name, byte[] Content)[] Documents = [("存款证明 (1).pdf", [.. Enumerable.Repeat((byte)7, 200_000)]), ("empty.txt", []), ("a.txt", [1, 2, 3])];
    private readonly TempFolder _folder = new();
    private readonly AgeIdentity _identity = AgeIdentity.Create();
    private readonly Consent _consent;

    public PagePackageTests() => _consent = Packages.ConsentTo(_identity, [.. Documents.Select(document => new ConsentDocument(document.Name, document.Content.Length, Samples.DigestOf(document.Content).ToString(), "verified", true))]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_package_of_the_page_is_opened_here()
    {
        Directory.CreateDirectory(_folder.At("documents"));
        Directory.CreateDirectory(_folder.At("receipts"));
        var names = new List<string>();
        foreach (var (name, content) in Files())
        {
            names.Add(name);
            await File.WriteAllBytesAsync(_folder.At(name), content, TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(_folder.At("names.txt"), string.Join('\n', names), TestContext.Current.CancellationToken);
        await Tool.RunAsync("node", Path.Combine(Scripts, "pack.mjs"), _identity.Recipient, _folder.Path, _folder.At("package"));
        await using var file = File.OpenRead(_folder.At("package"));
        await using var package = await OpenedPackage.OpenAsync(file, [_identity], TestContext.Current.CancellationToken);
        await package.ExtractAsync(_folder.At("opened"), cancellationToken: TestContext.Current.CancellationToken);
        foreach (var (name, content) in Documents)
            Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(_folder.At("opened"), "documents", name), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_package_of_this_library_is_opened_by_what_the_page_opens_with()
    {
        await using (var output = File.Create(_folder.At("package")))
        {
            await PackageWriter.WriteAsync(
                output,
                _consent,
                [.. Documents.Zip(_consent.Documents, (document, stated) => new PackageInput(stated, _ => ValueTask.FromResult<Stream>(new MemoryStream(document.Content)), Encoding.UTF8.GetBytes("receipt of " + document.Name)))],
                TestContext.Current.CancellationToken);
        }

        var identity = _identity.EncodeFile(DateTimeOffset.UnixEpoch).Split('\n')[2];
        var unpacked = await Tool.RunAsync("node", Path.Combine(Scripts, "unpack.mjs"), identity, _folder.At("package"));
        var expected = Files().Select(file => file.Name == "READ-ME.txt" ? (file.Name, PackageWriter.ReadMe()) : file).Select(file => $"{file.Name} {Convert.ToBase64String(file.Item2)}");
        Assert.Equal(expected, unpacked.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private IEnumerable<(string Name, byte[] Content)> Files()
    {
        yield return ("consent.json", _consent.Encode());
        yield return ("READ-ME.txt", [1]);
        foreach (var (name, content) in Documents)
        {
            yield return ($"documents/{name}", content);
            yield return ($"receipts/{name}.tlog-proof", Encoding.UTF8.GetBytes("receipt of " + name));
        }
    }
}
