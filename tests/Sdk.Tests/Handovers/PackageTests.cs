using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Sdk.Tests.Handovers;

/// <summary>What a holder packs, the receiver opens, with the tool or by hand.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private readonly AgeIdentity _identity = AgeIdentity.Create();
    private readonly TempFolder _folder = new();

    public static bool AreThereAgeAndUnzip => Tool.IsThere("age") && Tool.IsThere("unzip");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_packed_is_opened_document_by_document_with_its_receipts_and_consent()
    {
        var documents = new[] { ("a.pdf", Bytes(100), true), ("存款.pdf", Bytes(200_000), false), ("empty.txt", Bytes(0), true) };
        var (consent, inputs) = Packing(documents);
        await using var file = new MemoryStream();
        var written = await PackageWriter.WriteAsync(file, consent, inputs, TestContext.Current.CancellationToken);
        Assert.Equal((file.Length, Samples.DigestOf(file.ToArray())), (written.Length, written.Digest));

        await using var package = await OpenedPackage.OpenAsync(file, [AgeIdentity.Create(), _identity], TestContext.Current.CancellationToken);
        Assert.Equal(consent.Encode(), package.ConsentFile.ToArray());
        Assert.Equal(Convert.ToHexStringLower(written.Proof.Span), package.Proof);
        Assert.Same(_identity, package.Identity);
        var folder = _folder.At("opened");
        await package.ExtractAsync(folder, cancellationToken: TestContext.Current.CancellationToken);
        foreach (var (name, bytes, hasReceipt) in documents)
        {
            Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(folder, "documents", name), TestContext.Current.CancellationToken));
            Assert.Equal(hasReceipt, File.Exists(Path.Combine(folder, "receipts", name + ".tlog-proof")));
        }

        Assert.Equal(["consent.json", "documents", "receipts"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["opened"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact(Skip = "There is no age, or no unzip, here.", SkipUnless = nameof(AreThereAgeAndUnzip))]
    public async Task A_package_is_opened_with_age_and_unzip_alone()
    {
        var (consent, inputs) = Packing([("statement.pdf", Bytes(70_000), true), ("存款证明.pdf", Bytes(5), false), ("empty", Bytes(0), false)]);
        await using (var file = File.Create(_folder.At("package.truecopy")))
            await PackageWriter.WriteAsync(file, consent, inputs, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.At("key"), _identity.EncodeFile(Noon), TestContext.Current.CancellationToken);
        await Tool.RunAsync("age", "-d", "-i", _folder.At("key"), "-o", _folder.At("package.zip"), _folder.At("package.truecopy"));
        await Tool.RunAsync("unzip", "-t", _folder.At("package.zip"));
        await Tool.RunAsync("unzip", "-q", _folder.At("package.zip"), "-d", _folder.At("plain"));
        Assert.Equal(consent.Encode(), await File.ReadAllBytesAsync(_folder.At("plain/consent.json"), TestContext.Current.CancellationToken));
        Assert.Equal(Bytes(70_000), await File.ReadAllBytesAsync(_folder.At("plain/documents/statement.pdf"), TestContext.Current.CancellationToken));
        Assert.Equal(Bytes(5), await File.ReadAllBytesAsync(_folder.At("plain/documents/存款证明.pdf"), TestContext.Current.CancellationToken));
        Assert.True(File.Exists(_folder.At("plain/receipts/statement.pdf.tlog-proof")));
        Assert.Contains("sealed for one receiver", await File.ReadAllTextAsync(_folder.At("plain/READ-ME.txt"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact(Skip = "There is no age, or no unzip, here.", SkipUnless = nameof(AreThereAgeAndUnzip))]
    public async Task A_package_that_the_stock_tools_made_is_opened_here()
    {
        var (consent, inputs) = Packing([("statement.pdf", Bytes(70_000), true)]);
        await using (var zip = await ZipFile.OpenAsync(_folder.At("package.zip"), ZipArchiveMode.Create, TestContext.Current.CancellationToken))
        {
            foreach (var (name, content) in new (string, byte[])[] { ("consent.json", consent.Encode()), ("READ-ME.txt", Bytes(3)), ("documents/statement.pdf", Bytes(70_000)), ("receipts/statement.pdf.tlog-proof", inputs[0].Receipt.ToArray()) })
            {
                await using var entry = await zip.CreateEntry(name, CompressionLevel.NoCompression).OpenAsync(TestContext.Current.CancellationToken);
                await entry.WriteAsync(content, TestContext.Current.CancellationToken);
            }
        }

        await Tool.RunAsync("age", "-r", _identity.Recipient, "-o", _folder.At("package.truecopy"), _folder.At("package.zip"));
        await using var file = File.OpenRead(_folder.At("package.truecopy"));
        await using var package = await OpenedPackage.OpenAsync(file, [_identity], TestContext.Current.CancellationToken);
        await package.CopyAsync(package.Consent.Documents[0], null, cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_document_that_changed_after_it_was_looked_at_is_not_packed()
    {
        foreach (var (stated, found) in new[] { (Bytes(10), Bytes(11)), (Bytes(10), Bytes(9)), (Bytes(10), [.. Bytes(9), 77]) })
        {
            var (consent, inputs) = Packing([("a.pdf", stated, false)]);
            PackageInput changed = inputs[0] with { OpenAsync = _ => ValueTask.FromResult<Stream>(new MemoryStream(found)) };
            using var file = new MemoryStream();
            var refused = await Assert.ThrowsAsync<PackageException>(() => PackageWriter.WriteAsync(file, consent, [changed], TestContext.Current.CancellationToken));
            Assert.Equal(("a.pdf: it was changed after it was looked at.", PackageFault.Contents), (refused.Message, refused.Fault));
            await Assert.ThrowsAsync<PackageException>(() => OpenedPackage.OpenAsync(file, [_identity], TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_package_is_made_of_the_documents_of_its_consent_with_the_receipts_that_it_says()
    {
        var (consent, inputs) = Packing([("a.pdf", Bytes(10), true), ("b.pdf", Bytes(10), false)]);
        foreach (PackageInput[] wrong in new PackageInput[][] { [inputs[0]], [inputs[1], inputs[0]], [inputs[0] with { Receipt = default }, inputs[1]], [inputs[0], inputs[1] with { Receipt = Bytes(3) }] })
            await Assert.ThrowsAsync<PackageException>(() => PackageWriter.WriteAsync(new MemoryStream(), consent, wrong, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nothing_is_written_over_what_is_there_and_nothing_stays_of_what_is_refused()
    {
        var (consent, inputs) = Packing([("a.pdf", Bytes(10), false)]);
        await using var file = new MemoryStream();
        await PackageWriter.WriteAsync(file, consent, inputs, TestContext.Current.CancellationToken);
        await using var package = await OpenedPackage.OpenAsync(file, [_identity], TestContext.Current.CancellationToken);
        Directory.CreateDirectory(_folder.At("there"));
        await Assert.ThrowsAsync<IOException>(() => package.ExtractAsync(_folder.At("there"), cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<PackageException>(() => package.ExtractAsync(_folder.At("refused"), (_, _) => throw new PackageException(PackageFault.NotVerified, "no"), TestContext.Current.CancellationToken));
        Assert.Equal(["there"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31 % 251))];

    private (Consent Consent, PackageInput[] Inputs) Packing(IEnumerable<(string Name, byte[] Content, bool HasReceipt)> documents)
    {
        PackageInput[] inputs =
        [
            .. documents.Select(document => new PackageInput(
                new ConsentDocument(document.Name, document.Content.Length, Samples.DigestOf(document.Content).ToString(), "verified", document.HasReceipt),
                _ => ValueTask.FromResult<Stream>(new MemoryStream(document.Content)),
                document.HasReceipt ? Encoding.UTF8.GetBytes("receipt of " + document.Name) : null)),
        ];
        return (Packages.ConsentTo(_identity, [.. inputs.Select(input => input.Stated)]), inputs);
    }
}

/// <summary>Consents to a made-up lender.</summary>
internal static class Packages
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    public static Consent ConsentTo(AgeIdentity receiver, IReadOnlyList<ConsentDocument> documents) => new(
        1,
        HandoverLocks.Id(new byte[32]),
        RandomNumberGenerator.GetHexString(64, lowercase: true),
        "log.example",
        new ConsentReceiver("demo-lender", "Demo Lender", receiver.Recipient, 12),
        HandoverPurpose.Credit,
        Noon,
        Noon.AddMonths(6),
        "en",
        documents);
}
