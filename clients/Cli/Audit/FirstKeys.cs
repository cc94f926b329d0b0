namespace TrueCopy.Cli.Audit;

/// <summary>
/// The keys that a log gives itself, for an auditor who was given none: no better than its first word. They are those that
/// its service proves the log to list last; without a service those of entry 0, if that is in a full bundle, because a
/// partial one may be asked for only under a checkpoint that was verified (tlog-tiles, "Partial Tiles").
/// </summary>
internal static class FirstKeys
{
    private static readonly TileId First = new(TileId.EntriesLevel, 0, TileId.FullWidth);

    public static async Task<IReadOnlyList<string>> ReadAsync(HttpLog log, CancellationToken cancellationToken)
    {
        try
        {
            if (await log.FindKeyChainAsync(cancellationToken) is { } chain)
                return [.. chain.Begin().Keys.Verifiers.Select(key => key.ToString())];
            var entry = Entry.Parse(EntryBundle.Parse(await log.ReadAsync(First, cancellationToken), First.Width)[0].Span);
            return entry.Keys is { Count: > 0 } keys ? keys : throw new LogFormatException("entry 0 names no keys");
        }
        catch (Exception exception) when (exception is LogFormatException or TileNotFoundException)
        {
            throw new CommandException(ExitCode.NotVerified, $"The log does not say which keys sign for it ({exception.Message}). Give one with --key.", exception);
        }
    }
}
