namespace TrueCopy.Ledger.Issuers;

/// <summary>Sees to it that a change of the registry reaches the log even if the issuer uploads nothing, and each of a receiver.</summary>
/// <remarks>Remembers what it staged; the sequencer drops what the log says already, so a restart is harmless.</remarks>
public sealed class RegistryWatch(IssuerRegistry registry, ReceiverRegistry receivers, StagedActs staged)
{
    private readonly Dictionary<string, Issuer> _staged = [];
    private readonly Dictionary<string, Receiver> _stagedReceivers = [];

    /// <summary>Stages the description of every issuer and receiver that is new or changed since the last call.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var issuer in await registry.ListAsync(cancellationToken))
        {
            if (_staged.TryGetValue(issuer.Id, out var known) && known.Since == issuer.Since && known.Describes(issuer))
                continue;
            await staged.StageAsync(new RegistryChange(issuer), cancellationToken);
            _staged[issuer.Id] = issuer;
        }

        foreach (var receiver in await receivers.ListAsync(cancellationToken))
        {
            if (_stagedReceivers.TryGetValue(receiver.Id, out var known) && known.Since == receiver.Since && known.Describes(receiver))
                continue;
            await staged.StageAsync(new ReceiverChange(receiver), cancellationToken);
            _stagedReceivers[receiver.Id] = receiver;
        }
    }
}
