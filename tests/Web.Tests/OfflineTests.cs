using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>A document and its receipt, dropped together: no network at all.</summary>
public sealed class OfflineTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_pair_is_checked_without_a_single_request_once_the_key_is_known()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var receipt = await _site.ReceiptAsync(document);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, "verified");

        await visit.Page.Context.SetOfflineAsync(true);
        var before = visit.Requests.Count;
        await visit.ChooseAsync(document, receipt);
        await Expect(visit.Cards).ToHaveCountAsync(2);
        var card = visit.Cards.First;
        await Expect(card).ToHaveAttributeAsync("data-state", "current");
        await Expect(card.Locator(".step.holds")).ToHaveCountAsync(5);
        await Expect(card.Locator(".as-of")).ToContainTextAsync("The receipt says so; nobody was asked.");
        Assert.Equal(before, visit.Requests.Count);
        await visit.AccessibleAsync();
        await visit.PictureAsync("proven-offline");
    }

    [Fact]
    public async Task Several_pairs_find_each_other_whatever_their_names_and_a_document_alone_is_asked_about()
    {
        var first = await _site.IssueAsync("first.pdf");
        var second = await _site.IssueAsync("second.pdf");
        var third = await _site.IssueAsync("third.pdf");
        var (one, two) = (await _site.ReceiptAsync(first), await _site.ReceiptAsync(second));
        (one.Name, two.Name) = ("second.pdf.tlog-proof", "proof.tlog-proof");
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: $"#key={System.Net.WebUtility.UrlEncode(_site.World.Identity.Verifiers[0].ToString())}");
        await visit.ChooseAsync(first, two, second, one, third);
        await Expect(visit.Cards).ToHaveCountAsync(3);
        await Expect(visit.Page.Locator(".card[data-state=current]")).ToHaveCountAsync(2);
        await Expect(visit.Cards.Nth(2)).ToHaveAttributeAsync("data-state", "verified");
        await visit.PictureAsync("pairs");
    }

    [Fact]
    public async Task A_page_that_was_opened_online_hashes_and_unpacks_many_files_without_the_network()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        visit.MayFailToConnect = true;
        using var zip = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(zip, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
            archive.CreateEntry("empty.pdf");
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.ChooseAsync([.. Enumerable.Range(0, 20).Select(i => Site.FileOf($"{i}.pdf", [(byte)i])), Site.FileOf("x.zip", zip.ToArray())]);

        // Nothing is unreadable: only the register's word is missing.
        await Expect(visit.Page.Locator(".card[data-state=outage]")).ToHaveCountAsync(22);
    }

    [Fact]
    public async Task The_receipt_of_a_revocation_says_revoked()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await _site.ActAsync("revoke", document, "issuedInError");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, "revoked");
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.ChooseAsync(document, await _site.ReceiptAsync(document));
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "revoked");
        await Expect(visit.Cards).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task A_receipt_of_another_document_or_a_damaged_one_proves_nothing()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var other = await _site.ReceiptAsync(await _site.IssueAsync("other.pdf"));
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, "verified");
        other.Name = "statement.pdf.tlog-proof";
        await visit.ChooseAsync(document, other);
        await Expect(visit.Cards).ToHaveCountAsync(2);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "distrusted");
        await Expect(visit.Cards.First.Locator(".step.fails")).ToContainTextAsync("The receipt is not about this file");
        await visit.ChooseAsync(document, Site.FileOf("statement.pdf.tlog-proof", "c2sp.org/tlog-proof@v1\nindex"u8.ToArray()));
        await Expect(visit.Cards).ToHaveCountAsync(3);
        await Expect(visit.Cards.First.Locator(".step.fails")).ToContainTextAsync("The receipt is damaged");
    }

    [Fact]
    public async Task Without_a_known_key_a_pair_is_not_called_genuine_and_the_key_can_be_given()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        visit.MayFailToConnect = true;
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.ChooseAsync(document, await _site.ReceiptAsync(document));
        var card = visit.Cards.First;
        await Expect(card).ToHaveAttributeAsync("data-state", "noKey");
        await visit.AccessibleAsync();
        await visit.PictureAsync("no-key");
        await card.GetByRole(AriaRole.Textbox).FillAsync("log.example+nonsense");
        await card.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(card.GetByRole(AriaRole.Alert)).ToContainTextAsync("verifier key");
        await card.GetByRole(AriaRole.Textbox).FillAsync(_site.World.Identity.Verifiers[0].ToString());
        await card.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "current");
        Assert.DoesNotContain(visit.Requests, request => request.Url.Contains("/v1/", StringComparison.Ordinal));
    }
}
