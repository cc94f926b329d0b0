using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Stage;
using TrueCopy.Client;
using TrueCopy.Client.Handovers;
using TrueCopy.Sdk.Tests.Handovers;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Packages that are sealed to a receiver's key, which everybody knows, by whoever likes.</summary>
public sealed class PackageTests(Theatre theatre) : Scene(theatre)
{
    private const string Receiver = "demo-lender";
    private const string Name = "standing.pdf";

    [Fact]
    [Attack(Who.Holder, "0 ✔ OPENED")]
    public Task A_package_that_is_what_it_says_is_opened() => OpenAsync();

    [Fact]
    [Attack(Who.Holder, "1 an entry is compressed; a package stores")]
    public Task A_zip_bomb() => OpenAsync(files: files => Change(files, $"documents/{Name}", file => file with { Content = Deflated(new byte[50_000_000]), Method = 8, Length = 50_000_000 }));

    [Fact]
    [Attack(Who.Holder, "1 or they overlap")]
    public Task Entries_that_overlap() => OpenAsync(files: files => [.. files[..3], files[2] with { Name = "documents/more.pdf", Overlaps = true }, .. files[3..]]);

    [Fact]
    [Attack(Who.Holder, "1 It does not hold what its consent lists")]
    public Task A_name_in_the_zip_that_leads_out_of_the_folder() => OpenAsync(files: files => Change(files, $"documents/{Name}", file => file with { Name = "documents/../../../evil.pdf" }));

    [Fact]
    [Attack(Who.Holder, "1 a document's name has none of /")]
    public Task A_name_in_the_consent_that_leads_out_of_the_folder() => OpenAsync(consent => consent["documents"]![0]!["name"] = "../../../evil.pdf");

    [Fact]
    [Attack(Who.Holder, "1 a document's name has U+202E, which does not show")]
    public Task A_name_that_reads_backwards() => OpenAsync(consent => consent["documents"]![0]!["name"] = "statement\u202Efdp.exe");

    [Fact]
    [Attack(Who.Holder, "1 that of a device")]
    public Task The_name_of_a_device() => OpenAsync(consent => consent["documents"]![0]!["name"] = "CON.pdf");

    [Fact]
    [Attack(Who.Holder, "1 differ in case only")]
    public Task Two_documents_of_one_name() => OpenAsync(consent =>
    {
        var second = consent["documents"]![0]!.DeepClone();
        second["name"] = Name.ToUpperInvariant();
        consent["documents"]!.AsArray().Add(second);
    });

    [Fact]
    [Attack(Who.Holder, "1 and nothing else")]
    public Task A_file_that_nobody_agreed_to() => OpenAsync(files: files => [.. files, new HostileEntry("documents/autorun.inf", [1])]);

    [Fact]
    [Attack(Who.Holder, "1 do not lie one after another from the beginning")]
    public Task A_second_consent_for_readers_that_go_by_local_headers() => OpenAsync(files: files => [files[0] with { IsListed = false }, .. files]);

    [Fact]
    [Attack(Who.Holder, "1 an entry is not what its directory says")]
    public Task A_consent_of_another_name_for_readers_that_go_by_local_headers() => OpenAsync(files: files => [files[0] with { LocalName = "consent.txt" }, .. files[1..]]);

    [Fact]
    [Attack(Who.Holder, "1 does not end as a zip without a comment does")]
    public Task Bytes_after_the_end() => OpenAsync(zip: bytes => [.. bytes, 1, 2, 3]);

    [Fact]
    [Attack(Who.Holder, "1 What is sealed in it is no zip")]
    public Task A_zip_that_is_not_closed() => OpenAsync(zip: bytes => bytes[..(bytes.Length / 2)]);

    [Fact]
    [Attack(Who.Holder, "1 of at most 65536 bytes")]
    public Task A_consent_that_is_too_long() => OpenAsync(files: files => [files[0] with { Content = new byte[70_000] }, .. files[1..]]);

