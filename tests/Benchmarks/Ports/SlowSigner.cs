namespace TrueCopy.Benchmarks.Ports;

/// <summary>A signer as far away as a key vault, counted.</summary>
internal sealed class SlowSigner(INoteSigner signer, TimeSpan delay, OperationCounts operations, TimeProvider time) : INoteSigner
{
    public NoteVerifier Verifier => signer.Verifier;

    public async ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        await operations.RunAsync(new StorageRequest("sign", StorageService.Vault), () => true, cancellationToken);
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, time, cancellationToken);
        return await signer.SignAsync(text, cancellationToken);
    }
}
