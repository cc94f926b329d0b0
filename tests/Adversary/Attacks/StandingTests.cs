using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TrueCopy.Adversary.Tests.Forging;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>Getting a client to take a document for standing that does not stand, or the other way round.</summary>
public sealed class StandingTests(Theatre theatre) : Scene(theatre)
{
    private INoteSigner[] Operators => [.. Theatre.Keys.Signers];

    [Fact]
    [Attack(Who.Operator, "3 the log itself says \"revoked\"")]
    public Task A_revocation_that_is_kept_back_is_told_by_the_receipt_of_the_issue() => KeepBackAsync("revoked");

    [Fact]
    [Attack(Who.Operator, "3 the log itself says \"suspended\"")]
    public Task A_suspension_that_is_kept_back_is_told_by_the_receipt_of_the_issue() => KeepBackAsync("suspended");

    [Fact]
    [Attack(Who.Operator, "3 the log itself says \"superseded\"")]
    public Task What_took_a_documents_place_is_told_when_it_is_kept_back() => KeepBackAsync("superseded");

    [Fact]
    [Attack(Who.Network, "3 without the log's own proof")]
    public Task A_receipt_without_its_status_proves_no_standing() => KeepBackAsync("revoked", extra => extra.AsObject().Remove("status"));

    [Fact]
    [Attack(Who.Network, "3")]
    public async Task The_status_of_yesterday_does_not_count_under_the_checkpoint_of_today()
    {
        var old = JsonNode.Parse(Theatre.AnswerBeforeRevocation)!["results"]![0]!["results"]![0]!["receipt"]!.GetValue<string>();
        await KeepBackAsync("revoked", extra => extra["status"] = ExtraLine.Read(old)["status"]?.DeepClone());
    }

    [Fact]
    [Attack(Who.Network, "3")]
    public Task A_page_that_says_otherwise_is_not_that_of_the_log() => KeepBackAsync("revoked", extra => extra["status"]!["page"] = Convert.ToBase64String(new byte[StatusPage.Length]));

    [Fact]
    [Attack(Who.Network, "3")]
    public async Task A_page_of_another_tree_is_not_that_of_the_log()
    {
        var other = await Theatre.ForkAsync(Forger.Keys(Theatre.Keys.Origin));
        other.EndBatch(lie: AllStand);
        var status = await other.StatusAsync(await IndexOfAsync("revoked"), other.Size);
        await KeepBackAsync("revoked", extra => extra["status"] = status!.DeepClone());
    }

    [Fact]
    [Attack(Who.Network, "3")]
    public async Task A_page_of_another_index_says_nothing_of_this_one()
    {
        var late = await Theatre.IssueAsync($"late {Guid.NewGuid()}");
        await Theatre.RevokeAsync(late);
        var standing = ExtraLine.Read(JsonNode.Parse(await Theatre.AskAsync("standing"))!["results"]![0]!["results"]![0]!["receipt"]!.GetValue<string>())["status"]!;
        await KeepBackAsync(late, extra => (extra["status"]!["page"], extra["status"]!["pagePath"]) = (standing["page"]!.DeepClone(), standing["pagePath"]!.DeepClone()));
    }

    [Fact]
    [Attack(Who.Network, "3")]
    public Task A_status_whose_path_is_cut_off_proves_nothing() => AlterStatusAsync(status => status["pagePath"] = Shorter(status["pagePath"]!));

    [Fact]
    [Attack(Who.Network, "3")]
    public Task A_last_entry_whose_path_is_cut_off_proves_nothing() => AlterStatusAsync(status => status["path"] = Shorter(status["path"]!));

    [Fact]
    [Attack(Who.Network, "3 issued again")]
    public async Task An_issue_that_another_took_the_place_of_is_not_shown_in_its_stead()
    {
        var name = await Theatre.IssueAsync($"renewed {Guid.NewGuid()}", metadata: new() { ["expires"] = "2020-01-01T00:00:00Z" });
        var old = JsonNode.Parse(await Theatre.AskAsync(name))!["results"]![0]!["results"]![0]!;
        await Theatre.IssueAgainAsync(name, new() { ["expires"] = "2099-01-01T00:00:00Z" });
        var log = await Theatre.ForkAsync(Operators);
        var receipt = TlogProof.Parse(Encoding.UTF8.GetBytes(old["receipt"]!.GetValue<string>()));
        Network.TamperWithVerdicts(verdict =>
        {
            verdict["verdict"] = "expired";
            var result = verdict["results"]![0]!;
            (result["verdict"], result["since"], result["expires"]) = ("expired", old["since"]!.DeepClone(), old["expires"]!.DeepClone());
            result["receipt"] = log.RenewAsync(receipt, verdict["checkpoint"]!["note"]!.GetValue<string>()).GetAwaiter().GetResult();
        });
        Conclude(await User.VerifyAsync(FileOf(name)));
    }

