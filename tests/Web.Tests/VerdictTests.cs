using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What a verifier sees of each verdict, in each language.</summary>
public sealed class VerdictTests(Chromium chromium) : IAsyncLifetime
{
    private static readonly string[] States = ["verified", "revoked", "suspended", "superseded", "expired", "notYetValid", "unknown"];

    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Each_verdict_has_its_own_words_shape_and_colour_and_is_accessible()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        var looks = new HashSet<string>();
        foreach (var state in States)
        {
            var card = await visit.CheckAsync(await MakeAsync(state), state);
            if (await card.Locator(".fold > summary").CountAsync() > 0)
                await card.Locator(".fold > summary").ClickAsync();
            looks.Add(await card.Locator("h3").EvaluateAsync<string>("title => getComputedStyle(title).color"));
            looks.Add((await card.Locator("header .icon path").First.GetAttributeAsync("d"))! + await card.Locator("header .icon path").Last.GetAttributeAsync("d"));
            if (state == "unknown")
            {
                await Expect(card.Locator(".possibilities li")).ToHaveCountAsync(2);
            }
            else
            {
                await Expect(card.Locator(".lead")).ToContainTextAsync("示范银行");

                // What was done to an issue is proven by two receipts: of the act and of the issue.
                await Expect(card.Locator(".step.holds")).ToHaveCountAsync(state is "revoked" or "suspended" or "superseded" ? 11 : 6);
            }

            if (state == "verified")
                await visit.InEachLanguageAsync((language, _) => visit.PictureAsync($"page-{language}"));
        }

