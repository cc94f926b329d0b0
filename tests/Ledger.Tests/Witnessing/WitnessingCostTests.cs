using System.Text;
using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Witnessing;

/// <summary>What witnesses cost the log: counted, so the same on every machine.</summary>
public sealed class WitnessingCostTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_witnesses_cost_a_batch_a_request_each_and_neither_storage_nor_signatures()
    {
        var (without, receipt) = await CountAsync(witnesses: 0, documents: 30);
        var (with, cosigned) = await CountAsync(witnesses: 2, documents: 30);
        Assert.Equal(2, with.Count(name => name == "witness.ask"));

        // Receipts that are made at the same time share the tiles that they read, or do not.
        Assert.Equal(without.Where(name => name != "tile.read").Order(), with.Where(name => name is not ("witness.ask" or "tile.read")).Order());
        Assert.All([without, with], names => Assert.InRange(names.Count(name => name == "tile.read"), 0, 30));

        // Each line: an em dash, two spaces and a newline, the name, and base64 of 4 bytes of key id, 8 of time and 64 of signature.
        var line = Encoding.UTF8.GetByteCount("— w0.example/w \n") + (4 * ((4 + 8 + 64 + 2) / 3));
        Assert.InRange(cosigned - receipt, (2 * line) - 8, (2 * line) + 8);
        TestContext.Current.TestOutputHelper?.WriteLine($"storage and signing of a batch of 30: {without.Count} operations without, {with.Count - 2} with two witnesses, and 2 requests to them");
        TestContext.Current.TestOutputHelper?.WriteLine($"receipt: {receipt} bytes without, {cosigned} bytes with two cosignatures of {line} bytes");
        foreach (var group in without.GroupBy(name => name).OrderBy(group => group.Key, StringComparer.Ordinal))
            TestContext.Current.TestOutputHelper?.WriteLine($"  {group.Key} {group.Count()}");
    }

    [Fact]
    public async Task An_idle_log_costs_a_read_and_a_write_each_quarter_of_an_hour()
    {
        var world = new InMemoryWorld();
        _ = new InMemoryWitnesses(world, 2);
        await using var service = world.Start();
        await service.Housekeeping.RunAsync(Stop);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await service.Housekeeping.RunAsync(Stop);
        var idle = await OfOneRunAsync(world, service, TimeSpan.FromMinutes(1));
        var due = await OfOneRunAsync(world, service, TimeSpan.FromMinutes(14));

        // Keys are read again every few minutes, with or without witnesses.
        Assert.Equal(["checkpoint.read", "checkpoint.write", "witness.ask", "witness.ask"], Without(due, idle).Where(name => !name.StartsWith("keys.", StringComparison.Ordinal)).Order());
        Assert.DoesNotContain("witness.ask", idle);
    }

    private static List<string> Without(IEnumerable<string> names, IEnumerable<string> less)
    {
        var left = names.ToList();
        foreach (var name in less)
            left.Remove(name);
        return left;
    }

    private static async Task<IReadOnlyList<string>> OfOneRunAsync(InMemoryWorld world, InMemoryService service, TimeSpan later)
    {
        world.Time.Advance(later);
        var before = world.Operations.Log.Count;
        await service.Housekeeping.RunAsync(Stop);
        return [.. world.Operations.Log.Skip(before)];
    }

    private static async Task<(IReadOnlyList<string> Operations, int Receipt)> CountAsync(int witnesses, int documents)
    {
        var world = new InMemoryWorld();
        if (witnesses > 0)
            _ = new InMemoryWitnesses(world, witnesses);
        await using var service = world.Start();
        await service.Sequencer.DrainAsync(Stop);
        var bank = world.Inbox.IssuerOf("issuer-bank");
        await StageAsync(0);
        await service.Sequencer.DrainAsync(Stop);
        for (var i = 1; i <= documents; i++)
            await StageAsync(i);
        var before = world.Operations.Log.Count;
        await service.Sequencer.DrainAsync(Stop);
        await Audit.RunAsync(world);

        // Signatures of ECDSA differ in length by a byte or two.
        return ([.. world.Operations.Log.Skip(before)], (int)world.Inbox.Receipts.Values.Skip(1).Average(receipt => receipt.Length));

        Task StageAsync(int number)
        {
            var act = new RequestedAct(ActKind.Issue, 0) { Digests = [DigestOf(Bytes($"{number}"))] };
            return world.Staged.AddAsync(new StagedUpload(new BlobVersion(bank.Container, $"{number}", "0x1"), bank, world.Time.GetUtcNow(), AnswerForm.OfDocument, [act]), Stop);
        }
    }
}
