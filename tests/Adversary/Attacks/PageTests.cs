using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Forging;
using TrueCopy.Adversary.Tests.Stage;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>The same against the page, in a browser; and links, which only the page has.</summary>
public sealed class PageTests(Theatre theatre, Chromium chromium) : Scene(theatre)
{
    private static readonly byte[] Forged = "%PDF-1.7 forged"u8.ToArray();

    [Fact]
    [Attack(Who.Holder, "unconfirmed a key that nobody here has confirmed", Before = "proven Genuine when issued")]
    public async Task A_link_that_brings_its_own_key_makes_no_forged_receipt_genuine()
    {
        var (fragment, files) = await PairAsync();
        KeepBackKeys();
        await using var visitor = await Visitor.StartAsync(chromium, Network.Address, fragment);
        await visitor.OfflineAsync();
        await ConcludeAsync(await visitor.ChooseAsync(files));
    }

    [Fact]
    [Attack(Who.Holder, "distrusted", Before = "proven Genuine when issued")]
    public async Task A_link_whose_key_is_not_the_one_that_is_known_here_is_a_warning_that_blocks()
    {
        var (fragment, files) = await PairAsync();
        await using var visitor = await MeetAsync();
        await visitor.OpenAsync(fragment);
        await ConcludeAsync(await visitor.ChooseAsync(files));
        await Expect(visitor.Page.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
    }

    [Fact]
    [Attack(Who.Holder, "distrusted", Before = "proven Genuine when issued")]
    public async Task A_link_whose_key_is_not_the_services_is_a_warning_that_blocks()
    {
        var (fragment, files) = await PairAsync();
        await using var visitor = await Visitor.StartAsync(chromium, Network.Address, fragment);
        await ConcludeAsync(await visitor.ChooseAsync(files));
    }

    [Fact]
    [Attack(Who.Holder, "unconfirmed", Before = "proven Genuine when issued")]
    public async Task The_printed_report_of_such_a_receipt_says_so_too()
    {
        var (fragment, files) = await PairAsync();
        KeepBackKeys();
        await using var visitor = await Visitor.StartAsync(chromium, Network.Address, fragment);
        await visitor.OfflineAsync();
        var card = await visitor.ChooseAsync(files);
        await ConcludeAsync(card);
        await visitor.Page.EvaluateAsync("() => { window.print = () => {}; }");
        await card.Locator("button.print").ClickAsync();
        await visitor.Page.EmulateMediaAsync(new() { Media = Media.Print });
        var report = visitor.Page.Locator(".report");
        await Expect(report.Locator("h2")).ToBeVisibleAsync();
        if (!Build.Attacked.IsEarlier)
            await Expect(report).ToContainTextAsync("nobody here has confirmed");
    }

    [Fact]
    [Attack(Who.Network, "distrusted", Before = "distrusted Answer not proven")]
    public async Task Keys_added_to_notes_and_to_the_list_are_not_learned_by_the_page()
    {
        await using var visitor = await MeetAsync();
        var keys = Forger.Keys(Theatre.Keys.Origin);
        var log = await Theatre.ForkAsync(keys);
        var answer = JsonNode.Parse(await Theatre.AskAsync("standing"))!;
        await ForgedDocument.Add(log, Forged).WriteAsync(answer["results"]![0]!);
        Network.Pose(log, answer);
        var pose = Network.Tamper;
        Network.Tamper = (path, reply) =>
        {
            pose(path, reply);
            if (path == "/v1/keys")
                reply.Json(served =>
                {
                    foreach (var key in keys)
                        served["verifierKeys"]!.AsArray().Add(key.Verifier.ToString());
                });
        };
        await ConcludeAsync(await visitor.ChooseAsync(Visitor.FileOf("forged.pdf", Forged)));
    }

    [Fact]
    [Attack(Who.Network, "distrusted the register shows an old state", Before = "verified Verified")]
    public async Task An_answer_from_before_a_revocation_is_no_answer_to_a_browser_that_saw_the_log_later()
    {
        await using var visitor = await MeetAsync();
        await visitor.LetPassAsync(TimeSpan.FromHours(1));
        Network.AnswerVerify(reply => reply.Text = Theatre.AnswerBeforeRevocation);
        await ConcludeAsync(await ChooseAsync(visitor, "revoked"));
    }

    [Fact]
    [Attack(Who.Network, "distrusted the clocks differ", Before = "verified Verified")]
    public Task An_expired_document_does_not_become_valid_in_the_page_by_an_answer_that_says_it_was_asked_earlier() => AlterAsync("expired", verdict =>
    {
        (verdict["verdict"], verdict["checkedAt"]) = ("verified", "2019-12-31T00:00:00Z");
        verdict["results"]![0]!["verdict"] = "verified";
    });

    [Fact]
    [Attack(Who.Issuer, "conflicting Institutions disagree", Before = "verified Verified")]
    public async Task The_page_shows_every_institutions_word_where_they_differ()
    {
        await using var visitor = await Visitor.StartAsync(chromium, Network.Address);
        var card = await ChooseAsync(visitor, "disputed");
        await ConcludeAsync(card);
        await Expect(card).ToContainTextAsync("Demo Companies Registry");
        if (!Build.Attacked.IsEarlier)
            await Expect(card).ToContainTextAsync("示范银行");
    }

    [Fact]
    [Attack(Who.Network, "distrusted", Before = "revoked A Better Bank")]
    public Task The_page_shows_the_name_of_who_revoked_from_its_entry() => AlterAsync("revoked", verdict => verdict["results"]![0]!["issuer"]!["legalName"] = "A Better Bank");

    [Fact]
    [Attack(Who.Network, "distrusted", Before = "revoked 2001")]
    public Task The_page_shows_the_time_of_a_revocation_from_its_entry() => AlterAsync("revoked", verdict => verdict["results"]![0]!["since"] = "2001-01-01T00:00:00Z");

    [Fact]
    [Attack(Who.Network, "distrusted", Before = "distrusted Answer not proven")]
    public Task The_page_is_not_told_that_a_revoked_document_stands() => AlterAsync("revoked", verdict =>
    {
        verdict["verdict"] = "verified";
        verdict["results"]![0]!["verdict"] = "verified";
    });

    [Fact]
    [Attack(Who.Network, "distrusted", Before = "distrusted Answer not proven")]
    public Task An_answer_without_a_receipt_is_none_to_the_page() => AlterAsync("standing", verdict => verdict["results"] = new JsonArray());

    [Fact]
    [Attack(Who.Service, "verified <img src=x onerror=", Before = "verified <img src=x onerror=")]
    public Task A_name_in_a_log_is_no_markup() => NamedAsync("<img src=x onerror=\"window.injected='name'\"><script>window.injected='script'</script>");

    [Fact]
    [Attack(Who.Service, "verified \\u202EgpJ.knaB", Before = "verified \u202egpJ.knaB")]
    public Task A_name_that_turns_round_what_follows_is_made_visible_on_the_page() => NamedAsync("\u202egpJ.knaB");

    [Fact]
    [Attack(Who.Holder, "unknown \\u202Efdp.exe", Before = "unknown \u202efdp.exe")]
    public async Task A_file_name_that_turns_round_is_made_visible_on_the_page()
    {
        await using var visitor = await Visitor.StartAsync(chromium, Network.Address);
        await ConcludeAsync(await visitor.ChooseAsync(Visitor.FileOf("\u202efdp.exe", Theatre.Document("unheard"))));
    }

    [Fact]
    [Attack(Who.Network, "outage", Before = "outage")]
    public async Task A_list_of_keys_that_holds_nothing_is_no_answer_to_the_page()
    {
        await using var visitor = await Visitor.StartAsync(chromium, Network.Address);
        Network.Answer("/v1/keys", reply => reply.Text = """{"origin":"x","verifierKeys":[null],"keys":[],"entries":[null]}""");
        await ConcludeAsync(await ChooseAsync(visitor, "standing"));
    }

    [Fact]
    [Attack(Who.Network, "outage", Before = "outage")]
    public async Task The_page_does_not_follow_a_redirect_to_another_host_with_the_digest()
    {
        await using var elsewhere = await Network.StartAsync(Theatre.Service.Address, Stop);
        await using var visitor = await Visitor.StartAsync(chromium, Network.Address);
        Network.AnswerVerify(reply =>
        {
            (reply.Status, reply.Body) = (307, []);
            reply.Headers["Location"] = new Uri(elsewhere.Address, "v1/verify").ToString();
        });
        await ConcludeAsync(await ChooseAsync(visitor, "standing"));
        Assert.Empty(elsewhere.Asked);
    }

    // The page comes; what would contradict the link does not.
    private void KeepBackKeys() => Network.Instead = (context, path) =>
    {
        context.Response.StatusCode = 503;
        return Task.FromResult(path.StartsWith("/v1/", StringComparison.Ordinal));
    };

    private async Task<Visitor> MeetAsync()
    {
        var visitor = await Visitor.StartAsync(chromium, Network.Address);
        await Expect(await ChooseAsync(visitor, "standing")).ToHaveAttributeAsync("data-state", "verified");
        return visitor;
    }

    private Task<ILocator> ChooseAsync(Visitor visitor, string document) => visitor.ChooseAsync(Visitor.FileOf(document + ".pdf", Theatre.Document(document)));

    private async Task AlterAsync(string document, Action<JsonNode> change)
    {
        await using var visitor = await Visitor.StartAsync(chromium, Network.Address);
        Network.TamperWithVerdicts(change);
        await ConcludeAsync(await ChooseAsync(visitor, document));
    }

    private async Task NamedAsync(string legalName)
    {
        var log = ForgedLog.Begin("evil.example/log");
        var answer = JsonNode.Parse(await Theatre.AskAsync("standing"))!;
        await ForgedDocument.Add(log, Forged, entry => entry with { LegalName = legalName }).WriteAsync(answer["results"]![0]!);
        Network.Pose(log, answer, await log.KeysAsync(Theatre.KeysDocument));
        await using var visitor = await Visitor.StartAsync(chromium, Network.Address);
        await ConcludeAsync(await visitor.ChooseAsync(Visitor.FileOf("forged.pdf", Forged)));
        Assert.Null(await visitor.InjectedAsync());
    }

    // A forged document, a receipt for it from a log of one's own, and the link whose key signs that log.
    private async Task<(string Fragment, FilePayload[] Files)> PairAsync()
    {
        var log = ForgedLog.Begin(Theatre.Keys.Origin);
        var receipt = await ForgedDocument.Add(log, Forged).ReceiptAsync();
        return (
            $"#key={WebUtility.UrlEncode(log.Signers[0].Verifier.ToString())}",
            [Visitor.FileOf("forged.pdf", Forged), Visitor.FileOf("forged.pdf.tlog-proof", Encoding.UTF8.GetBytes(receipt))]);
    }
}
