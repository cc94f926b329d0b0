using System.Diagnostics;
using System.Security.Cryptography;
using TrueCopy.Cli;
using TrueCopy.Cli.Files;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Files as users name them, and what is said of those that cannot be used.</summary>
public sealed class FileWordsTests : ToolTests
{
    [Theory]
    [InlineData("inbox/**/*.pdf", false, "inbox/", "**/*.pdf")]
    [InlineData(@"inbox\**\*.pdf", true, "inbox/", "**/*.pdf")]
    [InlineData(@"C:\in box\2026-??\*.pdf", true, "C:/in box/", "2026-??/*.pdf")]
    [InlineData(@"*.pdf", true, "", "*.pdf")]
    [InlineData(@"a\b*.pdf", false, "", @"a\b*.pdf")]
    public void Backslashes_part_folders_where_the_system_says_so(string pattern, bool backslashes, string folder, string rest) =>
        Assert.Equal((folder, rest), FileSelection.Divide(pattern, backslashes));

    [Theory]
    [InlineData("*.pdf", "a.pdf", true)]
    [InlineData("*.pdf", "x/a.pdf", false)]
    [InlineData("**/*.pdf", "a.pdf", true)]
    [InlineData("**/*.pdf", "x/y/a.pdf", true)]
    [InlineData("x/**", "x/y/a.pdf", true)]
    [InlineData("x/**/z/*.pdf", "x/z/a.pdf", true)]
    [InlineData("x/**/z/*.pdf", "x/y/a.pdf", false)]
    [InlineData("a?.pdf", "ab.pdf", true)]
    [InlineData("a?.pdf", "a.pdf", false)]
    [InlineData("20??/*.pdf", "2026/a.pdf", true)]
    public void A_pattern_takes_what_shells_take(string pattern, string name, bool matches) => Assert.Equal(matches, FileSelection.Matches(pattern, name));

    [Fact]
    public async Task A_pattern_follows_no_link_in_a_circle()
    {
        Directory.CreateDirectory(Folder.At("inbox"));
        Folder.File("inbox/a.pdf", [1]);
        Directory.CreateSymbolicLink(Folder.At("inbox/again"), Folder.At("inbox"));
        var run = await Tool.RunAsync("hash", Folder.At("inbox/**/*.pdf"));
        Assert.Equal((0, 1), (run.ExitCode, run.Output.Count(character => character == '\n')));
    }

    // Codes as the runtime hands them on, of Windows and of Unix: this machine can make the fewest of them.
    [Theory]
    [InlineData(unchecked((int)0x80070020), "another program is using it")]
    [InlineData(unchecked((int)0x80070070), "the disk is full")]
    [InlineData(unchecked((int)0x80070035), "the network place cannot be reached")]
    [InlineData(unchecked((int)0x800700CE), "its name is too long")]
    [InlineData(unchecked((int)0x80070015), "the drive is not ready")]
    [InlineData(28, "the disk is full")]
    [InlineData(30, "the disk is write-protected")]
    [InlineData(36, "its name is too long")]
    [InlineData(116, "the network place cannot be reached")]
    [InlineData(12345, "the system refused it (code 12345)")]
    public void What_a_system_says_by_a_code_is_said_in_words(int code, string words) =>
        Assert.Equal(words, FileFault.Of(new IOException("Raw words of the runtime.", code), "file"));

    [Fact]
    public void Kinds_of_failure_have_words_of_their_own()
    {
        Assert.Equal("access is denied", FileFault.Of(new UnauthorizedAccessException("Access to the path 'x' is denied."), "file"));
        Assert.Equal("there is no such file", FileFault.Of(new FileNotFoundException("Could not find file 'x'."), "file"));
        Assert.Equal("there is no such folder", FileFault.Of(new DirectoryNotFoundException("Could not find a part of the path."), "file"));
        Assert.Equal("its name is too long", FileFault.Of(new PathTooLongException(), "file"));
        Assert.Equal("that cannot be the name of a file", FileFault.Of(new ArgumentException("Null character in path."), "file"));
    }

    [Theory]
    [InlineData("receipt", "check", "FOLDER", "--receipt", "FOLDER", "--key", "KEY")]
    [InlineData("verify", "FILE", "--key", "FOLDER")]
    [InlineData("revoke", "FOLDER", "--issuer", "bank")]
    [InlineData("revoke", "--from", "FOLDER", "--issuer", "bank")]
    [InlineData("manifest", "FILE", "--output", "FOLDER")]
    public async Task AFolder_where_a_file_is_meant_is_called_one(params string[] arguments)
    {
        var (file, folder) = (Folder.File("document"), Directory.CreateDirectory(Folder.At("folder")).FullName);
        var run = await Tool.RunAsync(Service, [.. arguments.Select(word => word switch { "FILE" => file, "FOLDER" => folder, "KEY" => Service.Key, _ => word })]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("it is a folder", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Access to the path", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_files_that_are_hashed_or_verified_one_that_is_missing_keeps_no_other_waiting()
    {
        string[] files = [await IssuedFileAsync("a"), Folder.At("missing"), await IssuedFileAsync("b")];
        var hashed = await Tool.RunAsync(["hash", .. files]);
        Assert.Equal((ExitCode.Usage, 2), (hashed.ExitCode, hashed.Output.Count(character => character == '\n')));
        Assert.Contains("missing cannot be read: there is no such file", hashed.Error, StringComparison.Ordinal);
        Assert.Contains("2 hashed, 1 not", hashed.Error, StringComparison.Ordinal);

        var verified = await Tool.RunAsync(Service, ["verify", .. files]);
        Assert.Equal(ExitCode.Usage, verified.ExitCode);
        Assert.Matches("VERIFIED +2", verified.Output);
        Assert.Matches("NOT READ +1", verified.Output);
        Assert.Contains("there is no such file", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_is_written_whole_or_not_at_all_and_every_file_that_cannot_be_read_is_named()
    {
        Folder.File("a", [1]);
        foreach (var name in new[] { "gone", "gone too" })
            File.CreateSymbolicLink(Folder.At(name), Folder.At("nowhere"));
        var run = await Tool.RunAsync("manifest", Folder.Path, "--output", Folder.At("all.manifest.jsonl"));
        Assert.Equal((ExitCode.Usage, false), (run.ExitCode, File.Exists(Folder.At("all.manifest.jsonl"))));
        Assert.Contains("2 of 3 files cannot be read", run.Error, StringComparison.Ordinal);
        Assert.Contains("gone too cannot be read: there is no such file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_read_where_a_file_is_taken()
    {
        byte[] content = [.. "from a pipe"u8];
        var hashed = await ToolProcess.RunAsync(new ProcessStartInfo(ToolProcess.Built, ["hash", "-"]), content);
        Assert.Equal((0, $"{Convert.ToHexStringLower(SHA256.HashData(content))}  -\n"), (hashed.ExitCode, hashed.Output));

        var file = await IssuedFileAsync("document");
        await Tool.RunAsync(Service, "verify", file, "--save-receipts");
        var checkedReceipt = await ToolProcess.RunAsync(new ProcessStartInfo(ToolProcess.Built, ["receipt", "check", "-", "--receipt", file + ".tlog-proof", "--key", Service.Key]), await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal((0, ""), (checkedReceipt.ExitCode, checkedReceipt.Error));
        Assert.Contains("THE RECEIPT HOLDS", checkedReceipt.Output, StringComparison.Ordinal);
    }
}