    [Fact]
    [Attack(Who.Operator, "3 before this log kept the status")]
    public async Task That_a_log_kept_no_status_yet_makes_no_document_stand() =>
        await PoseAsync("revoked", change: entry => entry with { From = entry.Covers });

    [Fact]
    [Attack(Who.Operator, "3")]
    public async Task A_status_that_begins_after_its_own_end_proves_nothing() =>
        await PoseAsync("revoked", change: entry => entry with { From = entry.Covers + 1 });

    [Fact]
    [Attack(Who.Operator, "3")]
    public async Task A_status_of_fewer_entries_than_there_are_proves_nothing() =>
        await PoseAsync("revoked", AllStand, entry => entry with { Covers = entry.Covers - 1 });

    [Fact]
    [Attack(Who.Operator, "0 ✔ VERIFIED", StillWorks = true)]
    public async Task Whoever_has_the_keys_shows_a_false_status_to_one_who_asks_neither_witness_nor_auditor() => await PoseAsync("revoked", AllStand);

    [Fact]
    [Attack(Who.Operator, "4 not by hongkong, shenzhen")]
    public async Task A_false_status_that_no_mirror_signs_does_not_count_where_the_policy_asks_for_one()
    {
        using var sides = new BothSides(TimeProvider.System);
        await PoseAsync("revoked", AllStand, more: ["--policy", User.File("both-sides.policy", Encoding.UTF8.GetBytes(sides.PolicyOf([])))]);
    }

