namespace TrueCopy.Benchmarks.Ports;

/// <summary>The queue of answers: what is put into it is removed by the process that put it there, or is a failure of the benchmark.</summary>
internal sealed class LeanPendingAnswers(OperationCounts operations) : IPendingAnswers
{
    private long _waiting;

    public async Task<QueuedAnswer> AddAsync(PendingAnswer answer, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (answer.Tries > 0)
            throw new InvalidOperationException("An answer could not be written.");
        await QueueAsync("answers.add", cancellationToken);
        Interlocked.Increment(ref _waiting);
        return new QueuedAnswer("", "", null);
    }

    public Task ReleaseAsync(QueuedAnswer queued, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nobody else takes from a lean queue.");

    public async Task RemoveAsync(QueuedAnswer queued, CancellationToken cancellationToken)
    {
        await QueueAsync("answers.remove", cancellationToken);
        Interlocked.Decrement(ref _waiting);
    }

    public Task<PendingAnswer> ReadAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nobody takes from a lean queue.");

    public Task<long> CountAsync(CancellationToken cancellationToken) => Task.FromResult(Volatile.Read(ref _waiting));

    private ValueTask QueueAsync(string name, CancellationToken cancellationToken) =>
        operations.RunAsync(new StorageRequest(name, StorageService.Queue, "answers"), cancellationToken);
}
