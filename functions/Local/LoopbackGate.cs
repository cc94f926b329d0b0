using System.Net;
using TrueCopy.Api;

namespace TrueCopy.Local;

/// <summary>Whoever is on this machine may act for every issuer: they hold the storage as well.</summary>
internal sealed class LoopbackGate : IIssuerGate
{
    public ValueTask<bool> AdmitsAsync(HttpContext caller, string issuer, CancellationToken cancellationToken) =>
        ValueTask.FromResult(caller.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address));
}
