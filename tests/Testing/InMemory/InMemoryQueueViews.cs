using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace TrueCopy.Testing.InMemory;

/// <summary>The queue between intake and sequencer, as a test looks at it.</summary>
public sealed class StagedView(InMemoryWorld world)
{
    private static readonly string[] Queues = [StorageNames.StagedActsQueue, StorageNames.StagedBulkQueue];

    /// <summary>Messages in the queue, visible or not.</summary>
    public int Count => world.Queues.Count(Queues);

    // Each a process of its own: within one, what is staged at the same time is sent together, and waits for it.
    private StagedActs Staging => new(world.Ledger, world.Queues, world.Time, NullLogger<StagedActs>.Instance);

    /// <summary>Whether there is a message that would be delivered now.</summary>
    public bool HasVisible => world.Queues.HasVisible(Queues);

    /// <summary>Names of bodies that are stored apart.</summary>
    public IReadOnlyCollection<string> Bodies => [.. world.Ledger.All.Keys.Where(blob => blob.Container == StorageNames.StagingContainer).Select(blob => blob.Name)];

    /// <summary>Stores an upload as the service does.</summary>
    public Task<PreparedPart> PrepareAsync(StagedUpload upload, CancellationToken cancellationToken) => Staging.PrepareAsync(upload, cancellationToken);

    /// <summary>Stages the parts of an upload as the service does.</summary>
    public Task StageAsync(IReadOnlyList<PreparedPart> parts, CancellationToken cancellationToken) => Staging.StageAsync(parts, cancellationToken);

    /// <summary>Stages an upload of one part.</summary>
    public async Task AddAsync(StagedUpload upload, CancellationToken cancellationToken) =>
        await StageAsync([await PrepareAsync(upload, cancellationToken)], cancellationToken);

    /// <summary>Stages a change of the registry, or what is to be done with a package, as the service does.</summary>
    public Task AddAsync(StagedWork work, CancellationToken cancellationToken) => Staging.StageAsync(work, cancellationToken);

    /// <summary>Hides everything that is staged now until <see cref="LetGo"/>, as a queue that is slow to deliver.</summary>
    public void Hold() => world.Queues.ShowFrom(DateTimeOffset.MaxValue, Queues);

    /// <summary>Makes everything visible.</summary>
    public void LetGo() => world.Queues.ShowFrom(DateTimeOffset.MinValue, Queues);
}

/// <summary>The queue of answers that issuers are owed, as a test and the host's trigger look at it.</summary>
public sealed class AnswersView(InMemoryWorld world)
{
    /// <summary>How long a message that was delivered stays invisible.</summary>
    public static readonly TimeSpan Invisible = TimeSpan.FromMinutes(1);

    /// <summary>Messages in the queue, visible or not.</summary>
    public int Count => world.Queues.Count(StorageNames.AnswersQueue);

    /// <summary>What is owed, visible or not.</summary>
    public IReadOnlyList<PendingAnswer> Owed => [.. world.Queues.BodiesOf(StorageNames.AnswersQueue).Select(body => PendingAnswerBody.Decode(body.Bytes.Span))];

    /// <summary>Delivers every message that is visible, as a queue trigger does; one whose handler fails comes back.</summary>
    /// <returns>How many were delivered.</returns>
    public async Task<int> DeliverAsync(AnswerHandler handler, CancellationToken cancellationToken)
    {
        var visible = world.Queues.Take(StorageNames.AnswersQueue, int.MaxValue, Invisible);
        foreach (var message in visible)
        {
            if (await handler.HandleAsync(message.Body.Bytes, cancellationToken) != AnswerOutcome.Handled)
                throw new LogFormatException(Encoding.UTF8.GetString(message.Body.Bytes.Span));
            await world.Operations.RunAsync("answers.done", () => world.Queues.Remove(StorageNames.AnswersQueue, message.Handle), cancellationToken);
        }

        return visible.Count;
    }
}

/// <summary>The sequencer's lease, as a test looks at it.</summary>
public sealed class LeaseView(InMemoryLedger ledger)
{
    private static readonly BlobAddress Blob = new(StorageNames.StateContainer, "sequencer");

    /// <summary>Hands the lease to everyone who asks.</summary>
    public bool Broken
    {
        get => ledger.HandsLeasesToAll;
        set => ledger.HandsLeasesToAll = value;
    }

    /// <summary>Whether somebody holds it.</summary>
    public bool IsHeld => ledger.HolderOf(Blob) is not null;

    /// <summary>Holds the lease as a process that the test does not otherwise have would, until disposed.</summary>
    public IDisposable HoldElsewhere() => ledger.HoldLease(Blob);

    /// <summary>Drops the lease, as its expiry does after a crash.</summary>
    public void Expire() => ledger.EndLease(Blob);
}

/// <summary>Messages that could not be handled, as a test looks at them.</summary>
public sealed class DeadLettersView(InMemoryLedger ledger)
{
    private readonly DeadLetters _letters = new(ledger);

    /// <summary>What was kept.</summary>
    public IReadOnlyDictionary<(string Queue, string Id), byte[]> Kept => ledger.All
        .Where(blob => blob.Key.Container == StorageNames.DeadLettersContainer)
        .ToDictionary(blob => (blob.Key.Name[..blob.Key.Name.IndexOf('/', StringComparison.Ordinal)], blob.Key.Name[(blob.Key.Name.IndexOf('/', StringComparison.Ordinal) + 1)..]), blob => blob.Value.Content.ToArray());

    /// <summary>Keeps one as the service does.</summary>
    public Task KeepAsync(string queue, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => _letters.KeepAsync(queue, id, body, cancellationToken);
}
