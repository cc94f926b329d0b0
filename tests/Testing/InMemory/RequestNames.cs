namespace TrueCopy.Testing.InMemory;

/// <summary>What a request is called in traces, counts and tests: what it is about, and what it does to it.</summary>
public static class RequestNames
{
    /// <summary>A request about a blob.</summary>
    public static string Of(string verb, BlobAddress blob) => (blob.Container, verb) switch
    {
        (StorageNames.StateContainer, _) => (blob.Name, verb) switch
        {
            ("sequencer", "lease") => "lease.acquire",
            ("sequencer", "write") => "lease.create",
            ("sequencer", _) => "lease." + verb,
            (_, "read") => blob.Name + ".load",
            ("head", "write") => "head.replace",
            (_, "write") => blob.Name + ".save",
            (_, "find") => blob.Name + ".at",
            _ => blob.Name + "." + verb,
        },
        (StorageNames.LogContainer, _) when blob.Name == "checkpoint" => verb == "write" ? "checkpoint.publish" : "checkpoint." + verb,
        (StorageNames.LogContainer, _) => "tile." + verb,
        (StorageNames.JournalContainer, _) => "journal." + verb,
        (StorageNames.StagingContainer, _) => (blob.Name.StartsWith("answers/", StringComparison.Ordinal) ? "answers." : "staged.") + verb switch
        {
            "write" => "prepare",
            "delete" => "discard",
            _ => "body",
        },
        (StorageNames.DeadLettersContainer, _) => "letters." + verb,
        (_, "list") => "inbox.list",
        _ when blob.Container.StartsWith(IssuerContainer.Prefix, StringComparison.Ordinal) => verb == "delete" ? "document.delete" : "inbox." + verb,
        _ when verb == "read" => "answer.read",
        _ when verb == "metadata" => "receipt.mark",
        _ when blob.Name.StartsWith(AnswerPath.RejectedFolder, StringComparison.Ordinal) => "rejection." + verb,
        _ when !blob.Name.EndsWith(AnswerPath.LinesExtension, StringComparison.Ordinal) => "receipt." + verb,
        _ when verb == "find" => "manifest.answered",
        _ when verb is "write" or "block" => blob.Name.EndsWith(".acts.jsonl" + AnswerPath.LinesExtension, StringComparison.Ordinal) ? "acts.receipts" : "manifest.receipts",
        _ => "manifest." + verb,
    };

    /// <summary>A request about a queue.</summary>
    public static string Of(string verb, string queue) => (queue, verb) switch
    {
        (StorageNames.StagedBulkQueue, "receive" or "peek") => "bulk." + verb,
        (StorageNames.StagedActsQueue or StorageNames.StagedBulkQueue, "hide") => "staged.release",
        (StorageNames.StagedActsQueue or StorageNames.StagedBulkQueue, "send") => "staged.add",
        (StorageNames.StagedActsQueue or StorageNames.StagedBulkQueue, _) => "staged." + verb,
        (StorageNames.AnswersQueue, "send") => "answers.add",
        (StorageNames.AnswersQueue, "delete") => "answers.remove",
        (StorageNames.AnswersQueue, "hide") => "answers.release",
        _ when queue.EndsWith(StorageNames.PoisonSuffix, StringComparison.Ordinal) => "poison." + verb,
        _ => queue + "." + verb,
    };

    /// <summary>A request about rows of a table.</summary>
    public static string Of(string verb, string table, string? partition) => (table, verb) switch
    {
        (StorageNames.AnchorsTable, "query") => partition is null ? "index.list" : "index.find",
        (StorageNames.AnchorsTable, "insert") => "index.add",
        (StorageNames.AnchorsTable, "upsert") => "index.put",
        (StorageNames.AnchorsTable, _) => "index." + verb,
        (StorageNames.IssuersTable, "query") => partition == KeyHistory.Partition ? "keys.list" : "issuers.find",
        (StorageNames.IssuersTable, "upsert") => partition == KeyHistory.Partition ? "keys.add" : "issuers.add",
        (_, "query") when partition is null => table + ".list",
        (StorageNames.RevocationsTable, "query") => "revocations.load",
        (_, "query") => table + ".find",
        (_, "upsert") => table + ".add",
        _ => table + "." + verb,
    };
}