        Assert.Equal(2 * States.Length, looks.Count);
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(visit.Page.Locator(".card h3")).ToHaveTextAsync(words(
                "No record, Not yet valid, Expired, Replaced, Suspended, Revoked, Verified",
                "查無紀錄, 尚未生效, 已過期, 已被取代, 已暫停, 已撤銷, 核實無誤",
                "查无记录, 尚未生效, 已过期, 已被替换, 已暂停, 已撤销, 核验通过").Split(", "));
            foreach (var state in States)
            {
                // Those from before there were so many are folded once they are drawn anew.
                var card = visit.Page.Locator($".card[data-state={state}]");
                if (await card.Locator(".fold:not([open])").CountAsync() > 0)
                    await card.Locator(".fold > summary").ClickAsync();
                await card.Locator(".account > summary").ClickAsync();
                await visit.PictureAsync($"{state}-{language}", card);
            }
        });
        await visit.AccessibleAsync();
    }

    // What only the service says stands apart from what is proven, and who vouches for what stands beside it.
    [Theory]
    [InlineData("en-HK", "confirmed", "Institution’s domain", "bank.hk: confirmed by this service since 23 Nov 2026", "log entry no. 3")]
    [InlineData("zh-HK", "contradicted", "機構域名", "bank.hk：本服務自2026年11月23日起核對的結果為「不符」", "第 3 條")]
    [InlineData("zh-CN", "notStated", "机构域名", "bank.hk：本服务自2026年11月23日起核对的结果为“未作声明”", "第 3 条")]
    public async Task What_the_institutions_domain_said_to_the_service_is_told_with_its_entry_and_who_vouches_for_it(string language, string word, string label, string said, string entry)
    {
        Assert.True(WireName.TryParse(word, out DomainWord outcome));
        _site.World.Inbox.CreateContainer("issuer-bank", new Dictionary<string, string> { ["legalname"] = "Bank", ["jurisdiction"] = "HK", ["domain"] = "bank.hk" });
        await _site.World.Staged.AddAsync(new RegistryChange(_site.World.Inbox.IssuerOf("issuer-bank"), new DomainOutcome("bank.hk", outcome, _site.World.Time.GetUtcNow())), TestContext.Current.CancellationToken);
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium, _site, language);
        var card = await visit.CheckAsync(document, "verified");
        await card.Locator(".account > summary").ClickAsync();
        var fact = card.Locator(".claimed dl > div").Filter(new() { HasText = label });
        await Expect(fact).ToContainTextAsync(said);
        await Expect(fact.Locator(".hint")).ToContainTextAsync(entry);
        if (outcome == DomainWord.Contradicted)
            await visit.AccessibleAsync();
        await visit.PictureAsync($"domain-{word}-{language}", card);
    }

    [Fact]
    public async Task An_institution_is_named_in_the_readers_language_with_the_name_that_it_goes_by_beside_it()
    {
        const string Main = "名册银行 (Named Bank)";
        _site.World.Inbox.CreateContainer("issuer-named", new Dictionary<string, string> { ["legalname"] = Main, ["legalname_en"] = "Named Bank Limited", ["legalname_zh_hant"] = "名冊銀行", ["jurisdiction"] = "CN-GD" });
        var document = await _site.IssueAsync("statement.pdf", issuer: "named");
        await using var visit = await Visit.StartAsync(chromium, _site);
        var card = await visit.CheckAsync(document, "verified");
        await visit.InEachLanguageAsync(async (_, words) =>
        {
            var name = words("Named Bank Limited", "名冊銀行", Main);
            await Expect(card.Locator(".lead bdi")).ToHaveTextAsync(name);
            await Expect(card.Locator(".facts").First).ToContainTextAsync(name);
            await Expect(card.Locator(".facts").First).ToContainTextAsync(words("Guangdong, China", "中國廣東", "中国广东"));
            await Expect(card.Locator(".other-name")).ToHaveTextAsync(name == Main ? [] : [Main]);
        });
    }

    [Fact]
    public async Task Whatever_was_done_to_a_document_is_told_with_since_when_why_and_by_whom()
    {
        await using var visit = await Visit.StartAsync(chromium, _site);
        (string State, string[] Facts)[] expected =
        [
            ("revoked", ["Revoked on23 November 2026 at 17:00 Hong Kong time", "Revoked by示范银行", "ReasonIssued in error", "Issuer’s notewrong balance"]),
            ("suspended", ["On hold since23 November 2026", "Put on hold by示范银行", "ReasonTemporarily on hold"]),
            ("superseded", ["Replaced on23 November 2026", "Replaced by the issuer示范银行", "fingerprint"]),
            ("expired", ["Expired on1 November 2026 at 00:00 Hong Kong time", "Validity set by示范银行"]),
            ("notYetValid", ["Valid from1 January 2027 at 00:00 Hong Kong time", "Validity set by示范银行"]),
        ];
        foreach (var (state, facts) in expected)
        {
            var card = await visit.CheckAsync(await MakeAsync(state), state);
            if (await card.Locator(".fold > summary").CountAsync() > 0)
                await card.Locator(".fold > summary").ClickAsync();
            foreach (var fact in facts)
                await Expect(card.Locator("dl.facts").First).ToContainTextAsync(fact);
        }
    }

    private async Task<FilePayload> MakeAsync(string state)
    {
        var metadata = state switch
        {
            "expired" => new Dictionary<string, string> { ["expires"] = "2026-11-01T00:00:00+08:00" },
            "notYetValid" => new Dictionary<string, string> { ["validfrom"] = "2027-01-01T00:00:00+08:00" },
            _ => new Dictionary<string, string> { ["type"] = "bank-statement", ["expires"] = "2027-12-31T23:59:59+08:00" },
        };
        if (state == "unknown")
            return Site.FileOf("statement.pdf", "%PDF-1.7 nobody's"u8.ToArray());
        var document = await _site.IssueAsync("statement.pdf", metadata);
        switch (state)
        {
            case "revoked":
                await _site.ActAsync("revoke", document, "issuedInError", ",\"note\":\"wrong balance\"");
                break;
            case "suspended":
                await _site.ActAsync("suspend", document, "certificateHold");
                break;
            case "superseded":
                var successor = await _site.IssueAsync("statement-v2.pdf");
                await _site.ActAsync("supersede", document, "superseded", $",\"successorAlgorithm\":\"sha-256\",\"successorDigest\":\"{Site.HexOf(successor)}\"");
                break;
        }

        return document;
    }
}
