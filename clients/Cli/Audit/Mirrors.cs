using TrueCopy.Cli.Output;
using TrueCopy.Client;

namespace TrueCopy.Cli.Audit;

/// <summary>Copies of a log that others keep.</summary>
internal sealed class Mirrors(HttpMessageHandler network, TimeProvider time)
{
    /// <summary>The address of a log, given that, or that of its service or of a mirror.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public async Task<Uri> FindAsync(Uri mirror, string origin, CancellationToken cancellationToken)
    {
        var found = await FindAsync([RemoteLog.AddressAt(mirror, origin), mirror, ReviewRequest.LogOf(mirror)], cancellationToken);
        return found?.Address ?? throw new CommandException(ExitCode.NotVerified, $"{mirror} has no copy of the log {origin}.");
    }

    /// <summary>Compares what the operator shows with every mirror that was named, and with those witnesses of a policy that was given which keep a copy.</summary>
    public async Task<IReadOnlyList<MirrorOutput>> CompareAsync(ReviewRequest request, AuditMemory memory, RemoteLog log, SignedCheckpoint shown, string state, CancellationToken cancellationToken)
    {
        var origin = shown.Checkpoint.Origin;
        KeySet[] keys = [new KeySet(shown.Signers), KeySet.Parse(memory.Trusted)];
        var compared = new List<MirrorOutput>();
        foreach (var mirror in request.Mirrors.Distinct())
            compared.Add(await CompareAsync(mirror, true, [RemoteLog.AddressAt(mirror, origin), mirror], log, shown, keys, state, cancellationToken)
                ?? new MirrorOutput(mirror.ToString(), MirrorOutput.Unproven, null, $"it has no copy of the log {origin}") { IsAsked = true });

        // Addresses that only the service names are asked nothing: they may be anybody's.
        foreach (var witness in (request.Policy?.Rules.Witnesses ?? []).Select(witness => witness.Url).OfType<Uri>().Except(request.Mirrors).Distinct())
        {
            if (await CompareAsync(witness, false, [RemoteLog.AddressAt(witness, origin)], log, shown, keys, state, cancellationToken) is { } one)
                compared.Add(one);
        }

        return compared;
    }

    private async Task<MirrorOutput?> CompareAsync(Uri mirror, bool isAsked, Uri[] addresses, RemoteLog log, SignedCheckpoint shown, KeySet[] keys, string state, CancellationToken cancellationToken)
    {
        try
        {
            if (await FindAsync(addresses, cancellationToken) is not { } found)
                return null;
            using var copy = new RemoteLog(found.Address, network, time);
            var result = await MirrorComparison.RunAsync(shown, log, copy, found.Note, keys, cancellationToken);
            var evidence = result.State == MirrorState.SplitView
                ? await AuditFile.KeepEvidenceAsync(state, nameof(MirrorState.SplitView), ("shown by the operator", shown.Note), ($"shown by {found.Address}", result.Note), cancellationToken)
                : null;
            return new MirrorOutput(mirror.ToString(), MirrorOutput.Word(result.State), result.Size == 0 ? null : result.Size, result.Reason, evidence) { IsAsked = isAsked };
        }
        catch (NoAnswerException exception)
        {
            return new MirrorOutput(mirror.ToString(), MirrorOutput.NoAnswer, null, exception.Message) { IsAsked = isAsked };
        }
        catch (LogFormatException exception)
        {
            return new MirrorOutput(mirror.ToString(), MirrorOutput.Unproven, null, exception.Message) { IsAsked = isAsked };
        }
    }

    private async Task<(Uri Address, ReadOnlyMemory<byte> Note)?> FindAsync(Uri[] addresses, CancellationToken cancellationToken)
    {
        foreach (var address in addresses.Distinct())
        {
            using var log = new RemoteLog(address, network, time);
            try
            {
                if (await log.FindCheckpointAsync(cancellationToken) is { } note && IsNote(note))
                    return (address, note);
            }
            catch (NoAnswerException exception) when (exception.Status is { } status && (int)status is >= 400 and < 500)
            {
                // Whoever is there does not know of a copy.
            }
        }

        return null;
    }

    // Some answer whatever they are asked with a page.
    private static bool IsNote(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return SignedNote.Parse(bytes.Span).Signatures.Count > 0;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }
}
