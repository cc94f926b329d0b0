using System.Globalization;
using TrueCopy.Client;

namespace TrueCopy.Cli.Issuing;

/// <summary>What a list of acts would be done to: how many, which, and how they stand now.</summary>
/// <param name="client">The service; asked for no more than it has to be.</param>
/// <param name="issuer">Whose documents.</param>
/// <param name="terminal">Where it is told: on standard error, because it is no result.</param>
internal sealed class ActPreview(TrueCopyClient client, string issuer, Terminal terminal)
{
    private const int MostNamed = 20;

    // Each is a request of its own.
    private const int MostReferences = 100;

    /// <summary>Tells it, if the service can be asked; what was answered is handed back.</summary>
    public async Task<IReadOnlyList<CheckedAnswer>> TellAsync(ActKind kind, IReadOnlyList<RequestedAct> acts, CancellationToken cancellationToken)
    {
        var (stands, answers) = await AskAsync(acts, cancellationToken);
        await terminal.Error.WriteLineAsync($"{acts.Count:N0} to {WireName.Of(kind)} for {issuer}{(kind == ActKind.Revoke ? ", for good" : "")}:");
        foreach (var (act, state) in acts.Zip(stands).Take(MostNamed))
            await terminal.Error.WriteLineAsync($"  line {act.Line}  {act.Document.Text}  {state}{(act.Successor is null ? "" : $"  by {act.Successor.Text}")}");
        if (acts.Count > MostNamed)
            await terminal.Error.WriteLineAsync($"  and {acts.Count - MostNamed:N0} more");
        var counts = stands.GroupBy(state => state).OrderByDescending(group => group.Count()).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count():N0} {group.Key}"));
        await terminal.Error.WriteLineAsync($"now: {string.Join(", ", counts)}");
        return answers;
    }

    private async Task<(string[] Stands, IReadOnlyList<CheckedAnswer> Answers)> AskAsync(IReadOnlyList<RequestedAct> acts, CancellationToken cancellationToken)
    {
        var stands = new string[acts.Count];
        Array.Fill(stands, "not asked");
        var answers = new List<CheckedAnswer>();
        try
        {
            int[] byDigest = [.. Enumerable.Range(0, acts.Count).Where(i => acts[i].Document.Digest is not null)];
            foreach (var (i, answer) in byDigest.Zip(await client.VerifyAsync([.. byDigest.Select(i => acts[i].Document.Digest!)], cancellationToken)))
            {
                answers.Add(answer);
                stands[i] = WordOf([answer]);
            }

            foreach (var i in Enumerable.Range(0, acts.Count).Where(i => acts[i].Document.Reference is not null).Take(MostReferences))
            {
                var documents = await client.DocumentsAsync(issuer, acts[i].Document.Reference!, cancellationToken);
                answers.AddRange(documents);
                stands[i] = WordOf(documents);
            }
        }
        catch (NoAnswerException exception)
        {
            await terminal.Error.WriteLineAsync($"truecopy: how they stand now is not known: {exception.Message}");
        }

        return (stands, answers);
    }

    private string WordOf(IReadOnlyList<CheckedAnswer> answers)
    {
        string[] words = [.. answers.Select(answer => answer.OfIssuer(issuer)).Select(own => own switch
        {
            { Fault: not null } => "no answer that holds",
            { Results.Count: 0 } => "not issued by you",
            _ => WireName.Of(own.Document.Verdict),
        }).Distinct()];
        return words.Length == 0 ? "not issued by you" : string.Join(" and ", words);
    }
}
