using TrueCopy.Client;

namespace TrueCopy.Cli.Commands;

/// <summary>Institutions as users name them: by id, because a name is what anyone may call himself.</summary>
internal static class NamedIssuer
{
    /// <summary>Refuses an id that the log has never recorded: what nobody issued under it says nothing about a document.</summary>
    /// <exception cref="CommandException">It is unknown; the near ones are offered.</exception>
    /// <exception cref="NoAnswerException">The service does not tell.</exception>
    public static async Task CheckAsync(TrueCopyClient client, string id, CancellationToken cancellationToken)
    {
        if (await client.IssuerAsync(id, cancellationToken) is not null)
            return;

        // One that is new is in the registry a minute before it is in the log.
        var issuers = await client.IssuersAsync(cancellationToken);
        if (issuers.All(issuer => issuer.Id != id))
            throw Refuse(id, "this log", issuers);
    }

    /// <summary>What is told of a name that is no id of this log.</summary>
    public static async Task<CommandException> RefuseAsync(TrueCopyClient client, string name, CancellationToken cancellationToken) =>
        Refuse(name, "this log", await client.IssuersAsync(cancellationToken));

    /// <summary>What is told of a name that is none of these ids.</summary>
    public static CommandException Refuse(string name, string where, IEnumerable<IssuerDocument> issuers)
    {
        var known = issuers.ToDictionary(issuer => issuer.Id);
        string[] near = [.. NearName.Among(name, known.Keys), .. known.Values.Where(issuer => NearName.Among(name, [issuer.LegalName]).Count > 0).Select(issuer => issuer.Id)];
        string[] offered = [.. near.Distinct().Select(id => $"{id} ({known[id].LegalName})")];
        return new CommandException(ExitCode.Usage, $"--issuer: {where} has no issuer with the id {name}.")
        {
            Hint = offered.Length > 0 ? $"did you mean {string.Join(" or ", offered)}? An institution is named by its id."
                : known.Count > 0 ? $"its issuers are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal).Take(20))}{(known.Count > 20 ? ", …" : "")}"
                : "an institution is named by its id, such as demo-bank",
        };
    }
}
