using System.Text.Json.Nodes;
using TrueCopy.Adversary.Tests.Forging;

namespace TrueCopy.Adversary.Tests.Vectors;

/// <summary>
/// Answers about documents: the verdict that counts, or why there is none: <c>proof</c> (not what is proven), <c>standing</c>
/// (what is proven once, and not that it is so now), <c>clock</c>, <c>rollback</c>, <c>fork</c>.
/// </summary>
internal sealed class AnswerVectors
{
    private static readonly DateTimeOffset Now = VectorLog.Began + TimeSpan.FromHours(2);
    private readonly VectorLog _log = new();
    private readonly JsonArray _cases = [];
    private long _sizeBefore;

    public static async Task<JsonObject> MakeAsync()
    {
        var vectors = new AnswerVectors();
        vectors.Write();
        await vectors.AddSoundAsync();
        await vectors.AddTimesAsync();
        await vectors.AddFactsAsync();
        await vectors.AddWholesAsync();
        await vectors.AddStandingAsync();
        await vectors.AddSeenAsync();
        return new JsonObject
        {
            ["about"] = "Answers of /v1/verify to who knows 'keys', by a clock that says 'now', and may have 'seen' the log before; 'log' is what it serves. 'expect': the verdict, or what is wrong: proof, standing, clock, rollback, fork.",
            ["keys"] = ReceiptVectors.Array(VectorLog.LinesOf(vectors._log.Log.Signers)),
            ["log"] = new JsonObject(vectors._log.Log.Tiles.OrderBy(tile => tile.Path, StringComparer.Ordinal).Select(tile => KeyValuePair.Create(tile.Path, (JsonNode?)Convert.ToBase64String(tile.Bytes)))),
            ["cases"] = vectors._cases,
        };
    }

    private void Write()
    {
        var revoke = (Entry entry) => entry with { Kind = ActKind.Revoke, Reason = ReasonCode.IssuedInError };
        foreach (var document in new[] { "standing", "revoked", "suspended", "reinstated", "superseded", "successor", "disputed", "agreed", "slandered", "again" })
            _log.Add(document, document, issuer: document is "slandered" ? "registry" : "bank");
        _log.Add("expiring", "expiring", entry => entry with { Expires = Now });
        _log.Add("expired", "expired", entry => entry with { Expires = Now - TimeSpan.FromDays(1) });
        _log.Add("early", "early", entry => entry with { ValidFrom = Now + TimeSpan.FromDays(1) });
        _log.Add("long", "long", entry => entry with { ValidFrom = Now - TimeSpan.FromDays(1), Expires = Now + TimeSpan.FromDays(1) });
        foreach (var document in new[] { "disputed", "agreed" })
            _log.Add(document + " by another", document, issuer: "registry");
        _log.Add("slandered by another", "slandered");
        _log.Add("again later", "again", entry => entry with { Replaces = _log["again"].Index });
        _log.Add("again in vain", "again", entry => entry with { Yields = _log["again later"].Index });
        _log.Add("revocation", "revoked", entry => revoke(entry) with { Target = _log["revoked"].Index }, note: "余额有误");
        _log.Add("suspension", "suspended", entry => entry with { Kind = ActKind.Suspend, Target = _log["suspended"].Index, Reason = ReasonCode.CertificateHold });
        foreach (var (name, kind) in new[] { ("earlier suspension", ActKind.Suspend), ("reinstatement", ActKind.Reinstate) })
            _log.Add(name, "reinstated", entry => entry with { Kind = kind, Target = _log["reinstated"].Index, Reason = ReasonCode.CertificateHold });
        _log.Add("replacement", "superseded", entry => entry with { Kind = ActKind.Supersede, Target = _log["superseded"].Index, Reason = ReasonCode.Superseded }, successor: VectorLog.DigestOf("successor"));
        _log.Add("named", "named", entry => entry with { LegalNames = new LegalNames { En = "Demo Bank", ZhHant = "示範銀行" } });
        _log.Add("dispute", "disputed", entry => revoke(entry) with { Target = _log["disputed"].Index });
        _log.Add("slander", "slandered", entry => revoke(entry) with { Target = _log["slandered by another"].Index });
        _log.EndBatch();
        _sizeBefore = _log.Log.Size;

        // What no log should hold, and no client believe: acts by another institution, and on an issue that counts no more.
        _log.Add("revocation by another", "standing", entry => revoke(entry) with { Target = _log["standing"].Index }, issuer: "registry");
        _log.Add("revocation of the earlier", "again", entry => revoke(entry) with { Target = _log["again"].Index });
        _log.EndBatch();
    }

