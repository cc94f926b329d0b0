using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>Says who may ask what is an issuer's own business; each host has its own way to know.</summary>
public interface IIssuerGate
{
    /// <summary>Whether the caller may act for the issuer.</summary>
    ValueTask<bool> AdmitsAsync(HttpContext caller, string issuer, CancellationToken cancellationToken);
}

/// <summary>
/// Admits those whom the platform's built-in authentication signed in and the registry names. That authentication removes
/// the headers that a caller sends under its names; where it is off they prove nothing, so then nobody may be named here.
/// </summary>
/// <param name="principals">Object ids of users, groups and applications in Entra ID, by issuer.</param>
public sealed class SignedInGate(IReadOnlyDictionary<string, string[]> principals) : IIssuerGate
{
    private const string IdHeader = "X-MS-CLIENT-PRINCIPAL-ID";
    private const string ClaimsHeader = "X-MS-CLIENT-PRINCIPAL";
    private const string GroupClaim = "groups";

    /// <inheritdoc/>
    public ValueTask<bool> AdmitsAsync(HttpContext caller, string issuer, CancellationToken cancellationToken)
    {
        if (!principals.TryGetValue(issuer, out var named) || caller.Request.Headers[IdHeader] is not [{ Length: > 0 } id])
            return ValueTask.FromResult(false);
        return ValueTask.FromResult(Names(named, id) || Groups(caller).Any(group => Names(named, group)));
    }

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
