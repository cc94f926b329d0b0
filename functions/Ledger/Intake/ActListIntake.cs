namespace TrueCopy.Ledger.Intake;

/// <summary>Takes in acts on documents. One malformed line refuses the whole list; what each line acts on is found when it is sequenced.</summary>
public sealed class ActListIntake(StagedActs staged)
{
    /// <summary>The most lines that one list may have.</summary>
    public const int MaxLines = ActTable.MaxActs;

    /// <summary>How many lines one part has at most.</summary>
    public const int PartLength = 128;

    /// <summary>The most acts that one part comes to: ten lines that name references, so that nobody waits long for what another's list stands for.</summary>
    public const int MaxPartActs = 10 * ActResolver.MaxDocuments;

    /// <summary>Stages the acts of a list.</summary>
    /// <param name="issuer">Who acts.</param>
    /// <param name="list">The list.</param>
    /// <param name="isTable">Whether it is a table rather than JSON lines.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UploadRejectedException">A line breaks a rule.</exception>
    public async Task<IntakeOutcome> StageAsync(Issuer issuer, InboxDocument list, bool isTable, CancellationToken cancellationToken)
    {
        List<RequestedAct> acts;
        try
        {
            acts = isTable
                ? [.. (await ActTable.ReadAsync(list.Content, act: null, cancellationToken)).Select(ActLine.Read)]
                : await ReadLinesAsync(list.Content, cancellationToken);
        }
        catch (LineException fault)
        {
            throw new UploadRejectedException(Rejection.MalformedActs(fault.Message));
        }

        var parts = Divide(acts);
        var prepared = new List<PreparedPart>(parts.Count);
        foreach (var (part, lines) in parts.Index())
        {
            var upload = new StagedUpload(list.Version, issuer, list.LastModified, AnswerForm.OfActList with { Part = part, Parts = parts.Count }, lines);
            prepared.Add(await staged.PrepareAsync(upload, cancellationToken));
        }

        await staged.StageAsync(prepared, cancellationToken);
        return IntakeOutcome.Staged;
    }

    private static async Task<List<RequestedAct>> ReadLinesAsync(Stream content, CancellationToken cancellationToken)
    {
        var acts = new List<RequestedAct>();
        await foreach (var line in LineReader.ReadAsync(content, cancellationToken))
        {
            if (line.Number > MaxLines)
                throw line.Fault(0, $"a list has at most {MaxLines} acts");
            acts.Add(ActLine.Parse(line));
        }

        return acts.Count > 0 ? acts : throw new LineException(1, 1, "the list has no acts");
    }

    private static List<List<RequestedAct>> Divide(List<RequestedAct> acts)
    {
        var parts = new List<List<RequestedAct>>();
        var come = 0;
        foreach (var act in acts)
        {
            if (parts.Count == 0 || parts[^1].Count == PartLength || come + act.MostActs > MaxPartActs)
            {
                parts.Add([]);
                come = 0;
            }

            parts[^1].Add(act);
            come += act.MostActs;
        }

        return parts;
    }
}