    private async Task AddSoundAsync()
    {
        await AddAsync("it stands", "standing", ["standing"], "verified");
        await AddAsync("for a time that is", "long", ["long"], "verified");
        await AddAsync("revoked", "revoked", ["revoked:revocation"], "revoked");
        await AddAsync("suspended", "suspended", ["suspended:suspension"], "suspended");
        await AddAsync("reinstated", "reinstated", ["reinstated"], "verified");
        await AddAsync("superseded", "superseded", ["superseded:replacement"], "superseded");
        await AddAsync("issued again", "again", ["again later"], "verified");
        await AddAsync("expired", "expired", ["expired"], "expired");
        await AddAsync("not yet valid", "early", ["early"], "notYetValid");
        await AddAsync("two institutions that agree", "agreed", ["agreed", "agreed by another"], "verified");
        await AddAsync("a revocation beside another institution's issue", "disputed", ["disputed:dispute", "disputed by another"], "conflicting");
        await AddAsync("an issue beside another institution's revocation", "slandered", ["slandered", "slandered by another:slander"], "conflicting");
        await AddAsync("nobody issued it", "unheard", [], "unknown");
        await AddAsync("acts that nothing proves are nobody's verdict", "standing", ["standing"], "verified", answer =>
            answer["results"]![0]!["unproven"] = new JsonObject
            {
                ["acts"] = new JsonArray(new JsonObject { ["logIndex"] = 1, ["kind"] = "revoke", ["at"] = "2001-01-01T00:00:00Z" }),
                ["type"] = "passport",
            });
    }

    private async Task AddTimesAsync()
    {
        await AddAsync("a clock that is five minutes ahead", "standing", ["standing"], "verified", checkedAt: Now + TimeSpan.FromMinutes(5));
        await AddAsync("a clock that is five minutes behind", "standing", ["standing"], "verified", checkedAt: Now - TimeSpan.FromMinutes(5));
        await AddAsync("a clock that is further ahead", "standing", ["standing"], "clock", checkedAt: Now + TimeSpan.FromSeconds(301));
        await AddAsync("a clock that is further behind", "standing", ["standing"], "clock", checkedAt: Now - TimeSpan.FromSeconds(301));
        await AddAsync("a clock that is further behind and nobody issued it", "unheard", [], "clock", checkedAt: Now - TimeSpan.FromSeconds(301));
        await AddAsync("expired by the client's clock and not yet by the service's", "expiring", ["expiring"], "expired", checkedAt: Now - TimeSpan.FromMinutes(1));
        await AddAsync("expired by the service's clock and not yet by the client's", "expiring", ["expiring"], "verified", checkedAt: Now + TimeSpan.FromMinutes(1), now: Now - TimeSpan.FromMinutes(1));
        await AddAsync("expired, and called verified", "expired", ["expired"], "proof", Say("verified"));
        await AddAsync("expired, and called verified at a time when it was", "expired", ["expired"], "clock", Say("verified"), checkedAt: Now - TimeSpan.FromDays(2));
        await AddAsync("not yet valid, and called verified", "early", ["early"], "proof", Say("verified"));
        await AddAsync("it stands, and is called expired", "long", ["long"], "proof", Say("expired"));
    }

