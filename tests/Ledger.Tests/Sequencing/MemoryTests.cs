using TrueCopy.Benchmarks.Ports;
using Offered = TrueCopy.Benchmarks.Ports.Uploads;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>Alone, because what a process allocates is counted, whoever does: from staged to answered, over ports that keep what they are given.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    private const int Acts = 4096;
    private const int Lines = 1024;
    private const int Rounds = 5;

    // Measured are 2,760 and 2,000: what the pools have at hand depends on how the work falls on threads. At first it was 24,000 and 21,000.
    [Theory]
    [InlineData(true, 3500)]
    [InlineData(false, 3000)]
    public async Task An_act_is_sequenced_and_answered_within_its_budget_of_memory(bool documents, int bytes)
    {
        var operations = new OperationCounts();
        await using var service = new LeanService(operations, new LeanLedger(operations), new LeanContainers(operations), TimeSpan.Zero);

        // The first time what is allocated only once is, code and statics; and whether the pools have something at hand is theirs.
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            await StageAsync(service, documents, round);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await service.DrainAllAsync(TestContext.Current.CancellationToken);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Acts);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{least} bytes an act");
        Assert.Equal(documents ? Rounds * Acts : Rounds * Acts / Lines, operations.Of(documents ? "receipt.write" : "lines.write"));
        Assert.InRange(least, 1, bytes);
    }

    private static async Task StageAsync(LeanService service, bool documents, int number)
    {
        var uploads = documents ? Acts : Acts / Lines;
        for (var i = number * uploads; i < (number + 1) * uploads; i++)
            await service.StageAsync(documents ? Offered.Document(i) : Offered.Manifest(i, Lines), TestContext.Current.CancellationToken);
    }
}
