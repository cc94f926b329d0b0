using System.IO.Compression;
using System.Text;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What people give the page beside single documents: folders, zip files, receipts alone.</summary>
public sealed class GivenFilesTests(Chromium chromium) : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"truecopy-{Guid.NewGuid():N}");

    private Site _site = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_folder_is_walked_to_its_end_and_each_document_named_by_its_place(bool dropped)
    {
        var document = await _site.IssueAsync("statement.pdf");
        var receipted = await _site.IssueAsync("letter.pdf");
        await WriteAsync("inbox/statement.pdf", document.Buffer);
        await WriteAsync("inbox/a/b/letter.pdf", receipted.Buffer);
        await WriteAsync("inbox/a/b/letter.pdf.tlog-proof", (await _site.ReceiptAsync(receipted)).Buffer);
        await WriteAsync("inbox/.DS_Store", [1]);
        for (var i = 0; i < 130; i++)
            await WriteAsync($"inbox/many/{i}.pdf", Encoding.ASCII.GetBytes($"nobody's {i}"));
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(await _site.IssueAsync("first.pdf"), "verified");
        await visit.Page.Locator("button.clear").ClickAsync();

        if (dropped)
            await DropAsync(visit, Path.Combine(_folder, "inbox"));
        else
            await visit.Page.Locator("#folder").SetInputFilesAsync(Path.Combine(_folder, "inbox"));
        await Expect(visit.Cards).ToHaveCountAsync(132);
        await Expect(visit.Page.Locator(".card[data-state=unknown]")).ToHaveCountAsync(130);
        await Expect(visit.Page.Locator(".card[data-state=verified] .file")).ToHaveTextAsync("inbox/statement.pdf");
        await Expect(visit.Page.Locator(".card[data-state=current] .file")).ToHaveTextAsync("inbox/a/b/letter.pdf");
        await Expect(visit.Page.Locator(".notes")).ToContainTextAsync("made (such as .DS_Store or Thumbs.db) was left out");
    }

    [Fact]
    public async Task An_empty_folder_is_said_to_be_empty()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        await using var visit = await Visit.StartAsync(chromium, _site);
        await DropAsync(visit, Path.Combine(_folder, "empty"));
        await visit.InEachLanguageAsync((_, words) => Expect(visit.Page.Locator(".notes")).ToHaveTextAsync(words("There is no file in what you gave.", "所提供的內容中沒有檔案。", "所提供的内容中没有文件。")));
        await Expect(visit.Cards).ToHaveCountAsync(0);
        await visit.AccessibleAsync();
    }

    [Fact]
    public async Task A_zip_file_is_opened_and_each_document_in_it_checked()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var zip = Zip(("post/2026/statement.pdf", document.Buffer), ("nobody.pdf", [1, 2, 3]), ("__MACOSX/._nobody.pdf", [9]), ("empty.txt", []), ("inner.zip", Zip(("x.pdf", [1]))));
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.ChooseAsync(Site.FileOf("post.zip", zip));
        await Expect(visit.Cards).ToHaveCountAsync(5);
        await Expect(visit.Cards.Nth(0)).ToHaveAttributeAsync("data-state", "opened");
        await Expect(visit.Cards.Nth(0).Locator(".lead")).ToContainTextAsync("4");
        await Expect(visit.Cards.Nth(1)).ToHaveAttributeAsync("data-state", "verified");
        await Expect(visit.Cards.Nth(1).Locator(".file")).ToHaveTextAsync("post.zip/post/2026/statement.pdf");
        await Expect(visit.Page.Locator(".card[data-state=unknown]")).ToHaveCountAsync(3);
        await Expect(visit.Page.Locator(".notes")).ToContainTextAsync(".DS_Store");
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(visit.Cards.Nth(0).Locator("h3")).ToHaveTextAsync(words("Zip file opened", "已開啟 zip 檔案", "已打开 zip 压缩包"));
            await visit.PictureAsync($"zip-{language}");
        });
        await visit.AccessibleAsync();

        // The receipt bears the document's name alone.
        await visit.Cards.Nth(1).Locator(".fold > summary").ClickAsync();
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Cards.Nth(1).Locator("button.save").ClickAsync());
        Assert.Equal("statement.pdf.tlog-proof", download.SuggestedFilename);

        // A document in it is hashed again on request, from where it is.
        await visit.Cards.Nth(2).Locator(".fold > summary").ClickAsync();
        await visit.Cards.Nth(2).Locator("button.further").ClickAsync();
        await Expect(visit.Cards.Nth(2).Locator(".account .hex")).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task A_zip_file_that_was_issued_itself_is_a_document_as_well()
    {
        var zip = await _site.UploadAsync("package.zip", Zip(("a.pdf", [1])));
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.ChooseAsync(zip);
        await Expect(visit.Cards).ToHaveCountAsync(2);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
        await Expect(visit.Cards.Last).ToHaveAttributeAsync("data-state", "unknown");
    }

    [Fact]
    public async Task A_zip_file_of_many_documents_is_read_to_its_end_whatever_their_names_are_written_in()
    {
        var entries = Enumerable.Range(0, 400).Select(i => ($"{i}.pdf", Encoding.ASCII.GetBytes($"nobody's {i} {new string('x', i * 500)}")));
        await using var visit = await Visit.StartAsync(chromium, _site, "zh-CN");
        await visit.ChooseAsync(Site.FileOf("many.zip", Zip([.. entries])), Site.FileOf("windows.zip", ZipOfGbkName([0xB6, 0xD4, 0xD5, 0xCB, 0xB5, 0xA5])));
        await Expect(visit.Cards).ToHaveCountAsync(403);
        await Expect(visit.Page.Locator(".card[data-state=unknown]")).ToHaveCountAsync(401);
        await Expect(visit.Page.Locator(".card[data-state=opened]")).ToHaveCountAsync(2);
        await Expect(visit.Cards.Last.Locator(".file")).ToHaveTextAsync("windows.zip/对账单");
    }

    [Fact]
    public async Task A_zip_file_that_no_program_should_open_is_not_opened_and_the_reason_is_said()
    {
        var zip = Zip(("a.pdf", new byte[5000]), ("b.pdf", [2]));
        (string What, byte[] Zip, string Words)[] refused =
        [
            ("a bomb", Patch([.. zip], 22, 24, BitConverter.GetBytes(0xF000_0000)), "would unpack to more, than is opened here"),
            ("two of one name", Zip(("a.pdf", [1]), ("a.pdf", [2])), "different programs could find different things"),
            ("something before it", [.. "MZ"u8, .. zip], "different programs could find different things"),
            ("cut off", zip[..^30], "is damaged"),
        ];
        await using var visit = await Visit.StartAsync(chromium, _site);
        foreach (var (what, bytes, words) in refused)
        {
            var card = await visit.CheckAsync(Site.FileOf("x.zip", bytes), "unknown");
            await Expect(card.Locator(".possibilities")).ToContainTextAsync("What is in this zip file was not checked.");
            await Expect(card.Locator(".possibilities")).ToContainTextAsync(words);
            await Expect(visit.Cards).ToHaveCountAsync(1);
            await visit.PictureAsync($"zip-{what.Replace(' ', '-')}", card);
            await visit.Page.Locator("button.clear").ClickAsync();
            await Expect(visit.Cards).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task A_document_that_cannot_be_unpacked_is_told_of_by_itself()
    {
        var zip = Zip(("a.pdf", new byte[300_000]));
        (byte[] Zip, string? Title)[] broken =
        [
            (Patch([.. zip], 6, 8, [1, 0]), "Locked with a password"),
            (Patch([.. zip], 22, 24, BitConverter.GetBytes(1000)), null), // larger than it says
            (Patch([.. zip], 14, 16, [1, 2, 3, 4]), "Cannot be unpacked"),
        ];
        await using var visit = await Visit.StartAsync(chromium, _site);
        foreach (var (bytes, title) in broken)
        {
            await visit.ChooseAsync(Site.FileOf("x.zip", bytes));
            await Expect(visit.Cards).ToHaveCountAsync(2);
            await Expect(visit.Cards.Last).ToHaveAttributeAsync("data-state", "unreadable");
            if (title is not null)
                await Expect(visit.Cards.Last.Locator("h3")).ToHaveTextAsync(title);
            await visit.AccessibleAsync();
            await visit.Page.Locator("button.clear").ClickAsync();
            await Expect(visit.Cards).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task An_archive_of_another_kind_is_said_to_be_checked_as_one_file()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(Site.FileOf("post.7z", [1, 2]), "unknown");
        await Expect(card.Locator(".possibilities")).ToContainTextAsync("checked as one file");
    }

    [Fact]
    public async Task A_receipt_alone_is_called_one_and_finds_its_document()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.ChooseAsync(await _site.ReceiptAsync(document));
        var card = visit.Cards.First;
        await Expect(card).ToHaveAttributeAsync("data-state", "receipt");
        await Expect(card.Locator(".claimed")).ToContainTextAsync("示范银行");

        // It can be made fresh, and nothing else.
        await Expect(card.Locator("button:not(.refresh)")).ToHaveCountAsync(0);
        Assert.DoesNotContain(visit.Requests, request => request.Method == "POST");
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(card.Locator("h3")).ToHaveTextAsync(words("A receipt, not a document", "這是憑證，不是文件", "这是凭证，不是文件"));
            await visit.PictureAsync($"receipt-alone-{language}");
        });
        await visit.AccessibleAsync();

        await visit.CheckAsync(document, "verified");
        await Expect(visit.Cards.Last.Locator(".same")).ToContainTextAsync("statement.pdf");
    }

    [Fact]
    public async Task A_receipt_whose_document_did_not_come_with_it_is_not_passed_over()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var other = await _site.ReceiptAsync(await _site.IssueAsync("other.pdf"));
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.ChooseAsync(document, Site.FileOf("second.pdf", [1]), other, Site.FileOf("damaged.tlog-proof", [1]));
        await Expect(visit.Cards).ToHaveCountAsync(4);
        await Expect(visit.Page.Locator(".card[data-state=receipt]")).ToHaveCountAsync(2);
        await Expect(visit.Page.Locator(".card[data-state=verified]")).ToHaveCountAsync(1);
    }

    /// <summary>Drops something from the disk, as a person does.</summary>
    private static async Task DropAsync(Visit visit, params string[] paths)
    {
        var session = await visit.Page.Context.NewCDPSessionAsync(visit.Page);
        foreach (var type in new[] { "dragEnter", "dragOver", "drop" })
        {
            await session.SendAsync("Input.dispatchDragEvent", new Dictionary<string, object>
            {
                ["type"] = type,
                ["x"] = 200,
                ["y"] = 200,
                ["data"] = new { items = Array.Empty<object>(), files = paths, dragOperationsMask = 1 },
            });
        }
    }

    private async Task WriteAsync(string path, byte[] content)
    {
        var place = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        await File.WriteAllBytesAsync(place, content, Stop);
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries) => Zip(null, entries);

    private static byte[] ZipOfGbkName(byte[] name) => Zip(Encoding.Latin1, (Encoding.Latin1.GetString(name), [7]));

    private static byte[] Zip(Encoding? names, params (string Name, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true, names))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Changes a field of the first entry, in its own header and in the list.</summary>
    private static byte[] Patch(byte[] zip, int inHeader, int inList, byte[] value)
    {
        value.CopyTo(zip, zip.AsSpan().IndexOf("PK\x03\x04"u8) + inHeader);
        value.CopyTo(zip, zip.AsSpan().IndexOf("PK\x01\x02"u8) + inList);
        return zip;
    }
}
