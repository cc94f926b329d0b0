using Microsoft.AspNetCore.Http;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Index;
using TrueCopy.Verification.Issuers;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Api;

/// <summary>Says who may ask what is an issuer's own business; each host has its own way to know.</summary>
public interface IIssuerGate
{
    /// <summary>Whether the caller may act for the issuer.</summary>
    ValueTask<bool> AdmitsAsync(HttpContext caller, string issuer, CancellationToken cancellationToken);
}

/// <summary>What only an issuer may ask: references, unlike digests, can be guessed.</summary>
public sealed class IssuerEndpoints(IIssuerGate gate, IReferenceIndex references, Verifier verifier)
{
    /// <summary><c>GET /v1/issuers/{id}/documents?reference=…</c>: a <see cref="DocumentsDocument"/>, empty if the reference is not used.</summary>
    public async Task<IResult> DocumentsAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (!Issuer.IsId(id))
            return Problem.NoSuchIssuer();
        if (!await gate.AdmitsAsync(request.HttpContext, id, cancellationToken))
            return Problem.NotForYou();
        if (request.Query["reference"] is not [{ Length: > 0 and <= Confidential.MaxReferenceLength } reference])
            return Problem.MalformedRequest($"The query names one reference of at most {Confidential.MaxReferenceLength} characters.");

        var digests = await references.FindAsync(id, reference, cancellationToken);
        var answers = await verifier.VerifyAsync(digests, cancellationToken);
        return new JsonAnswer<DocumentsDocument>(
            new DocumentsDocument(reference, [.. answers.Select(VerdictDocument.Of)]),
            AnswerJson.Instance.DocumentsDocument,
            StatusCodes.Status200OK,
            "application/json",
            CacheControl.None);
    }
}