    private async Task AddFactsAsync()
    {
        await AddFactAsync("another time of the revocation", result => result["since"] = "2001-01-01T00:00:00Z");
        await AddFactAsync("another name of who revoked", result => result["issuer"]!["legalName"] = "A Better Bank");
        await AddFactAsync("names by language that no entry states", result => result["issuer"]!["legalNames"] = new JsonObject { ["en"] = "Demo Bank" });
        await AddFactAsync("names by language, but none", result => result["issuer"]!["legalNames"] = new JsonObject());
        await AddAsync("names by language", "named", ["named"], "verified");
        await AddAsync("another name in a language", "named", ["named"], "proof", answer => answer["results"]![0]!["issuer"]!["legalNames"]!["en"] = "A Better Bank");
        await AddAsync("a name in a language too many", "named", ["named"], "proof", answer => answer["results"]![0]!["issuer"]!["legalNames"]!["zh-Hans"] = "示范银行");
        await AddAsync("a name in a language too few", "named", ["named"], "proof", answer => answer["results"]![0]!["issuer"]!["legalNames"]!.AsObject().Remove("en"));
        await AddAsync("no names by language", "named", ["named"], "proof", answer => answer["results"]![0]!["issuer"]!.AsObject().Remove("legalNames"));
        await AddFactAsync("another place of who revoked", result => result["issuer"]!["jurisdiction"] = "US");
        await AddFactAsync("another institution", result => result["issuer"]!["id"] = "registry");
        await AddFactAsync("a domain that no entry names", result => result["issuer"]!["domain"] = "bank.example");
        await AddFactAsync("another reason", result => result["reason"] = "superseded");
        await AddFactAsync("no reason", result => result.AsObject().Remove("reason"));
        await AddFactAsync("another note", result => result["note"] = "paid in full");
        await AddFactAsync("no note", result => result.AsObject().Remove("note"));
        await AddFactAsync("a validity that no entry states", result => result["expires"] = "2001-01-01T00:00:00Z");
        await AddFactAsync("a successor that nobody named", result => result["successor"] = new JsonObject { ["algorithm"] = "sha-256", ["digest"] = VectorLog.DigestOf("standing").Hex });
        await AddFactAsync("no receipt of the issue", result => result.AsObject().Remove("issueReceipt"));
        await AddFactAsync("the receipt of the revocation twice", result => result["issueReceipt"] = result["receipt"]!.DeepClone());
        await AddFactAsync("the receipts in each other's place", result => (result["receipt"], result["issueReceipt"]) = (result["issueReceipt"]!.DeepClone(), result["receipt"]!.DeepClone()));
        await AddFactAsync("no receipt", result => result["receipt"] = "");
        await AddAsync("another successor", "superseded", ["superseded:replacement"], "proof", answer => answer["results"]![0]!["successor"]!["digest"] = VectorLog.DigestOf("standing").Hex);
        await AddAsync("the issue twice", "standing", ["standing"], "proof", answer => answer["results"]![0]!["issueReceipt"] = answer["results"]![0]!["receipt"]!.DeepClone());
        await AddAsync("the receipt of another document", "standing", ["revoked"], "proof");
        await AddAsync("a reinstatement as if it decided", "reinstated", ["reinstated:reinstatement"], "proof", Say("verified"));
        await AddAsync("a revocation by another institution", "standing", ["standing:revocation by another"], "proof");
        await AddAsync("a revocation of another issue", "again", ["again later:revocation of the earlier"], "proof");
        await AddAsync("a receipt under a smaller log", "standing", ["standing"], "proof", async answer =>
        {
            var smaller = await SmallerAsync(_log["standing"].Index + 1);
            answer["results"]![0]!["receipt"] = await _log["standing"].ReceiptAsync(smaller);
        });
        await AddAsync("a smaller log under a receipt of a larger one", "standing", ["standing"], "proof", async answer => await StateAsync(answer, 3));
    }

