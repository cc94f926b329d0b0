using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>Says who may ask, and do, what is an institution's own business; each host has its own way to know.</summary>
public interface IInstitutionGate
{
    /// <summary>Whether the caller may act for the issuer.</summary>
    ValueTask<bool> AdmitsIssuerAsync(HttpContext caller, string issuer, CancellationToken cancellationToken);

    /// <summary>Whether the caller may act for the receiver.</summary>
    ValueTask<bool> AdmitsReceiverAsync(HttpContext caller, string receiver, CancellationToken cancellationToken);
}

/// <summary>
/// Admits those whom the platform's built-in authentication signed in and the registry names. That authentication removes
/// the headers that a caller sends under its names; where it is off they prove nothing, so then nobody may be named here.
/// </summary>
/// <param name="issuers">Object ids of users, groups and applications in Entra ID, by issuer.</param>
/// <param name="receivers">Likewise, by receiver.</param>
public sealed class SignedInGate(IReadOnlyDictionary<string, string[]> issuers, IReadOnlyDictionary<string, string[]> receivers) : IInstitutionGate
{
    private const string IdHeader = "X-MS-CLIENT-PRINCIPAL-ID";
    private const string ClaimsHeader = "X-MS-CLIENT-PRINCIPAL";
    private const string GroupClaim = "groups";

    /// <inheritdoc/>
    public ValueTask<bool> AdmitsIssuerAsync(HttpContext caller, string issuer, CancellationToken cancellationToken) => ValueTask.FromResult(Admits(caller, issuers, issuer));

    /// <inheritdoc/>
    public ValueTask<bool> AdmitsReceiverAsync(HttpContext caller, string receiver, CancellationToken cancellationToken) => ValueTask.FromResult(Admits(caller, receivers, receiver));

    private static bool Admits(HttpContext caller, IReadOnlyDictionary<string, string[]> principals, string institution) =>
        principals.TryGetValue(institution, out var named)
        && caller.Request.Headers[IdHeader] is [{ Length: > 0 } id]
        && (Names(named, id) || Groups(caller).Any(group => Names(named, group)));

    private static bool Names(string[] named, string id) => named.Contains(id, StringComparer.OrdinalIgnoreCase);

    // Base64 of {"claims":[{"typ":"groups","val":"…"}]}.
    private static List<string> Groups(HttpContext caller)
    {
        var groups = new List<string>();
        try
        {
            if (caller.Request.Headers[ClaimsHeader] is not [{ Length: > 0 } encoded])
                return groups;
            using var principal = JsonDocument.Parse(Convert.FromBase64String(encoded));
            foreach (var claim in principal.RootElement.GetProperty("claims").EnumerateArray())
            {
                if (claim.GetProperty("typ").GetString() == GroupClaim && claim.GetProperty("val").GetString() is { } group)
                    groups.Add(group);
            }

            return groups;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not what the platform writes, so it names nobody.
            return [];
        }
    }
}
