using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>Who issues, and with which keys the log signs.</summary>
public sealed class RegistryEndpoints(IssuerList list, IssuerHistory history, ProvenKeys proven, ILogKeys keys)
{
    /// <summary><c>GET /v1/issuers</c>: an <see cref="IssuersDocument"/>.</summary>
    public async Task<IResult> IssuersAsync(CancellationToken cancellationToken)
    {
        var issuers = await list.GetAsync(cancellationToken);
        var document = new IssuersDocument(
            [.. issuers.OrderBy(issuer => issuer.Id, StringComparer.Ordinal).Select(issuer => new IssuerDocument(issuer.Id, issuer.LegalName, issuer.Jurisdiction, issuer.Domain))]);
        return new JsonAnswer<IssuersDocument>(
            document,
            AnswerJson.Instance.IssuersDocument,
            StatusCodes.Status200OK,
            "application/json",
            CacheControl.Minute);
    }

    /// <summary><c>GET /v1/issuers/{id}</c>: an <see cref="IssuerHistoryDocument"/>, from the log and not from the registry.</summary>
    public async Task<IResult> HistoryAsync(string id, CancellationToken cancellationToken)
    {
        if (!IssuerContainer.IsId(id))
            return Problem.NoSuchIssuer();
        var records = await history.FindAsync(id, cancellationToken);
        if (records.Count == 0)
            return Problem.NoSuchIssuer();
        var descriptions = records.Select(record => new IssuerDescriptionDocument(
            record.LogIndex,
            record.Issuer.Since,
            record.Issuer.LegalName,
            record.Issuer.Jurisdiction,
            record.Issuer.Domain));
        return new JsonAnswer<IssuerHistoryDocument>(
            new IssuerHistoryDocument(id, [.. descriptions]),
            AnswerJson.Instance.IssuerHistoryDocument,
            StatusCodes.Status200OK,
            "application/json",
            CacheControl.Minute);
    }

    /// <summary><c>GET /v1/keys</c>: a <see cref="KeysDocument"/>, which is a JSON Web Key Set; what the log itself says, with proof.</summary>
    public async Task<IResult> KeysAsync(CancellationToken cancellationToken)
    {
        var entries = await proven.ListAsync(cancellationToken);
        return new JsonAnswer<KeysDocument>(
            entries.Count > 0 ? KeysDocument.Of(entries) : KeysDocument.Of((await keys.CurrentAsync(cancellationToken)).Verifiers),
            AnswerJson.Instance.KeysDocument,
            StatusCodes.Status200OK,
            "application/jwk-set+json",
            CacheControl.Minute);
    }
}
