namespace TrueCopy.Infra.Tests.Rules;

/// <summary>What reviewers ask for, all of it.</summary>
internal static class SecurityRules
{
    public static readonly IReadOnlyList<Rule> All =
    [
        .. StorageRules.All, .. VaultRules.All, .. EventRules.All, .. AppRules.All, .. MonitoringRules.All, .. AccessRules.All,
    ];
}
