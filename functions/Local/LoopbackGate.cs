using System.Net;
using TrueCopy.Api;

namespace TrueCopy.Local;

/// <summary>
/// Whoever is on this machine may act for every institution: they hold the storage as well. A page of another site that a browser
/// on this machine shows is not whoever is on it, though a name of its own may lead here: it comes with that name as host.
/// </summary>
internal sealed class LoopbackGate : IInstitutionGate
{
    public ValueTask<bool> AdmitsIssuerAsync(HttpContext caller, string issuer, CancellationToken cancellationToken) => ValueTask.FromResult(IsHere(caller));

    public ValueTask<bool> AdmitsReceiverAsync(HttpContext caller, string receiver, CancellationToken cancellationToken) => ValueTask.FromResult(IsHere(caller));

    private static bool IsHere(HttpContext caller) =>
        caller.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && caller.Request.Host.Host is "127.0.0.1" or "localhost";
}