    private async Task AddWholesAsync()
    {
        await AddAsync("an answer about another document", "standing", ["standing"], "proof", answer => answer["digest"] = VectorLog.DigestOf("long").Hex);
        await AddAsync("an answer about another algorithm", "standing", ["standing"], "proof", answer => answer["algorithm"] = "sm3");
        await AddAsync("a verdict without a result", "standing", [], "proof", answer => answer["verdict"] = "verified");
        await AddAsync("unknown with a result", "standing", ["standing"], "proof", answer => answer["verdict"] = "unknown");
        await AddAsync("revoked, and called verified", "revoked", ["revoked:revocation"], "proof", Say("verified"));
        await AddAsync("revoked, and called verified above", "revoked", ["revoked:revocation"], "proof", answer => answer["verdict"] = "verified");
        await AddAsync("institutions that differ, and the kinder word above", "disputed", ["disputed:dispute", "disputed by another"], "proof", answer => answer["verdict"] = "verified");
        await AddAsync("institutions that agree, and conflicting above", "agreed", ["agreed", "agreed by another"], "proof", answer => answer["verdict"] = "conflicting");
        await AddAsync("the later institution first", "disputed", ["disputed by another", "disputed:dispute"], "proof");
        await AddAsync("one institution twice", "agreed", ["agreed", "agreed"], "proof");
        await AddAsync("one institution with two issues", "again", ["again", "again later"], "standing");
        await AddAsync("another size than was signed", "standing", ["standing"], "proof", answer => answer["checkpoint"]!["size"] = 99);
        await AddAsync("another root than was signed", "standing", ["standing"], "proof", answer => answer["checkpoint"]!["root"] = Convert.ToBase64String(new byte[32]));
        await AddAsync("a checkpoint that strangers signed", "unheard", [], "proof", answer => answer["checkpoint"]!["note"] = Forger.Sign(TextOf(answer), VectorLog.Keys("b")));
        await AddAsync("a checkpoint that one of the keys signed", "unheard", [], "proof", answer => answer["checkpoint"]!["note"] = Forger.Sign(TextOf(answer), VectorLog.Keys("a")[..1]));
        await AddAsync("lines of strangers under every note", "standing", ["standing"], "verified", answer =>
        {
            foreach (var (node, name) in new[] { (answer["checkpoint"]!, "note"), (answer["results"]![0]!, "receipt") })
                node[name] = Forger.Countersign(node[name]!.GetValue<string>(), VectorLog.Keys("b"));
        });
    }

