namespace TrueCopy.Ledger.Intake;

/// <summary>
/// Finds uploads that change nothing: what they issue stands already, issued by the same issuer on the same terms. They get
/// the receipts of what stands and no entries, so that a folder can be uploaded every night.
/// </summary>
public sealed class RepeatedIssues(ActIndex index, ReferenceIndex references)
{
    /// <summary>
    /// The longest list that is looked at line by line. In a longer one a query a line would be dear; of its repeated lines
    /// the log gets entries, which take no effect and are answered all the same.
    /// </summary>
    public const int MaxLines = 64;

    /// <summary>Whether everything that an upload issues stands already.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="from">Index of the first entry whose status the log keeps; what was issued before it is worth issuing again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> AreAllAsync(StagedUpload upload, long from, CancellationToken cancellationToken)
    {
        foreach (var issue in upload.Acts)
        {
            foreach (var digest in issue.Digests)
            {
                var own = DocumentActs.OwnedBy(upload.Issuer.Id, await index.FindAsync(digest, cancellationToken));
                if (DocumentActs.StatusOf(own) != EntryStatus.Stands
                    || DocumentActs.Standing(own) is not { } standing
                    || standing.LogIndex < from
                    || !IssueTerms.Of(issue, digest, upload.Issuer).AreThoseOf(standing))
                {
                    return false;
                }
            }

            // Issued again under a reference of several documents, it is the last of them, which is more than nothing.
            if (issue.Reference is { } reference && !(await references.FindAsync(upload.Issuer.Id, reference, cancellationToken)).All(issue.Digests.Contains))
                return false;
        }

        return true;
    }
}
