namespace TrueCopy.Ledger.Issuers;

/// <summary>Sees to it that a change of the registry reaches the log even if the issuer uploads nothing.</summary>
/// <remarks>Remembers what it staged; the sequencer drops what the log says already, so a restart is harmless.</remarks>
public sealed class RegistryWatch(IssuerRegistry registry, StagedActs staged)
{
    private readonly Dictionary<string, Issuer> _staged = [];

    /// <summary>Stages the description of every issuer that is new or changed since the last call.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var issuer in await registry.ListAsync(cancellationToken))
        {
            if (_staged.TryGetValue(issuer.Id, out var known) && known.Since == issuer.Since && known.Describes(issuer))
                continue;
            await staged.StageAsync(new RegistryChange(issuer), cancellationToken);
            _staged[issuer.Id] = issuer;
        }
    }
}