    [Fact]
    [Attack(Who.Operator, "1 the status that it commits to is not that of the entries before it")]
    public async Task A_false_status_is_found_by_an_audit_that_knows_nothing_but_the_key()
    {
        var log = await Theatre.ForkAsync(Operators);
        log.EndBatch(lie: AllStand);
        Network.Tamper = (path, reply) =>
        {
            if (path.StartsWith("/log/", StringComparison.Ordinal))
                (reply.Status, reply.Body) = log.Serve(path["/log/".Length..]) is { } bytes ? (200, bytes) : (404, []);
        };
        Conclude(await User.RunAsync("audit", Network.Address.ToString(), "--state", User.At("audit.json"), "--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Network, "3")]
    public Task A_fetched_status_whose_pages_were_left_out_is_not_kept() => FetchAsync(reply => reply.Json(status => status["pages"] = ""));

    [Fact]
    [Attack(Who.Network, "3")]
    public Task A_fetched_status_whose_page_was_altered_is_not_kept() => FetchAsync(reply => reply.Json(status =>
    {
        var pages = Convert.FromBase64String(status["pages"]!.GetValue<string>());
        pages.AsSpan(1).Clear();
        status["pages"] = Convert.ToBase64String(pages);
    }));

    [Fact]
    [Attack(Who.Service, "3")]
    public async Task A_fetched_status_of_another_logs_keys_is_not_kept()
    {
        var log = await Theatre.ForkAsync(Forger.Keys(Theatre.Keys.Origin));
        log.EndBatch(lie: AllStand);
        var path = await new TreeReader(new UncachedTiles(log), log.Size).InclusionProofAsync(log.Size - 1, Stop);
        await FetchAsync(reply => reply.Json(status =>
        {
            (status["checkpoint"], status["pages"]) = (log.Checkpoint(), "");
            (status["entry"], status["path"]) = (Convert.ToBase64String(log.Entries[^1]), Convert.ToBase64String(StatusProof.BytesOf(path)));
        }));
    }

    [Fact]
    [Attack(Who.Network, "3")]
    public async Task A_status_from_before_the_revocation_does_not_take_the_place_of_a_newer_one()
    {
        var kept = await User.RunAsync(["status", "fetch", .. Fetching]);
        Assert.True(kept.ExitCode == 0, kept.Text);
        await FetchAsync(reply => reply.Text = Theatre.StatusBeforeRevocation);
    }

    [Fact]
    [Attack(Who.Network, "3")]
    public async Task What_changed_since_a_status_that_is_kept_is_not_left_out()
    {
        var kept = await User.RunAsync(["status", "fetch", .. Fetching]);
        Assert.True(kept.ExitCode == 0, kept.Text);
        await Theatre.RevokeAsync(await Theatre.IssueAsync($"taken {Guid.NewGuid()}"));
        await FetchAsync(reply => reply.Json(status => status["pages"] = ""));
    }

    [Fact]
    [Attack(Who.Holder, "10 ✘ REVOKED")]
    public async Task An_old_receipt_is_told_by_a_status_that_was_fetched_since_with_no_network()
    {
        var kept = await User.RunAsync(["status", "fetch", .. Fetching]);
        Assert.True(kept.ExitCode == 0, kept.Text);
        var file = FileOf("revoked");
        User.File("revoked.pdf.tlog-proof", OldReceipt());
        Conclude(await User.RunAsync("verify", file, "--offline", "--status", User.At("status.json.gz"), "--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Network, "0 it stands, by the log's status in the receipt", StillWorks = true)]
    public Task A_receipt_that_was_old_already_is_told_as_of_then_to_who_has_neither_met_the_log_nor_a_policy() => RefreshAsync(reply => reply.Body = OldReceipt());

    [Fact]
    [Attack(Who.Network, "1")]
    public async Task A_fresh_receipt_of_another_document_does_not_take_the_place_of_this_ones()
    {
        var other = JsonNode.Parse(await Theatre.AskAsync("standing"))!["results"]![0]!["results"]![0]!["receipt"]!.GetValue<string>();
        await RefreshAsync(reply => reply.Text = other);
    }

    [Fact]
    [Attack(Who.Network, "1")]
    public Task A_fresh_receipt_without_a_status_is_none() => RefreshAsync(reply => reply.Text = ExtraLine.Change(reply.Text, extra => extra.AsObject().Remove("status")));

    [Fact]
    [Attack(Who.Storage, "3")]
    public Task A_row_of_the_index_that_hides_a_revocation_gets_no_answer() => StoreAsync("revoked", (world, digest) => Remove(world, digest, ActKind.Revoke));

    [Fact]
    [Attack(Who.Storage, "3")]
    public Task A_row_of_the_index_that_was_altered_gets_no_answer() => StoreAsync("revoked", (world, digest) =>
    {
        var row = Remove(world, digest, ActKind.Revoke);
        world.Ledger.Tables.Set(StorageNames.AnchorsTable, row with { Entry = row.Entry!.Replace("\"revoke\"", "\"reinstate\"", StringComparison.Ordinal) });
    });

    [Fact]
    [Attack(Who.Storage, "3")]
    public Task A_row_of_the_index_that_was_added_slanders_nobody() => StoreAsync("standing", (world, digest) =>
    {
        var act = world.Ledger.IndexedActs.First(act => act.Entry.Kind == ActKind.Revoke);
        world.Ledger.Tables.Set(StorageNames.AnchorsTable, ActIndex.ToRow(act with { Digest = digest }, $"{digest}:{act.ActId}"));
    });

    [Fact]
    [Attack(Who.Storage, "3")]
    public Task A_pack_that_was_altered_gets_no_answer() => StoreAsync("revoked", (world, _) =>
    {
        var (address, pack) = world.Ledger.All.Where(blob => blob.Key.Container == StorageNames.StateContainer && blob.Key.Name.StartsWith(StorageNames.StatusFolder, StringComparison.Ordinal)).MaxBy(blob => blob.Key.Name, StringComparer.Ordinal);
        var bytes = pack.Content.ToArray();
        bytes[^1] ^= 0x30;
        world.Ledger.Put(address, bytes);
    });

    private string[] Fetching => ["--service", Network.Address.ToString(), "--key", Theatre.Key, "--to", User.At("status.json.gz")];

    private byte[] OldReceipt() =>
        Encoding.UTF8.GetBytes(JsonNode.Parse(Theatre.AnswerBeforeRevocation)!["results"]![0]!["results"]![0]!["receipt"]!.GetValue<string>());

    private async Task FetchAsync(Action<Reply> answer)
    {
        Network.Answer("/v1/status", answer);
        Conclude(await User.RunAsync(["status", "fetch", .. Fetching]));
    }

    private async Task RefreshAsync(Action<Reply> answer)
    {
        var file = FileOf("revoked");
        User.File("revoked.pdf.tlog-proof", OldReceipt());
        Network.Answer("/v1/receipts/refresh", answer);
        var run = await User.RunAsync("receipt", "refresh", file, "--service", Network.Address.ToString(), "--key", Theatre.Key);
        Conclude(run);
        Assert.Equal(OldReceipt(), await File.ReadAllBytesAsync(User.At("revoked.pdf.tlog-proof"), Stop));
    }

    private static void AllStand(StatusTree tree)
    {
        for (var index = 0L; index < tree.Size; index++)
            tree[index] = EntryStatus.Stands;
    }

    private static JsonNode Shorter(JsonNode path)
    {
        var hashes = Convert.FromBase64String(path.GetValue<string>());
        return Convert.ToBase64String(hashes.AsSpan(0, hashes.Length - MerkleHash.Size));
    }

    private async Task<long> IndexOfAsync(string document)
    {
        var result = JsonNode.Parse(await Theatre.AskAsync(document))!["results"]![0]!["results"]![0]!;
        return TlogProof.Parse(Encoding.UTF8.GetBytes((result["issueReceipt"] ?? result["receipt"])!.GetValue<string>())).Index;
    }

    // What was done to the document is left out, and what is left is said to decide.
    private async Task KeepBackAsync(string document, Action<JsonNode>? change = null)
    {
        Network.TamperWithVerdicts(verdict => KeepBack(verdict, change));
        await ConcludeOfAsync(document);
    }

    private static void KeepBack(JsonNode verdict, Action<JsonNode>? change = null)
    {
        var result = verdict["results"]![0]!.AsObject();
        var acts = (result["unproven"]?["acts"] ?? result["acts"])!;
        (verdict["verdict"], result["verdict"], result["since"]) = ("verified", "verified", acts[0]!["at"]!.DeepClone());
        result["receipt"] = result["issueReceipt"]!.DeepClone();
        foreach (var member in (string[])["issueReceipt", "reason", "note", "successor"])
            result.Remove(member);
        if (change is not null)
            result["receipt"] = ExtraLine.Change(result["receipt"]!.GetValue<string>(), change);
    }

    private async Task AlterStatusAsync(Action<JsonNode> change)
    {
        Network.TamperWithResults(result => result["receipt"] = ExtraLine.Change(result["receipt"]!.GetValue<string>(), extra => change(extra["status"]!)));
        await ConcludeOfAsync("standing");
    }

    // The operator goes on with the log for one client alone: its next status says what one likes.
    private async Task PoseAsync(string document, Action<StatusTree>? lie = null, Func<Entry, Entry>? change = null, string[]? more = null)
    {
        var answer = JsonNode.Parse(await Theatre.AskAsync(document))!;
        var log = await Theatre.ForkAsync(Operators);
        log.EndBatch(lie: lie, change: change);
        var verdict = answer["results"]![0]!;
        KeepBack(verdict);
        var result = verdict["results"]![0]!;
        var note = log.Checkpoint();
        result["receipt"] = await log.RenewAsync(TlogProof.Parse(Encoding.UTF8.GetBytes(result["receipt"]!.GetValue<string>())), note);
        verdict["checkpoint"] = new JsonObject { ["origin"] = log.Origin, ["size"] = log.Size, ["root"] = log.Root, ["note"] = note };
        Network.Pose(log, answer);
        await ConcludeOfAsync(document, more ?? []);
    }

    private static TableRow Remove(InMemoryWorld world, Digest digest, ActKind kind)
    {
        var act = world.Ledger.IndexedActs.Single(act => act.Digest.Equals(digest) && act.Entry.Kind == kind);
        var row = world.Ledger.Tables.Rows(StorageNames.AnchorsTable).Single(row => row.LogIndex == act.LogIndex && row.Key.StartsWith($"{digest}:", StringComparison.Ordinal));
        world.Ledger.Tables.Remove(StorageNames.AnchorsTable, row);
        return row;
    }

    // The real service on storage in memory, which somebody has laid hands on; the sequencer has nothing to do with it.
    private async Task StoreAsync(string document, Action<InMemoryWorld, Digest> alter)
    {
        using var service = new StubService();
        service.World.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        await service.IssueAsync(Theatre.Document("standing"));
        await service.IssueAsync(Theatre.Document("revoked"));
        await service.ActAsync("bank", "revoke", Theatre.Document("revoked"));
        alter(service.World, new Digest(DigestAlgorithm.Sha256, Convert.FromHexString(Theatre.HexOf(document))));

        // A process that starts now has nothing in memory of how it was.
        using var restarted = new StubService(service.World);
        using var asked = new HttpMessageInvoker(restarted, disposeHandler: false);
        Network.Instead = async (context, path) =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(Network.Address, path));
            if (context.Request.ContentLength > 0)
                request.Content = new StreamContent(context.Request.Body);
            try
            {
                using var response = await asked.SendAsync(request, context.RequestAborted);
                context.Response.StatusCode = (int)response.StatusCode;
                context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
                await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
            }
            catch (LogUnavailableException)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            }

            return true;
        };
        await ConcludeOfAsync(document, "--key", service.Key);
    }
}
