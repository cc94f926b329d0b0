using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Sdk.Tests.Handovers;

/// <summary>A package is sealed by whoever knows the receiver's key, which all know: nothing in it is to be believed.</summary>
public sealed class HostilePackageTests : IDisposable
{
    private static readonly byte[] Document = Encoding.UTF8.GetBytes("a document");
    private readonly AgeIdentity _identity = AgeIdentity.Create();
    private readonly TempFolder _folder = new();
    private readonly Consent _consent;

    public HostilePackageTests() => _consent = Packages.ConsentTo(_identity, [new ConsentDocument("a.pdf", Document.Length, Samples.DigestOf(Document).ToString(), "verified", true)]);

    private HostileEntry ConsentEntry => new("consent.json", _consent.Encode());

    private static HostileEntry ReadMe => new("READ-ME.txt", [1]);

    private static HostileEntry DocumentEntry => new("documents/a.pdf", Document);

    private static HostileEntry ReceiptEntry => new("receipts/a.pdf.tlog-proof", [2]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_plain_package_of_these_entries_is_opened()
    {
        await using var package = await OpenAsync(HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry, ReceiptEntry]));
        await package.ExtractAsync(_folder.At("opened"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Document, await File.ReadAllBytesAsync(_folder.At("opened/documents/a.pdf"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_zip_bomb_is_not_unpacked() => await RefusedAsync(
        "an entry is compressed; a package stores",
        HostileZip.Write([ConsentEntry, ReadMe, new HostileEntry("documents/a.pdf", Deflated(new byte[100_000_000])) { Method = 8, Length = 100_000_000 }, ReceiptEntry]));

    [Fact]
    public async Task Entries_that_overlap_and_would_unpack_many_times_are_refused() => await RefusedAsync(
        "they overlap",
        HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry, DocumentEntry with { Name = "documents/b.pdf", Overlaps = true }, ReceiptEntry]));

    [Theory]
    [InlineData("../evil.pdf")]
    [InlineData("..\\evil.pdf")]
    [InlineData("/tmp/evil.pdf")]
    [InlineData("c:evil.pdf")]
    [InlineData("a/b.pdf")]
    [InlineData("..")]
    [InlineData("con")]
    public async Task A_name_that_leads_out_of_the_folder_is_refused_and_nothing_is_written(string name)
    {
        // The zip alone, and the consent with it.
        await RefusedAsync("It does not hold what its consent lists", HostileZip.Write([ConsentEntry, ReadMe, new HostileEntry($"documents/{name}", Document), ReceiptEntry]));
        var consent = ConsentWith(consent => consent["documents"]![0]!["name"] = name);
        await RefusedAsync("a document's name", HostileZip.Write([new HostileEntry("consent.json", consent), ReadMe, new HostileEntry($"documents/{name}", Document), new HostileEntry($"receipts/{name}.tlog-proof", [2])]));
    }

    [Fact]
    public async Task Two_documents_of_one_name_are_refused_in_whatever_case()
    {
        await RefusedAsync("It does not hold what its consent lists", HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry, ReceiptEntry, DocumentEntry]));
        var consent = ConsentWith(consent =>
        {
            var second = consent["documents"]![0]!.DeepClone();
            second["name"] = "A.PDF";
            consent["documents"]!.AsArray().Add(second);
        });
        await RefusedAsync("differ in case only", HostileZip.Write([new HostileEntry("consent.json", consent), ReadMe, DocumentEntry, ReceiptEntry, new HostileEntry("documents/A.PDF", Document), new HostileEntry("receipts/A.PDF.tlog-proof", [2])]));
    }

