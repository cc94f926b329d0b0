namespace TrueCopy.Receipts.Documents;

/// <summary>The registry: the answer to <c>GET /v1/issuers</c>.</summary>
/// <param name="Issuers">Every issuer, by id.</param>
public sealed record IssuersDocument(IReadOnlyList<IssuerDocument> Issuers);

/// <summary>The answer to <c>GET /v1/issuers/{id}</c>: who the issuer was called, and since when, as the log records it.</summary>
/// <param name="Id">Its id, unique in this log.</param>
/// <param name="Descriptions">Oldest first; the last holds now.</param>
public sealed record IssuerHistoryDocument(string Id, IReadOnlyList<IssuerDescriptionDocument> Descriptions)
{
    /// <summary>What its own domain said when the service asked, oldest first; the last holds now. Absent where the log records nothing of it.</summary>
    public IReadOnlyList<DomainOutcomeDocument>? DomainOutcomes { get; init; }
}

/// <summary>What an issuer's own domain said when the service asked it, as an entry of the log records it.</summary>
/// <param name="Outcome">What it said: <c>noAnswer</c> where it could not be asked for a week.</param>
/// <param name="Since">Since when it says so, by the service's clock; UTC. It is asked about once an hour, and logged only when that changes.</param>
/// <param name="LogIndex">Index of the entry, of the kind <c>domain</c>, which anyone finds in the log.</param>
/// <param name="Domain">The domain, as the registry stated it then; absent where it stated none any more.</param>
public sealed record DomainOutcomeDocument(DomainWord Outcome, DateTimeOffset Since, long LogIndex, string? Domain = null);

/// <summary>How the registry described an issuer.</summary>
/// <param name="LogIndex">Index of the entry that records it.</param>
/// <param name="Since">Since when; UTC.</param>
/// <param name="LegalName">Registered name.</param>
/// <param name="Jurisdiction">ISO 3166 code.</param>
/// <param name="Domain">Its own domain name; absent where none was given.</param>
public sealed record IssuerDescriptionDocument(long LogIndex, DateTimeOffset Since, string LegalName, string Jurisdiction, string? Domain = null)
{
    /// <summary>Its legal names by language; absent where it has but one.</summary>
    public LegalNames? LegalNames { get; init; }
}

/// <summary>The answer to <c>GET /v1/issuers/{id}/documents</c>: what an institution issued under one of its own references.</summary>
/// <param name="Reference">The issuer's own name for the documents, as asked.</param>
/// <param name="Documents">One verdict for each document and algorithm; empty if the reference is not used.</param>
public sealed record DocumentsDocument(string Reference, IReadOnlyList<VerdictDocument> Documents);

/// <summary>The answer to <c>GET /v1/keys</c>: a JSON Web Key Set (RFC 7517) that also names the log.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="VerifierKeys">C2SP verifier key lines; the first is the one that receipts are judged by.</param>
/// <param name="Keys">The same keys as JSON Web Keys, in the same order.</param>
/// <param name="Entries">
/// The entries of the log that say which keys sign: the genesis and every entry of the kind <c>keys</c>, oldest first; the
/// last lists the keys of this document. Whoever knows the keys of one of them learns the next from its receipt, whose
/// checkpoint they signed too; at most 1,000 entries and 4 MiB of receipts are to be read.
/// </param>
public sealed record KeysDocument(string Origin, IReadOnlyList<string> VerifierKeys, IReadOnlyList<KeyDocument> Keys, IReadOnlyList<KeysEntryDocument> Entries)
{
    /// <summary>The document of a log whose entries say which keys sign.</summary>
    /// <param name="entries">Every one, oldest first; at least the genesis.</param>
    public static KeysDocument Of(IReadOnlyList<KeysEntry> entries) => Of(entries[^1].Keys.Verifiers, entries);

    /// <summary>The document of a log that has not begun.</summary>
    public static KeysDocument Of(IReadOnlyList<NoteVerifier> verifiers) => Of(verifiers, []);

    private static KeysDocument Of(IReadOnlyList<NoteVerifier> verifiers, IReadOnlyList<KeysEntry> entries) => new(
        verifiers[0].Name,
        [.. verifiers.Select(verifier => verifier.ToString())],
        [.. verifiers.Select(KeyDocument.Of)],
        [.. entries.Select(entry => new KeysEntryDocument(entry.LogIndex, entry.Encode()))]);
}

/// <summary>An entry that says which keys sign from its own checkpoint on, all of them and no others, with the proof that the log holds it.</summary>
/// <param name="LogIndex">Index of the entry.</param>
/// <param name="Receipt">
/// C2SP tlog-proof of the entry under the first checkpoint that holds it, which keys of the entry before signed too where
/// one gave way to the other. Its <c>extra</c> line is base64 of <c>{"entry":"base64 of the entry's bytes"}</c>, without an
/// opening.
/// </param>
public sealed record KeysEntryDocument(long LogIndex, string Receipt);

/// <summary>A public key (RFC 7517; RFC 8037 for Ed25519).</summary>
/// <param name="Kty">Key type.</param>
/// <param name="Crv">Curve.</param>
/// <param name="Kid">The key id in signed notes: 8 hex digits.</param>
/// <param name="Alg">Algorithm.</param>
/// <param name="Use">Always <c>sig</c>.</param>
/// <param name="X">First coordinate or Ed25519 public key, base64url.</param>
/// <param name="Y">Second coordinate, base64url; absent for Ed25519.</param>
public sealed record KeyDocument(string Kty, string Crv, string Kid, string Alg, string Use, string X, string? Y = null)
{
    internal static KeyDocument Of(NoteVerifier verifier)
    {
        var id = verifier.KeyId.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
        return verifier is EcdsaP256Verifier ecdsa
            ? new KeyDocument("EC", "P-256", id, "ES256", "sig", Base64Url(ecdsa.Point.X), Base64Url(ecdsa.Point.Y))
            : new KeyDocument("OKP", "Ed25519", id, "EdDSA", "sig", Base64Url(verifier.PublicKey.Span), null);
    }

    private static string Base64Url(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
