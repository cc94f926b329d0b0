namespace TrueCopy.Testing.InMemory;

/// <summary>What a request is called in traces, counts and tests: what it is about, and what it does to it.</summary>
public static class RequestNames
{
    /// <summary>A request about a blob.</summary>
    public static string Of(string verb, BlobAddress blob) => blob.Container switch
    {
        StorageNames.StateContainer => blob.Name == "sequencer" ? "lease" : blob.Name.StartsWith(StorageNames.StatusFolder, StringComparison.Ordinal) ? "status" : blob.Name,
        StorageNames.LogContainer => blob.Name == "checkpoint" ? blob.Name : "tile",
        StorageNames.JournalContainer => "journal",
        StorageNames.StagingContainer => blob.Name.StartsWith("answers/", StringComparison.Ordinal) ? "answers-body" : "staged-body",
        StorageNames.DeadLettersContainer => "letters",
        _ when blob.Container.StartsWith(ReceiverContainer.Prefix, StringComparison.Ordinal) => "package",
        _ when blob.Container.StartsWith(IssuerContainer.Prefix, StringComparison.Ordinal) => "inbox",
        _ when blob.Name.StartsWith(AnswerPath.RejectedFolder, StringComparison.Ordinal) => "rejection",
        _ => blob.Name.EndsWith(AnswerPath.LinesExtension, StringComparison.Ordinal) ? "lines" : "receipt",
    } + "." + verb;

    /// <summary>A request about a queue.</summary>
    public static string Of(string verb, string queue) => queue switch
    {
        StorageNames.StagedActsQueue => "staged",
        StorageNames.StagedBulkQueue => "bulk",
        _ => queue.EndsWith(StorageNames.PoisonSuffix, StringComparison.Ordinal) ? "poison" : queue,
    } + "." + verb;

    /// <summary>A request about rows of a table; of all of them where there is no partition.</summary>
    public static string Of(string verb, string table, string? partition) => (table, partition) switch
    {
        (StorageNames.AnchorsTable, _) => "index",
        (StorageNames.IssuersTable, KeyHistory.Partition) => "keys",
        (StorageNames.IssuersTable, DomainHistory.Partition) => "outcomes",
        _ => table,
    } + "." + (partition is null ? "list" : verb);
}
