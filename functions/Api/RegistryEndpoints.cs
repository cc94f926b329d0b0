using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>Who issues, and with which keys the log signs.</summary>
public sealed class RegistryEndpoints(IssuerList list, IssuerHistory history, DomainHistory domains, DomainStandings standings, KnownIssuers known, ProvenKeys proven, ILogKeys keys, ServicePolicy policy)
{
    /// <summary>Every issuer of this log.</summary>
    /// <remarks>
    /// As the registry has them now. What an issuer was called when it issued a document is in the verdict; what it was called
    /// ever, under <c>/v1/issuers/{id}</c>. What an issuer's own domain said when the service asked it is an entry of the log
    /// too; whose domain that is, the operator says.
    /// </remarks>
    /// <response code="200">The registry as it is now.</response>
    [Operation(Routes.Issuers, "listIssuers", "registry", CacheControl = CacheControl.Minute, Failures = ["ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(IssuersDocument))]
    public async Task<IResult> IssuersAsync(CancellationToken cancellationToken)
    {
        var issuers = await list.GetAsync(cancellationToken);
        var documents = new List<IssuerDocument>(issuers.Count);
        foreach (var issuer in issuers.OrderBy(issuer => issuer.Id, StringComparer.Ordinal))
        {
            // Of a domain that the registry states no longer nothing is said here.
            var said = await standings.FindAsync(issuer.Id, cancellationToken);
            documents.Add(new IssuerDocument(issuer.Id, issuer.LegalName, issuer.Jurisdiction, issuer.Domain)
            {
                LegalNames = issuer.LegalNames,
                DomainOutcome = said is not null && said.Outcome.Domain == issuer.Domain ? said.ToDocument() : null,
            });
        }

        return Response.Json(new IssuersDocument(documents), DocumentJson.Instance.IssuersDocument, CacheControl.Minute);
    }

    /// <summary>Who an issuer was called, and since when.</summary>
    /// <remarks>
    /// Every description of the issuer that the log records: the first sight of it, and each change of the registry since; and
    /// every change of what its own domain said. Anyone can find the same entries in the log.
    /// </remarks>
    /// <param name="id" example="demo-bank">The issuer's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <response code="200">The descriptions, oldest first.</response>
    [Operation(Routes.IssuerHistory, "issuerHistory", "registry", CacheControl = CacheControl.Minute, Failures = ["NoSuchIssuer", "ShareUsedUp", "Unavailable"])]
    [Answers("application/json", typeof(IssuerHistoryDocument))]
    public async Task<IResult> HistoryAsync(string id, CancellationToken cancellationToken)
    {
        if (!IssuerContainer.IsId(id))
            return (await known.RefuseAsync(id, cancellationToken))!;
        var records = await history.FindAsync(id, cancellationToken);
        if (records.Count == 0)
            return await known.RefuseAsync(id, cancellationToken) ?? Problem.NoSuchIssuer([]);
        var descriptions = records.Select(record => new IssuerDescriptionDocument(
            record.LogIndex,
            record.Issuer.Since,
            record.Issuer.LegalName,
            record.Issuer.Jurisdiction,
            record.Issuer.Domain)
        {
            LegalNames = record.Issuer.LegalNames,
        });
        var said = await domains.FindAsync(id, cancellationToken);
        var document = new IssuerHistoryDocument(id, [.. descriptions]) { DomainOutcomes = said.Count == 0 ? null : [.. said.Select(record => record.ToDocument())] };
        return Response.Json(document, DocumentJson.Instance.IssuerHistoryDocument, CacheControl.Minute);
    }

    /// <summary>The log's public keys.</summary>
    /// <remarks>
    /// Whoever wants to hold the service to its log gets these once by another way, and pins them. While one key takes over
    /// from another both sign, and the newer comes first. Every change of keys is an entry of the log: a key is learned from
    /// such an entry alone, proven under a checkpoint that keys which are known already signed, and never because it signs
    /// beside a known one, for anyone can append a line to a signed note.
    /// </remarks>
    /// <response code="200">A JSON Web Key Set (RFC 7517) that also names the log.</response>
    [Operation(Routes.Keys, "listKeys", "registry", CacheControl = CacheControl.Minute, Failures = ["ShareUsedUp", "Unavailable"])]
    [Answers("application/jwk-set+json", typeof(KeysDocument))]
    public async Task<IResult> KeysAsync(CancellationToken cancellationToken)
    {
        var entries = await proven.ListAsync(cancellationToken);
        var document = entries.Count > 0 ? KeysDocument.Of(entries) : KeysDocument.Of((await keys.CurrentAsync(cancellationToken)).Verifiers);
        return Response.Json(document, DocumentJson.Instance.KeysDocument, CacheControl.Minute, "application/jwk-set+json");
    }

    /// <summary>The witnesses of the log, and how many of them it does not do without.</summary>
    /// <remarks>
    /// The file that this service publishes by, byte for byte. It is a suggestion: whoever relies on it lets the service choose
    /// who watches over it. Get it once by another way, or keep the first, and compare.
    /// </remarks>
    /// <response code="200">A C2SP tlog-policy.</response>
    [Operation(Routes.Policy, "getPolicy", "registry", CacheControl = CacheControl.Minutes, HasTag = true, Failures = ["NoPolicy", "ShareUsedUp"])]
    [Answers("text/plain")]
    public IResult Policy() => policy.File.IsEmpty
        ? Problem.NoPolicy()
        : new Response(policy.File, "text/plain; charset=utf-8", CacheControl.Minutes) { Tag = policy.Version };
}