    [Fact]
    [Attack(Who.Holder, "1 not the JSON of a consent")]
    public Task A_consent_with_two_purposes() => OpenAsync(files: files =>
        [files[0] with { Content = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(files[0].Content).Replace("\"purpose\":", "\"purpose\":\"legal\",\"purpose\":", StringComparison.Ordinal)) }, .. files[1..]]);

    [Fact]
    [Attack(Who.Holder, "1 not the JSON of a consent")]
    public Task A_consent_to_something_that_no_client_shows() => OpenAsync(consent => consent["sellOn"] = true);

    [Fact]
    [Attack(Who.Holder, "1 purposeText has U+001B")]
    public Task A_purpose_that_a_terminal_would_obey() => OpenAsync(consent => consent["purposeText"] = "\u001b[2Jpaid in full");

    [Fact]
    [Attack(Who.Holder, "1 it is not the document of the consent")]
    public Task A_document_that_was_changed_after_the_consent() => OpenAsync(files: files => Change(files, $"documents/{Name}", file => file with { Content = [.. file.Content[..^1], (byte)(file.Content[^1] ^ 1)] }));

    [Fact]
    [Attack(Who.Holder, "1 its receipt does not hold")]
    public Task A_receipt_of_another_document() => OpenAsync(receiptOf: "long");

    [Fact]
    [Attack(Who.Holder, "1 The holder agreed that demo-broker may have it, and not demo-lender")]
    public Task A_package_of_another_receiver_sealed_anew() => OpenAsync(consent => consent["receiver"]!["id"] = "demo-broker");

    [Fact]
    [Attack(Who.Holder, "1 somebody sealed it anew")]
    public Task A_consent_to_another_key() => OpenAsync(consent => consent["receiver"]!["encryptionKey"] = AgeIdentity.Create().Recipient);

    [Fact]
    [Attack(Who.Holder, "1 The consent is about the log other.example/log")]
    public Task A_consent_about_another_log() => OpenAsync(consent => consent["log"] = "other.example/log");

    [Fact]
    [Attack(Who.Holder, "1 describes the receiver otherwise than the log entry")]
    public Task A_consent_that_names_the_receiver_otherwise_than_the_log() => OpenAsync(consent => consent["receiver"]!["legalName"] = "Another Lender");

    [Fact]
    [Attack(Who.Holder, "1 The consent ran out at 2026-01-02 00:00:00Z")]
    public Task A_consent_that_ran_out() => OpenAsync(consent => (consent["givenAt"], consent["until"]) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"));

    [Fact]
    [Attack(Who.Holder, "1 takes no packages for the purpose immigration")]
    public Task A_purpose_that_the_receiver_takes_nothing_for() => OpenAsync(consent => consent["purpose"] = "immigration");

    [Fact]
    [Attack(Who.Holder, "1 None of its documents verifies")]
    public Task A_package_of_nothing_that_anybody_issued() => OpenAsync(document: "never issued", receiptOf: null);

    [Fact]
    [Attack(Who.Holder, "1 None of its documents verifies")]
    public Task A_revoked_document_that_the_consent_calls_verified() => OpenAsync(document: "revoked", receiptOf: "revoked");

    [Fact]
    [Attack(Who.Network, "1 It is sealed to another key than this one")]
    public Task A_package_that_is_sealed_to_somebody_else() => OpenAsync(sealTo: AgeIdentity.Create().Recipient);

    [Fact]
    [Attack(Who.Network, "1 cut off")]
    public Task A_package_that_is_cut_off() => OpenAsync(package: bytes => bytes[..^(64 * 1024)], padding: 200_000);

    [Fact]
    [Attack(Who.Network, "1 it was altered, cut off or added to")]
    public Task A_package_with_one_bit_that_is_another() => OpenAsync(package: bytes => [.. bytes[..^5], (byte)(bytes[^5] ^ 1), .. bytes[^4..]]);

    [Fact]
    [Attack(Who.Network, "1 it does not begin as one of version 1, in binary, does")]
    public Task A_package_in_armor() => OpenAsync(package: bytes => Encoding.ASCII.GetBytes($"-----BEGIN AGE ENCRYPTED FILE-----\n{Convert.ToBase64String(bytes)}\n-----END AGE ENCRYPTED FILE-----\n"));

    private async Task OpenAsync(
        Action<JsonNode>? consent = null,
        Func<HostileEntry[], HostileEntry[]>? files = null,
        Func<byte[], byte[]>? zip = null,
        Func<byte[], byte[]>? package = null,
        string document = "standing",
        string? receiptOf = "standing",
        string? sealTo = null,
        int padding = 0)
    {
        Assert.SkipWhen(Build.Attacked.IsEarlier, "It knows no packages.");
        var lender = AgeIdentity.ParseFile(await File.ReadAllTextAsync(Theatre.Service.ReceiverIdentity, Stop))[0];
        var content = document == "never issued" ? [1, 2, 3] : Theatre.Document(document);
        var agreed = JsonNode.Parse((await ConsentAsync(lender, content, receiptOf is not null, padding)).Encode())!;
        consent?.Invoke(agreed);
        List<HostileEntry> entries = [new("consent.json", Encoding.UTF8.GetBytes(agreed.ToJsonString())), new("READ-ME.txt", [1])];
        foreach (var (i, stated) in agreed["documents"]!.AsArray().Index())
        {
            entries.Add(new HostileEntry($"documents/{stated!["name"]}", i == 0 ? content : new byte[padding]));
            if (i == 0 && receiptOf is not null)
                entries.Add(new HostileEntry($"receipts/{stated["name"]}.tlog-proof", Encoding.UTF8.GetBytes(await ReceiptOfAsync(receiptOf))));
        }

        var bytes = HostileZip.Write(files?.Invoke([.. entries]) ?? [.. entries]);
        var file = await SealAsync(zip?.Invoke(bytes) ?? bytes, sealTo ?? lender.Recipient);
        var path = User.File("package.truecopy", package?.Invoke(file) ?? file);
        var run = await User.RunAsync("handover", "receive", "open", path, "--identity", Theatre.Service.ReceiverIdentity, "--receiver", Receiver, "--out", User.At("case"), "--service", Network.Address.ToString());
        Conclude(run);

        // What is refused leaves nothing behind, here or elsewhere.
        Assert.Equal(run.ExitCode == 0, Directory.Exists(User.At("case")));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(User.At("."), "*", SearchOption.AllDirectories), entry => entry.Contains("evil", StringComparison.Ordinal) || entry.EndsWith(".partial", StringComparison.Ordinal));
    }

    private async Task<Consent> ConsentAsync(AgeIdentity lender, byte[] content, bool hasReceipt, int padding)
    {
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = Network.Address });
        var proven = (await client.Handovers.ReceiversAsync(Stop)).Single(receiver => receiver.Id == Receiver);
        var now = TimeProvider.System.GetUtcNow();
        ConsentDocument[] documents = [new(Name, content.Length, Samples.DigestOf(content).ToString(), "verified", hasReceipt)];
        if (padding > 0)
            documents = [.. documents, new("padding.bin", padding, Samples.DigestOf(new byte[padding]).ToString(), "unknown", false) { Insisted = true }];
        return new Consent(1, HandoverSecret.Create().Id, new string('a', 64), proven.Checkpoint.Checkpoint.Origin, new ConsentReceiver(Receiver, proven.LegalName, lender.Recipient, proven.LogIndex), HandoverPurpose.Credit, now, now.AddMonths(1), "en", documents);
    }

    private static async Task<byte[]> SealAsync(byte[] zip, string recipient)
    {
        Assert.True(EncryptionKey.TryParse(recipient, out var key));
        using var output = new MemoryStream();
        await using var sealing = await AgeSealingStream.BeginAsync(output, key, Stop);
        await sealing.WriteAsync(zip, Stop);
        await sealing.FinishAsync(Stop);
        return output.ToArray();
    }

    private async Task<string> ReceiptOfAsync(string document)
    {
        using var client = new TrueCopyClient(new TrueCopyClientOptions { Service = Network.Address });
        var answer = await client.VerifyAsync(Samples.DigestOf(Theatre.Document(document)), Stop);
        return answer.Results[0].Document.IssueReceipt ?? answer.Results[0].Document.Receipt;
    }

    private static HostileEntry[] Change(HostileEntry[] entries, string name, Func<HostileEntry, HostileEntry> change) => [.. entries.Select(entry => entry.Name == name ? change(entry) : entry)];

    private static byte[] Deflated(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.SmallestSize))
            deflate.Write(bytes);
        return output.ToArray();
    }
}
