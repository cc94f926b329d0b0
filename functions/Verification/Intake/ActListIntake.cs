using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Issuers;
using TrueCopy.Verification.Manifests;

namespace TrueCopy.Verification.Intake;

/// <summary>Takes in acts on documents. One malformed line refuses the whole list; what each line acts on is found when it is sequenced.</summary>
public sealed class ActListIntake(IStagedActs staged)
{
    /// <summary>The most lines that one list may have.</summary>
    public const int MaxLines = 10_000;

    /// <summary>Stages the acts of a list.</summary>
    /// <exception cref="UploadRejectedException">A line breaks a rule.</exception>
    public async Task<IntakeOutcome> StageAsync(Issuer issuer, InboxDocument list, CancellationToken cancellationToken)
    {
        var acts = new List<RequestedAct>();
        try
        {
            await foreach (var line in LineReader.ReadAsync(list.Content, cancellationToken))
            {
                if (line.Number > MaxLines)
                    throw line.Fault(0, $"a list has at most {MaxLines} acts");
                acts.Add(ActLine.Parse(line));
            }

            if (acts.Count == 0)
                throw new LineException(1, 1, "the list has no acts");
        }
        catch (LineException fault)
        {
            throw new UploadRejectedException(Rejection.MalformedActs(fault.Message));
        }

        var upload = new StagedUpload(list.Version, issuer, list.LastModified, AnswerForm.OfActList, acts);
        await staged.StageAsync([await staged.PrepareAsync(upload, cancellationToken)], cancellationToken);
        return IntakeOutcome.Staged;
    }
}