    private async Task AddStandingAsync()
    {
        await AddAsync("no status with the receipt", "standing", ["standing"], "standing", answer => WithStatus(answer, (receipt, _) => receipt.AsObject().Remove("status")));
        await AddAsync("no status with the receipt of a revoked issue", "revoked", ["revoked:revocation"], "standing", answer => WithStatus(answer, (receipt, _) => receipt.AsObject().Remove("status")));
        await AddAsync("revoked, and the revocation kept back", "revoked", ["revoked"], "standing");
        await AddAsync("suspended, and the suspension kept back", "suspended", ["suspended"], "standing");
        await AddAsync("superseded, and what replaced it kept back", "superseded", ["superseded"], "standing");
        await AddAsync("expired and revoked, and the revocation kept back", "expired", ["expired"], "standing", answer => OtherwiseAsync(answer, "expired", tree => Say(tree, "expired", EntryStatus.Revoked)));
        await AddAsync("suspended, and reinstated since", "reinstated", ["reinstated:earlier suspension"], "standing");
        await AddAsync("an issue that another took the place of", "again", ["again"], "standing");
        await AddAsync("an issue that counted never", "again", ["again in vain"], "standing");
        await AddAsync("it stands, and is called revoked by an act on another issue of the same log", "again", ["again:revocation of the earlier"], "standing");
        await AddAsync("a status that a later version knows", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", tree => Say(tree, "standing", (EntryStatus)5)));
        await AddAsync("the highest status that there can be", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", tree => Say(tree, "standing", (EntryStatus)15)));
        await AddAsync("issued before the log kept status", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", change: entry => entry with { From = _log["standing"].Index + 1 }));
        await AddAsync("the first whose status the log kept", "standing", ["standing"], "verified", answer => OtherwiseAsync(answer, "standing", change: entry => entry with { From = _log["standing"].Index }));
        await AddAsync("from beyond what it covers", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", change: entry => entry with { From = _log.Log.Size }));
        await AddAsync("from before the beginning", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", change: entry => entry with { From = -1 }));
        await AddAsync("a status that covers one entry less", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", change: entry => entry with { Covers = entry.Covers - 1 }));
        await AddAsync("a status that covers itself", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", change: entry => entry with { Covers = entry.Covers + 1 }));
        await AddAsync("a root in capitals", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", change: entry => entry with { Root = entry.Root!.ToUpperInvariant() }));
        await AddAsync("another root", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", change: entry => entry with { Root = new string('0', 64) }));
        await AddAsync("a last entry that is no status", "standing", ["standing"], "standing", answer => OtherwiseAsync(answer, "standing", change: entry => entry with { Kind = ActKind.Domain }));
        await AddAsync("the status of an earlier state", "standing", ["standing"], "standing", async answer =>
        {
            var earlier = await _log.Log.StatusAsync(_log["standing"].Index, _sizeBefore);
            WithStatus(answer, (receipt, _) => receipt["status"] = earlier!.DeepClone());
        });
        await AddAsync("a page that was altered", "standing", ["standing"], "standing", answer => WithStatus(answer, (_, status) => Flip(status, "page", 63)));
        await AddAsync("a path of the page that is not needed", "standing", ["standing"], "standing", answer => WithStatus(answer, (_, status) => status["pagePath"] = Convert.ToBase64String(new byte[32])));
        await AddAsync("a path of the last entry that was altered", "standing", ["standing"], "standing", answer => WithStatus(answer, (_, status) => Flip(status, "path", 0)));
        await AddAsync("a last entry that was altered", "standing", ["standing"], "standing", answer => WithStatus(answer, (_, status) => Flip(status, "entry", 5)));
        await AddAsync("the status of an act", "revoked", ["revoked:revocation"], "standing", async answer =>
        {
            var status = await _log.Log.StatusAsync(_log["revoked"].Index, _log.Log.Size);
            answer["results"]![0]!["receipt"] = ExtraLine.Change(answer["results"]![0]!["receipt"]!.GetValue<string>(), extra => extra["status"] = status!.DeepClone());
        });
        await AddAsync("a page of 63 bytes", "standing", ["standing"], "proof", answer => WithStatus(answer, (_, status) => status["page"] = Convert.ToBase64String(new byte[63])));
        await AddAsync("half a hash in a path", "standing", ["standing"], "proof", answer => WithStatus(answer, (_, status) => status["path"] = Convert.ToBase64String(new byte[48])));
        await AddAsync("a status without a page", "standing", ["standing"], "proof", answer => WithStatus(answer, (_, status) => status.AsObject().Remove("page")));
        await AddAsync("a status that is a word", "standing", ["standing"], "proof", answer => WithStatus(answer, (receipt, _) => receipt["status"] = "stands"));
    }

    // The same answer, under the same log with another status at its end.
    private async Task OtherwiseAsync(JsonNode answer, string document, Action<StatusTree>? lie = null, Func<Entry, Entry>? change = null)
    {
        var other = _log.Otherwise(lie, change);
        answer["checkpoint"] = new JsonObject { ["origin"] = other.Origin, ["size"] = other.Size, ["root"] = other.Root, ["note"] = other.Checkpoint() };
        answer["results"]![0]!["receipt"] = await (_log[document] with { Log = other }).ReceiptAsync();
    }

    private void Say(StatusTree tree, string document, EntryStatus status) => tree[_log[document].Index] = status;

    // Changes the status that an answer's issue is proven with.
    private static void WithStatus(JsonNode answer, Action<JsonNode, JsonNode> change)
    {
        var result = answer["results"]![0]!;
        var name = result["issueReceipt"] is null ? "receipt" : "issueReceipt";
        result[name] = ExtraLine.Change(result[name]!.GetValue<string>(), extra => change(extra, extra["status"]!));
    }

    private static void Flip(JsonNode status, string member, int at)
    {
        var bytes = Convert.FromBase64String(status[member]!.GetValue<string>());
        bytes[at] ^= 1;
        status[member] = Convert.ToBase64String(bytes);
    }

    private async Task AddSeenAsync()
    {
        var (size, before) = (_log.Log.Size, _sizeBefore);
        await AddAsync("the same log was seen", "standing", ["standing"], "verified", seen: _log.Log.Checkpoint());
        await AddAsync("a smaller log was seen", "standing", ["standing"], "verified", seen: await SmallerAsync(5));
        await AddAsync("a smaller log with another past was seen", "standing", ["standing"], "fork", seen: Other(5));
        await AddAsync("another log of the same size was seen", "standing", ["standing"], "fork", seen: Other(size));
        await AddAsync("a larger log was seen just now", "standing", ["standing"], "verified", answer => RestateAsync(answer, "standing", before), seen: _log.Log.Checkpoint(), seenAt: Now - TimeSpan.FromSeconds(29));
        await AddAsync("a larger log was seen a minute ago", "standing", ["standing"], "rollback", answer => RestateAsync(answer, "standing", before), seen: _log.Log.Checkpoint(), seenAt: Now - TimeSpan.FromMinutes(1));
        await AddAsync("a larger log was seen by a clock that was set back since", "standing", ["standing"], "rollback", answer => RestateAsync(answer, "standing", before), seen: _log.Log.Checkpoint(), seenAt: Now + TimeSpan.FromHours(1));
        await AddAsync("a larger log was seen a minute ago and nobody issued it", "unheard", [], "rollback", answer => StateAsync(answer, before), seen: _log.Log.Checkpoint(), seenAt: Now - TimeSpan.FromMinutes(1));
    }

    private Task AddFactAsync(string name, Action<JsonNode> change) => AddAsync(name, "revoked", ["revoked:revocation"], "proof", answer => change(answer["results"]![0]!));

    private Task AddAsync(string name, string document, string[] results, string expect, Action<JsonNode> change, DateTimeOffset? checkedAt = null, DateTimeOffset? now = null) =>
        AddAsync(
            name,
            document,
            results,
            expect,
            answer =>
            {
                change(answer);
                return Task.CompletedTask;
            },
            checkedAt,
            now);

    private async Task AddAsync(
        string name,
        string document,
        string[] results,
        string expect,
        Func<JsonNode, Task>? change = null,
        DateTimeOffset? checkedAt = null,
        DateTimeOffset? now = null,
        string? seen = null,
        DateTimeOffset? seenAt = null)
    {
        var at = checkedAt ?? now ?? Now;
        var said = new JsonArray();
        foreach (var result in results)
            said.Add(await ResultAsync(result.Split(':'), at));
        var words = said.Select(result => result!["verdict"]!.GetValue<string>()).Distinct().ToArray();
        var answer = new JsonObject
        {
            ["verdict"] = words.Length switch { 0 => "unknown", 1 => words[0], _ => "conflicting" },
            ["algorithm"] = "sha-256",
            ["digest"] = VectorLog.DigestOf(document).Hex,
            ["checkedAt"] = Time(at),
            ["results"] = said,
        };
        await StateAsync(answer, _log.Log.Size);
        if (change is not null)
            await change(answer);
        var vector = new JsonObject { ["name"] = name, ["sha256"] = VectorLog.DigestOf(document).Hex, ["now"] = Time(now ?? Now), ["answer"] = answer, ["expect"] = expect };
        if (seen is not null)
            vector["seen"] = new JsonObject { ["note"] = seen, ["at"] = Time(seenAt ?? Now - TimeSpan.FromDays(1)) };
        _cases.Add(vector);
    }

    private async Task<JsonNode> ResultAsync(string[] acts, DateTimeOffset at)
    {
        var (issue, deciding) = (_log[acts[0]], _log[acts[^1]]);
        var (verdict, since) = deciding.Entry switch
        {
            { Kind: ActKind.Revoke } => ("revoked", deciding.Entry.At),
            { Kind: ActKind.Suspend } => ("suspended", deciding.Entry.At),
            { Kind: ActKind.Supersede } => ("superseded", deciding.Entry.At),
            { Expires: { } expires } when at >= expires => ("expired", expires),
            { ValidFrom: { } from } when at < from => ("notYetValid", from),
            _ => ("verified", deciding.Entry.At),
        };
        var result = new JsonObject
        {
            ["issuer"] = new JsonObject { ["id"] = issue.Entry.Issuer, ["legalName"] = issue.Entry.LegalName, ["jurisdiction"] = issue.Entry.Jurisdiction },
            ["verdict"] = verdict,
            ["since"] = Time(since),
            ["receipt"] = await deciding.ReceiptAsync(),
        };
        if (issue.Entry.LegalNames is { } names)
            result["issuer"]!["legalNames"] = System.Text.Json.JsonSerializer.SerializeToNode(names, DocumentJson.Instance.LegalNames)!;
        if (deciding != issue)
            result["issueReceipt"] = await issue.ReceiptAsync();
        if (issue.Entry.ValidFrom is { } validFrom)
            result["validFrom"] = Time(validFrom);
        if (issue.Entry.Expires is { } end)
            result["expires"] = Time(end);
        if (deciding.Entry.Reason is { } reason)
            result["reason"] = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(reason.ToString());
        if (deciding.Note is { } note)
            result["note"] = note;
        if (deciding.Successor is { } successor)
            result["successor"] = new JsonObject { ["algorithm"] = successor.Algorithm.Name, ["digest"] = successor.Hex };
        result["unproven"] = new JsonObject { ["acts"] = new JsonArray(new JsonObject { ["logIndex"] = issue.Index, ["kind"] = "issue", ["at"] = Time(issue.Entry.At) }) };
        return result;
    }

    private async Task StateAsync(JsonNode answer, long size)
    {
        var note = await SmallerAsync(size);
        answer["checkpoint"] = new JsonObject { ["origin"] = VectorLog.Origin, ["size"] = size, ["root"] = note.Split('\n')[2], ["note"] = note };
    }

    private async Task RestateAsync(JsonNode answer, string document, long size)
    {
        await StateAsync(answer, size);
        answer["results"]![0]!["receipt"] = await _log[document].ReceiptAsync(answer["checkpoint"]!["note"]!.GetValue<string>());
    }

    // The checkpoint that the log had when it was smaller.
    private Task<string> SmallerAsync(long size)
    {
        var smaller = new ForgedLog(VectorLog.Origin, VectorLog.Keys("a"));
        foreach (var entry in _log.Log.Entries.Take((int)size))
            smaller.Add(entry);
        return Task.FromResult(smaller.Checkpoint());
    }

    private static string Other(long size)
    {
        var other = new ForgedLog(VectorLog.Origin, VectorLog.Keys("a"));
        while (other.Size < size)
            other.Add([(byte)other.Size]);
        return other.Checkpoint();
    }

    private static Action<JsonNode> Say(string word) => answer =>
    {
        answer["verdict"] = word;
        answer["results"]![0]!["verdict"] = word;
        if (answer["results"]![0]!["expires"] is { } expires && word == "expired")
            answer["results"]![0]!["since"] = expires.DeepClone();
    };

    private static string TextOf(JsonNode answer)
    {
        var note = answer["checkpoint"]!["note"]!.GetValue<string>();
        return note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 1)];
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
