using System.Text.Json;

namespace TrueCopy.Ledger.Index;

/// <summary>An act in the JSON of answers, as far as it is the same in all of them.</summary>
/// <param name="act">The act.</param>
internal sealed class ActText(IndexedAct act)
{
    /// <summary>The act as an <see cref="ActDocument"/>.</summary>
    public byte[] Document { get; } = JsonSerializer.SerializeToUtf8Bytes(
        new ActDocument(act.LogIndex, act.Entry.Kind, act.Entry.At, act.Entry.Reason),
        DocumentJson.Instance.ActDocument);

    /// <summary>Its issuer as an <see cref="IssuerDocument"/>, with the names of when it was done.</summary>
    public byte[] Issuer { get; } = JsonSerializer.SerializeToUtf8Bytes(
        new IssuerDocument(act.Entry.Issuer ?? "", act.Entry.LegalName ?? "", act.Entry.Jurisdiction ?? "") { LegalNames = act.Entry.LegalNames },
        DocumentJson.Instance.IssuerDocument);
}