    [Fact]
    public async Task What_the_consent_does_not_list_is_refused()
    {
        await RefusedAsync("It does not hold", HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry, ReceiptEntry, new HostileEntry("more.txt", [1])]));
        await RefusedAsync("It does not hold", HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry, ReceiptEntry, new HostileEntry("documents/", [])]));
        await RefusedAsync("It does not hold", HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry]));
        await RefusedAsync("It does not hold", HostileZip.Write([ConsentEntry, DocumentEntry, ReceiptEntry]));
        await RefusedAsync("The first thing in a package is consent.json", HostileZip.Write([ReadMe, ConsentEntry, DocumentEntry, ReceiptEntry]));
        await RefusedAsync("The first thing in a package is consent.json", HostileZip.Write([]));
    }

    [Fact]
    public async Task What_two_readers_of_zips_would_read_in_two_ways_is_refused()
    {
        var entries = new[] { ConsentEntry, ReadMe, DocumentEntry, ReceiptEntry };
        await RefusedAsync("an entry is not what its directory says", HostileZip.Write([ConsentEntry with { LocalName = "consent.txt" }, ReadMe, DocumentEntry, ReceiptEntry]));
        await RefusedAsync("an entry is not what its directory says", HostileZip.Write([ConsentEntry with { LocalFlags = 8 }, ReadMe, DocumentEntry, ReceiptEntry]));
        await RefusedAsync("one after another", HostileZip.Write([new HostileEntry("consent.json", "{}"u8.ToArray()) { IsListed = false }, .. entries]));
        await RefusedAsync("one after another", HostileZip.Write(entries, before: [1, 2, 3]));
        await RefusedAsync("something between its entries", HostileZip.Write([ConsentEntry with { Behind = [1] }, ReadMe, DocumentEntry, ReceiptEntry]));
        await RefusedAsync("something between its entries", HostileZip.Write(entries, between: [1]));
        await RefusedAsync("does not end as a zip without a comment", HostileZip.Write(entries, comment: [1, 2]));
        await RefusedAsync("does not end as a zip without a comment", HostileZip.Write(entries, after: [1]));
        await RefusedAsync("another extra field", HostileZip.Write([ConsentEntry with { Extra = [0x75, 0x70, 1, 0, 1] }, ReadMe, DocumentEntry, ReceiptEntry]));
        await RefusedAsync("stored in another length", HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry with { PackedLength = 3 }, ReceiptEntry]));
        await RefusedAsync("flags for something else", HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry with { Flags = 1 }, ReceiptEntry]));
        await RefusedAsync("a name is not marked as UTF-8", HostileZip.Write([ConsentEntry, ReadMe, new HostileEntry("documents/界.pdf", Document) { Flags = 0 }, ReceiptEntry]));
    }

    [Fact]
    public async Task A_zip_that_is_not_closed_or_cut_off_is_refused()
    {
        var zip = HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry, ReceiptEntry]);
        for (var length = 0; length < zip.Length; length++)
            await RefusedAsync(null, zip[..length]);
    }

    [Fact]
    public async Task A_consent_that_is_too_long_or_none_is_refused()
    {
        await RefusedAsync("of at most 65536 bytes", HostileZip.Write([new HostileEntry("consent.json", new byte[65_537]), ReadMe, DocumentEntry, ReceiptEntry]));
        await RefusedAsync("not the JSON of a consent", HostileZip.Write([new HostileEntry("consent.json", "{}"u8.ToArray()), ReadMe, DocumentEntry, ReceiptEntry]));
        await RefusedAsync("not the JSON of a consent", HostileZip.Write([new HostileEntry("consent.json", Encoding.UTF8.GetBytes(new string('[', 60_000))), ReadMe, DocumentEntry, ReceiptEntry]));
    }

    [Fact]
    public async Task A_document_or_receipt_of_another_length_is_refused_before_it_is_read()
    {
        await RefusedAsync("it is not as long as the consent says", HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry with { Content = new byte[1_000_000] }, ReceiptEntry]));
        await RefusedAsync("its receipt is longer than 65536 bytes", HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry, ReceiptEntry with { Content = new byte[65_537] }]));
        await RefusedAsync("READ-ME.txt is longer than 65536 bytes", HostileZip.Write([ConsentEntry, ReadMe with { Content = new byte[65_537] }, DocumentEntry, ReceiptEntry]));
    }

    [Fact]
    public async Task A_document_that_is_not_the_one_of_the_consent_leaves_nothing_behind()
    {
        await using var package = await OpenAsync(HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry with { Content = Encoding.UTF8.GetBytes("A document") }, ReceiptEntry]));
        var refused = await Assert.ThrowsAsync<PackageException>(() => package.ExtractAsync(_folder.At("opened"), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(("a.pdf: it is not the document of the consent.", PackageFault.Contents), (refused.Message, refused.Fault));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Whatever_is_changed_in_what_is_sealed_it_is_refused_in_words_or_opened_as_its_consent_says()
    {
        var zip = HostileZip.Write([ConsentEntry, ReadMe, DocumentEntry, ReceiptEntry]);
        var refused = 0;
        Gen.Select(Gen.Int[0, zip.Length - 1], Gen.Byte, Gen.Int[0, 3], Gen.Int[0, zip.Length - 1]).Sample(
            (at, value, how, length) =>
            {
                byte[] changed = how switch
                {
                    0 => [.. zip[..at], value, .. zip[(at + 1)..]],
                    1 => [.. zip[..at], .. zip[Math.Min(at + (value % 40), zip.Length)..]],
                    2 => [.. zip[..at], .. zip[(length / 2)..Math.Min(zip.Length, (length / 2) + value)], .. zip[at..]],
                    _ => zip[..length],
                };
                try
                {
                    var package = OpenAsync(changed).GetAwaiter().GetResult();
                    package.CopyAsync(package.Consent.Documents[0], null).GetAwaiter().GetResult();
                }
                catch (PackageException)
                {
                    Interlocked.Increment(ref refused);
                }
            },
            iter: 2000);
        Assert.True(refused > 1000, $"{refused} refused");
    }

    private byte[] ConsentWith(Action<JsonNode> change)
    {
        var consent = JsonNode.Parse(_consent.Encode())!;
        change(consent);
        return Encoding.UTF8.GetBytes(consent.ToJsonString());
    }

    private async Task RefusedAsync(string? rule, byte[] zip)
    {
        var refused = await Assert.ThrowsAsync<PackageException>(async () =>
        {
            await using var package = await OpenAsync(zip);
            await package.ExtractAsync(_folder.At("opened"), cancellationToken: TestContext.Current.CancellationToken);
        });
        if (rule is not null)
            Assert.Contains(rule, refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private async Task<OpenedPackage> OpenAsync(byte[] zip)
    {
        Assert.True(EncryptionKey.TryParse(_identity.Recipient, out var key));
        var file = new MemoryStream();
        await using (var sealing = await AgeSealingStream.BeginAsync(file, key, TestContext.Current.CancellationToken))
        {
            await sealing.WriteAsync(zip, TestContext.Current.CancellationToken);
            await sealing.FinishAsync(TestContext.Current.CancellationToken);
        }

        return await OpenedPackage.OpenAsync(file, [_identity], TestContext.Current.CancellationToken);
    }

    private static byte[] Deflated(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.SmallestSize))
            deflate.Write(bytes);
        return output.ToArray();
    }
}
