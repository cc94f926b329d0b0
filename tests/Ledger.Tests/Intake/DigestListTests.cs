using System.Diagnostics;
using System.Text;
using System.Text.Json;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Intake;

/// <summary>Digest lists as people and their tools write them.</summary>
public sealed class DigestListTests : IAsyncLifetime
{
    private const string Content = "listed";
    private const string Name = "目录 (1) *a.pdf";
    private static readonly string Hex = DigestOf(Bytes(Content)).Hex;

    // What a shell, a tool or a list may take for something else. Each file's content is its name.
    private static readonly string[] OddNames =
        ["a.pdf", "with space.pdf", "two  spaces.pdf", "(1).pdf", "a) = b.pdf", " leading", "trailing ", "*star.pdf", "Upper.pdf", "^caret.pdf", "#hash.pdf", "目录 📄.pdf"];

    private static readonly string[] NamesToEscape = ["back\\slash.pdf", "new\nline.pdf", "\\n.pdf"];

    private readonly InMemoryWorld _world = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("truecopy").FullName;
    private InMemoryService _service = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = _world.Start();
        await _service.Sequencer.DrainAsync(Stop);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return _service.DisposeAsync();
    }

    [Theory]
    [InlineData("SHA256SUMS", "sha256sum -- *", true)]
    [InlineData("SHA256SUMS", "sha256sum -b -- *", true)]
    [InlineData("SHA256SUMS", "sha256sum --tag -- *", true)]
    [InlineData("a.sha384", "sha384sum -- *", true)]
    [InlineData("a.sha512", "sha512sum --tag -- *", true)]
    [InlineData("a.sm3", "cksum -a sm3 -- *", true)]
    [InlineData("a.sm3", "cksum -a sm3 --untagged -- *", true)]
    [InlineData("SHA256SUMS", "shasum -a 256 -- *", true)]
    [InlineData("SHA512SUMS", "shasum -a 512 -b -- *", true)]
    [InlineData("SHA384SUMS", "shasum -a 384 --tag -- *", true)]
    [InlineData("SHA256SUMS", "openssl dgst -sha256 ./*", false)]
    [InlineData("SHA256SUMS", "openssl dgst -sha256 -r ./*", false)]
    [InlineData("SHA384SUMS", "openssl dgst -sha384 ./*", false)]
    [InlineData("SHA512SUMS", "openssl dgst -sha512 ./*", false)]
    [InlineData("SM3SUMS", "openssl dgst -sm3 ./*", false)]
    [InlineData("SM3SUMS", "openssl dgst -sm3 -r ./*", false)]
    public async Task What_the_tools_write_is_issued_and_the_receipts_name_the_files(string path, string command, bool escapes)
    {
        var files = escapes ? [.. OddNames, .. NamesToEscape] : OddNames;
        foreach (var file in files)
            await File.WriteAllBytesAsync(Path.Combine(_folder, file), Bytes(file), Stop);
        var list = await RunAsync(command);
        var upload = await UploadAsync(path, list);

        Assert.False(_world.Inbox.Rejections.TryGetValue(upload, out var rejection), $"{rejection?.Detail}\n{Encoding.UTF8.GetString(list)}");
        var lines = LinesOf(upload);
        Assert.Equal(files.Order(StringComparer.Ordinal), lines.Select(line => FileOf(line)!).Select(file => escapes ? file : file[2..]).Order(StringComparer.Ordinal));
        foreach (var line in lines)
        {
            var file = FileOf(line)!;
            Assert.True(Digest.TryParse($"{line.GetProperty("algorithm").GetString()}:{line.GetProperty("digest").GetString()}", out var digest));
            Assert.Equal((await StreamDigest.ComputeAsync(new MemoryStream(Bytes(escapes ? file : file[2..])), [digest.Algorithm], null, Stop))[0], digest);
            Assert.Equal(Verdict.Verified, (await _service.Verifier.VerifyAsync(digest, Stop)).Verdict);
        }

        await Audit.RunAsync(_world);
    }

    // The tools are the judges: what they find properly formatted, and true, is issued.
    [Theory]
    [InlineData("sha256sum --check --strict --status")]
    [InlineData("shasum -a 256 --check --strict --status")]
    public async Task Every_line_that_the_tools_check_is_accepted(string checks)
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder, "a"), Bytes(Content), Stop);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "a\nb"), Bytes(Content), Stop);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "a\\b"), Bytes(Content), Stop);
        string[] digests = [Hex, Hex.ToUpperInvariant(), Hex[..32] + Hex[32..].ToUpperInvariant()];
        string[] forms =
        [
            "@  a", "@ *a", "@ a", "@\ta", "@\t a", "@\t*a", "@  \ta", "  @  a", "\t@ *a", " \t @  a", "@  a\r", "@ *a\r\n", "@  a\n\n", "\n\n@  a", "# x\n@  a", "#\n#@\n@  a\n#",
            "\\@  a", "\\@  a\\nb", "\\@ *a\\\\b", " \\@  a\\nb", "\\@  a\\tb", "\\@  a\\",
            "SHA256 (a) = @", "SHA256(a)= @", "SHA256(a) = @", "SHA256 (a)= @", "SHA256 (a)=@", "SHA256 (a)   =   @", "SHA256 (a)\t=\t@", " SHA256 (a) = @", "SHA256  (a) = @", "SHA256 (a) = @\r\n",
            "\\SHA256 (a\\nb) = @", "\\SHA256 (a\\\\b) = @", "SHA256 (a) = @ ", "SHA256 (a) : @", "SHA2-256(a)= @", "sha256 (a) = @", "SHA256 a = @", "SHA256 () = @",
            "@", "@ ", "@  ", "@ *", "@a", "@-a", "@@  a", "0@  a", "x", "(a) = @", "SHA512 (a) = @", "SHA1 (a) = @", "//@  a", "@  a\nx", "@  a\n@",
        ];
        var (checkedLines, refused) = (0, new List<string>());
        foreach (var text in from form in forms from digest in digests select form.Replace("@", digest, StringComparison.Ordinal))
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, "list"), text, Stop);
            if (!await SucceedsAsync($"{checks} list"))
                continue;
            checkedLines++;
            var upload = await UploadAsync("SHA256SUMS", Bytes(text));
            if (_world.Inbox.Rejections.TryGetValue(upload, out var rejection))
                refused.Add($"{JsonSerializer.Serialize(text)}: {rejection.Detail}");
            else
                Assert.All(LinesOf(upload), line => Assert.Equal(Hex, line.GetProperty("digest").GetString()));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{checkedLines} of {forms.Length * digests.Length} lists are checked by {checks}");
        Assert.True(checkedLines > 40, $"{checkedLines} lists are checked");
        Assert.Empty(refused);
    }

    [Theory]
    [InlineData("{0}  " + Name, Name)]
    [InlineData("{0} *" + Name, Name)]
    [InlineData("{0} " + Name, Name)]
    [InlineData("SHA256 (" + Name + ") = {0}", Name)]
    [InlineData("SHA2-256(" + Name + ")= {0}", Name)]
    [InlineData("{0}", null)]
    [InlineData("{0}\r\n\r\n", null)]
    [InlineData("  {0}  ", null)]
    [InlineData("SHA256 () = {0}", null)]
    [InlineData("# by the records office\n\n{0}  " + Name + "\n\n# end\n", Name)]
    [InlineData("\\{0}  a\\nb\\\\c\\r.pdf", "a\nb\\c\r.pdf")]
    public async Task A_line_is_read_in_any_form_and_its_receipt_names_the_file_if_it_has_a_name(string text, string? name)
    {
        var upload = await UploadAsync("SHA256SUMS", Bytes(text.Replace("{0}", Hex, StringComparison.Ordinal)));
        Assert.Equal(name, FileOf(Assert.Single(LinesOf(upload))));
        Assert.Equal(Verdict.Verified, await VerdictAsync());
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task A_list_with_a_byte_order_mark_is_read_as_it_says(string encoding)
    {
        // As PowerShell's (Get-FileHash a).Hash > a.sha256 and Out-File write it, and Notepad saves it.
        var text = Encoding.GetEncoding(encoding);
        var bare = await UploadAsync("a.pdf.sha256", [.. text.GetPreamble(), .. text.GetBytes($"{Hex.ToUpperInvariant()}\r\n")]);
        Assert.Null(FileOf(Assert.Single(LinesOf(bare))));
        var named = await UploadAsync("SHA256SUMS.txt", [.. text.GetPreamble(), .. text.GetBytes($"{Hex}  {Name}\r\n")]);
        Assert.Equal(Name, FileOf(Assert.Single(LinesOf(named))));
        Assert.Equal(Verdict.Verified, await VerdictAsync());
    }

    [Fact]
    public async Task A_list_of_names_that_are_not_UTF_8_is_issued()
    {
        var upload = await UploadAsync("SHA256SUMS", [.. Bytes($"{Hex}  "), 0xB6, 0xD4, 0xD5, 0xCB, 0xB5, 0xA5, .. ".pdf\n"u8]);
        Assert.EndsWith(".pdf", FileOf(Assert.Single(LinesOf(upload))), StringComparison.Ordinal);
        Assert.Equal(Verdict.Verified, await VerdictAsync());
    }

    [Theory]
    [InlineData("sha256sum.txt", "sha-256")]
    [InlineData("2026/SHA256SUMS.txt", "sha-256")]
    [InlineData("a.pdf.sha256sum", "sha-256")]
    [InlineData("a.pdf.sha256sums", "sha-256")]
    [InlineData("a.pdf.sha256.txt", "sha-256")]
    [InlineData("sha256.txt", "sha-256")]
    [InlineData("sha256sums", "sha-256")]
    [InlineData("sha256sum", "sha-256")]
    [InlineData("release_1.0_SHA256SUMS", "sha-256")]
    [InlineData("release-sha512sum.TXT", "sha-512")]
    [InlineData("SHA384SUMS.txt", "sha-384")]
    [InlineData("sm3sum.txt", "sm3")]
    [InlineData("a.SM3SUM", "sm3")]
    public async Task Names_in_use_are_digest_lists_and_not_documents(string path, string algorithm)
    {
        Assert.True(DigestAlgorithm.TryParse(algorithm, out var parsed));
        var digest = (await StreamDigest.ComputeAsync(new MemoryStream(Bytes(Content)), [parsed], null, Stop))[0];
        var upload = await UploadAsync(path, Bytes($"{digest.Hex}  a.pdf\n"));
        Assert.Single(LinesOf(upload));
        Assert.Equal(Verdict.Verified, (await _service.Verifier.VerifyAsync(digest, Stop)).Verdict);
    }

    [Theory]
    [InlineData("notsha256sums")]
    [InlineData("sha256sums.pdf")]
    [InlineData("sha256-guide.txt")]
    [InlineData("sha256sums.asc")]
    [InlineData("report.txt")]
    public async Task A_name_that_only_looks_like_a_list_is_a_document(string path)
    {
        var upload = await UploadAsync(path, Bytes("text"));
        Assert.True(_world.Inbox.Receipts.ContainsKey((upload, "sha-256")));
    }

    [Theory]
    [InlineData("SHA512 (a) = {0}{0}", 1, "the line says SHA512, the name of the file sha-256")]
    [InlineData("SHA2-512(a)= {0}{0}", 1, "the line says SHA2-512")]
    [InlineData("MD5 (a) = d41d8cd98f00b204e9800998ecf8427e", 1, "the line says MD5")]
    [InlineData("SHA512/256 (a) = {0}", 1, "the line says SHA512/256")]
    [InlineData("SM3(a)= {0}", 1, "the line says SM3")]
    [InlineData("BLAKE2b-256 (a) = {0}", 1, "the line says BLAKE2b-256")]
    [InlineData("{0}{0}  a", 65, "a sha-256 digest is 64 hex digits")]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e  a", 33, "a sha-256 digest is 64 hex digits")]
    [InlineData("{\"algorithm\":\"sha-256\"}", 1, "a sha-256 digest is 64 hex digits")]
    public async Task A_line_of_another_algorithm_than_the_name_says_refuses_the_list(string line, int column, string rule)
    {
        var upload = await UploadAsync("SHA256SUMS", Bytes($"{Hex}  a\n" + line.Replace("{0}", Hex, StringComparison.Ordinal) + "\n"));
        Assert.StartsWith($"line 2, column {column}: ", _world.Inbox.Rejections[upload].Detail, StringComparison.Ordinal);
        Assert.Contains(rule, _world.Inbox.Rejections[upload].Detail, StringComparison.Ordinal);
        Assert.Equal(Verdict.Unknown, await VerdictAsync());
    }

    [Theory]
    [InlineData("SHA256SUMS", "sha-256")]
    [InlineData("a.sha384", "sha-384")]
    [InlineData("a.sha512", "sha-512")]
    [InlineData("a.sm3", "sm3")]
    [InlineData("m.manifest.jsonl", "sha-256")]
    [InlineData("m.manifest.jsonl", "sha-384")]
    [InlineData("m.manifest.jsonl", "sha-512")]
    [InlineData("m.manifest.jsonl", "sm3")]
    public async Task The_digest_of_an_empty_document_refuses_a_list_and_a_manifest_by_that_name(string path, string algorithm)
    {
        Assert.True(DigestAlgorithm.TryParse(algorithm, out var parsed));
        var digests = await StreamDigest.ComputeAsync(new MemoryStream(Bytes(Content)), [parsed], null, Stop);
        var nothing = (await StreamDigest.ComputeAsync(Stream.Null, [parsed], null, Stop))[0];
        Digest[] listed = [.. digests, nothing];
        var upload = await UploadAsync(path, Bytes(string.Concat(listed.Select(Line))));
        Assert.Equal("malformed-manifest", _world.Inbox.Rejections[upload].Cause);
        Assert.Equal("line 2, column 1: this is the digest of an empty document, which cannot be issued", _world.Inbox.Rejections[upload].Detail);
        Assert.Equal(Verdict.Unknown, (await _service.Verifier.VerifyAsync(nothing, Stop)).Verdict);
        Assert.Equal(Verdict.Unknown, (await _service.Verifier.VerifyAsync(digests[0], Stop)).Verdict);

        string Line(Digest digest) => path.EndsWith("jsonl", StringComparison.Ordinal) ? $$"""{"algorithm":"{{algorithm}}","digest":"{{digest.Hex}}"}""" + "\n" : $"{digest.Hex}  a\n";
    }

    [Fact]
    public async Task The_names_of_files_are_the_issuers_alone()
    {
        const string Secret = "wang-xiaoming-bankruptcy.pdf";
        await UploadAsync("SHA256SUMS", Bytes($"{Hex}  {Secret}\n"));
        var answer = await _service.Verifier.VerifyAsync(DigestOf(Bytes(Content)), Stop);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(answer.ToDocument(), DocumentJson.Instance.VerdictDocument), StringComparison.Ordinal);
        Assert.All(_world.Ledger.IndexedActs, act => Assert.DoesNotContain(Secret, Encoding.UTF8.GetString(UnpublishedJson.Encode(act.Unpublished)), StringComparison.Ordinal));
        var published = _world.Ledger.All.Where(blob => blob.Key.Container == StorageNames.LogContainer).Select(blob => blob.Value.Content).ToArray();
        Assert.NotEmpty(published);
        Assert.All(published, tile => Assert.Equal(-1, tile.Span.IndexOf(Bytes(Secret))));
    }

    [Fact]
    public async Task Of_a_long_name_the_end_is_kept()
    {
        var name = string.Concat(Enumerable.Repeat("目录📄/", 400)) + "a.pdf";
        var upload = await UploadAsync("SHA256SUMS", Bytes($"{Hex}  {name}\n"));
        var kept = FileOf(Assert.Single(LinesOf(upload)))!;
        Assert.InRange(kept.Length, 255, 256);
        Assert.StartsWith("…", kept, StringComparison.Ordinal);
        Assert.EndsWith(kept[1..], name, StringComparison.Ordinal);
    }

    private static string? FileOf(JsonElement line) => line.TryGetProperty("file", out var file) ? file.GetString() : null;

    private async Task<BlobVersion> UploadAsync(string path, byte[] content)
    {
        var upload = _world.Inbox.Put("issuer-bank", path, content);
        await _service.Intake.HandleAsync(InMemoryWorld.EventOf(upload), Stop);
        return upload;
    }

    private JsonElement[] LinesOf(BlobVersion upload)
    {
        Assert.False(_world.Inbox.Rejections.TryGetValue(upload, out var rejection), rejection?.Detail);
        return [.. _world.Inbox.ManifestReceipts[upload].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private async Task<Verdict> VerdictAsync() => (await _service.Verifier.VerifyAsync(DigestOf(Bytes(Content)), Stop)).Verdict;

    private async Task<bool> SucceedsAsync(string command)
    {
        using var process = Start(command);
        await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return process.ExitCode == 0;
    }

    private async Task<byte[]> RunAsync(string command)
    {
        using var process = Start(command);
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output, Stop);
        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0, $"{command} ended with {process.ExitCode}");
        return output.ToArray();
    }

    private Process Start(string command)
    {
        var tool = command.Split(' ')[0];
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, tool)));
        Assert.SkipUnless(isThere, $"{tool} is not on the PATH.");
        return Process.Start(new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
