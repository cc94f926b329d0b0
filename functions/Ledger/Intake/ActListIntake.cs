namespace TrueCopy.Ledger.Intake;

/// <summary>Takes in acts on documents. One malformed line refuses the whole list; what each line acts on is found when it is sequenced.</summary>
public sealed class ActListIntake(IStagedActs staged)
{
    /// <summary>The most lines that one list may have.</summary>
    public const int MaxLines = 10_000;

    /// <summary>How many lines one part has: naming references, they come to no more acts than a batch has room for.</summary>
    public const int PartLength = 128;

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

        var parts = acts.Chunk(PartLength).ToArray();
        var prepared = new List<PreparedPart>(parts.Length);
        foreach (var (part, lines) in parts.Index())
        {
            var upload = new StagedUpload(list.Version, issuer, list.LastModified, AnswerForm.OfActList with { Part = part, Parts = parts.Length }, lines);
            prepared.Add(await staged.PrepareAsync(upload, cancellationToken));
        }

        await staged.StageAsync(prepared, cancellationToken);
        return IntakeOutcome.Staged;
    }
}
