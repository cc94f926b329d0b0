using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>Tells ids of issuers from slips of the pen, of which nothing can be said.</summary>
public sealed class KnownIssuers(IssuerList list, IssuerHistory history)
{
    /// <summary>Refuses an id that neither the registry nor the log knows, and offers the near ones.</summary>
    /// <returns>Null if it is known.</returns>
    public async ValueTask<IResult?> RefuseAsync(string id, CancellationToken cancellationToken)
    {
        var issuers = await list.GetAsync(cancellationToken);
        return issuers.Any(issuer => issuer.Id == id) || (IssuerContainer.IsId(id) && (await history.FindAsync(id, cancellationToken)).Count > 0)
            ? null
            : Problem.NoSuchIssuer(NearName.Among(id, issuers.Select(issuer => issuer.Id)));
    }
}
