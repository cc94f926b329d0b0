using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>Which keys the page learns: those that the log proves from the ones that it knows, and no others.</summary>
public sealed class KeyTests(Chromium chromium) : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_key_that_came_from_the_same_site_is_told_of_beside_the_verdict_until_it_is_remembered()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.Page.EvaluateAsync("() => { window.print = () => {}; }");
        var card = await visit.CheckAsync(document, "verified");
        Assert.True(await card.Locator(".first-use").EvaluateAsync<bool>("note => note.closest('details') === null"));
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            var note = words("First use", "首次使用", "首次使用");
            await Expect(card.Locator(".first-use")).ToContainTextAsync(note);
            await card.Locator(".account > summary").ClickAsync();
            await Expect(card).Not.ToContainTextAsync(words("taken on trust", "毋須信賴", "无需信任"));
            await visit.PictureAsync($"first-use-{language}", card);
            await card.Locator("button.print").ClickAsync();
            await Expect(visit.Page.Locator(".report .first-use")).ToContainTextAsync(note);
        });
        await visit.AccessibleAsync();

        // Of many it is said once, above the list.
        await visit.Page.Locator("button.clear").ClickAsync();
        await visit.ChooseAsync(document, document, document, document, document);
        await Expect(visit.Page.Locator(".card[data-state=verified]")).ToHaveCountAsync(5);
        await Expect(visit.Page.Locator(".first-use:visible")).ToHaveCountAsync(1);

        // On the next visit the key is known.
        await visit.Page.ReloadAsync();
        card = await visit.CheckAsync(document, "verified");
        await Expect(card.Locator(".first-use")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_key_that_signs_beside_the_known_one_is_not_learned_and_no_answer_counts()
    {
        var document = await _site.IssueAsync("statement.pdf");
        INoteSigner[] thief = [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()];
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, "verified");

        // A proxy without any key of the log: two lines more in every note, two keys more in the list.
        await visit.Page.RouteAsync("**/v1/keys", async route =>
        {
            var keys = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;
            foreach (var signer in thief)
                keys["verifierKeys"]!.AsArray().Add(signer.Verifier.ToString());
            await route.FulfillAsync(new() { ContentType = "application/json", Body = keys.ToJsonString() });
        });
        await visit.RewriteAsync(answer =>
        {
            var note = answer["checkpoint"]!["note"]!.GetValue<string>();
            var signed = SignBesideAsync(note, thief).GetAwaiter().GetResult();
            answer["checkpoint"]!["note"] = signed;
            answer["results"]![0]!["receipt"] = answer["results"]![0]!["receipt"]!.GetValue<string>().Replace(note, signed, StringComparison.Ordinal);
        });
        var card = await visit.CheckAsync(document, "distrusted");
        await Expect(card.Locator("h3")).ToHaveTextAsync("No verdict: the key is in doubt");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("its log does not prove");
        Assert.DoesNotContain(thief[0].Verifier.ToString(), await StoredAsync(visit, "truecopy.keys"), StringComparison.Ordinal);
        await visit.AccessibleAsync();

        // Nothing was learned, so that the genuine service counts again.
        await visit.Page.UnrouteAllAsync();
        await card.Locator("button.retry").ClickAsync();
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
        await Expect(visit.Page.Locator(".warnings")).ToBeEmptyAsync();
    }

    [Fact]
    public async Task Rotated_keys_that_the_log_proves_are_learned_without_a_click_however_long_the_browser_was_away()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var receipt = await _site.ReceiptAsync(document);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, "verified");

        // Two rotations, each with its overlap. Of the first keys none signs any more.
        for (var i = 0; i < 2; i++)
        {
            INoteSigner[] old = [.. _site.World.Identity.Signers];
            INoteSigner[] fresh = [InMemoryWorld.NewEcdsa(), InMemoryWorld.NewEd25519()];
            _site.World.SignWith([.. fresh, .. old]);
            await _site.IssueAsync($"overlap-{i}.pdf");
            _site.World.SignWith(fresh);
            await _site.IssueAsync($"after-{i}.pdf");
        }

        await visit.CheckAsync(document, "verified");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator(".warning.notice")).ToContainTextAsync("changed as planned");
        var keys = JsonDocument.Parse(await StoredAsync(visit, "truecopy.keys")).RootElement.GetProperty("keys");
        Assert.Equal(_site.World.Identity.Verifiers.Select(key => key.ToString()).Order(), keys.EnumerateArray().Select(key => key.GetString()).Order());
        await visit.AccessibleAsync();

        // A receipt from the time of the first keys is as good as it was.
        await visit.Page.Context.SetOfflineAsync(true);
        await visit.ChooseAsync(document, receipt);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "current");
    }

    [Fact]
    public async Task Keys_that_nothing_leads_to_are_a_loud_matter_and_no_answer_counts_until_they_are_accepted()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var impostor = await Site.StartAsync();
        await impostor.UploadAsync(document.Name, document.Buffer);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.CheckAsync(document, "verified");
        await Expect(visit.Page.Locator(".warnings")).ToBeEmptyAsync();

        await visit.ForwardAsync(impostor);
        await visit.CheckAsync(document, "distrusted");
        var alarm = visit.Page.GetByRole(AriaRole.Alert);
        await Expect(alarm).ToContainTextAsync("the register’s key has changed");
        await visit.AccessibleAsync();
        await visit.PictureAsync("key-changed");

        // No record is no answer either: whoever poses as the register could say so of everything.
        await visit.CheckAsync(Site.FileOf("nobody.pdf", [1]), "distrusted");
        await alarm.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(alarm).ToHaveCountAsync(0);
        await Expect(visit.Cards.Nth(1)).ToHaveAttributeAsync("data-state", "verified");
    }

    [Fact]
    public async Task The_module_walks_keys_and_judges_answers_without_the_page()
    {
        var document = await _site.IssueAsync("statement.pdf");
        var known = _site.World.Identity.Verifiers.Select(key => key.ToString()).ToArray();
        var fresh = InMemoryWorld.NewEcdsa();
        _site.World.SignWith([fresh, .. _site.World.Identity.Signers]);
        await _site.ActAsync("revoke", document, "issuedInError");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var outcome = await visit.Page.EvaluateAsync<string>(
            """
            async ([known, hex, now]) => {
              const { parseKeys, walkKeys, judgeAnswer } = await import('/assets/receipt.js');
              const served = await (await fetch('/v1/keys')).json();
              const { keys, announced, fault } = await walkKeys(await parseKeys(known), 0, served);
              const answer = await (await fetch(`/v1/verify/sha-256/${hex}`)).json();
              const judgement = await judgeAnswer(answer, { algorithm: 'sha-256', hex }, { keys, seen: null, now, read: null });
              return [keys.length, announced, fault, judgement.verdict, judgement.findings[0].reason, judgement.fault].join();
            }
            """,
            new object[] { known, Site.HexOf(document), _site.World.Time.GetUtcNow().ToUnixTimeMilliseconds() });
        Assert.Equal("3,5,,revoked,issuedInError,", outcome);
    }

    private static Task<string> StoredAsync(Visit visit, string place) => visit.Page.EvaluateAsync<string>("place => localStorage.getItem(place)", place);

    private static async Task<string> SignBesideAsync(string note, INoteSigner[] signers)
    {
        var text = note[..(note.LastIndexOf("\n\n", StringComparison.Ordinal) + 1)];
        var signed = await SignedCheckpoint.SignAsync(Checkpoint.Parse(text), signers, TestContext.Current.CancellationToken);
        var whole = Encoding.UTF8.GetString(signed.Note.Span);
        return note + whole[(whole.LastIndexOf("\n\n", StringComparison.Ordinal) + 2)..];
    }
}
