namespace TrueCopy.Ledger.Storage;

/// <summary>Names of everything in the two accounts; the Bicep uses the same.</summary>
public static class StorageNames
{
    /// <summary>Container of the public log.</summary>
    public const string LogContainer = "log";

    /// <summary>Container of committed and candidate batches.</summary>
    public const string JournalContainer = "journal";

    /// <summary>Container of the head and the sequencer's lease.</summary>
    public const string StateContainer = "state";

    /// <summary>Where in that container the status packs are.</summary>
    public const string StatusFolder = "status/";

    /// <summary>Container of staged uploads that are too long for a message.</summary>
    public const string StagingContainer = "staging";

    /// <summary>Container of events that could not be delivered and messages that could not be handled.</summary>
    public const string DeadLettersContainer = "dead-letters";

    /// <summary>Queue to which Event Grid delivers: the first of <see cref="BlobEventQueues.All"/>, and the only one unless a deployment has more.</summary>
    public const string BlobEventsQueue = "blob-events";

    /// <summary>Queue between intake and sequencer.</summary>
    public const string StagedActsQueue = "staged-acts";

    /// <summary>Queue of staged uploads whose bodies are in the staging container; served after the other.</summary>
    public const string StagedBulkQueue = "staged-bulk";

    /// <summary>Queue of answers that issuers are owed.</summary>
    public const string AnswersQueue = "answers";

    /// <summary>Every queue that has handlers, without those of poison.</summary>
    public static readonly IReadOnlyList<string> Queues = [.. BlobEventQueues.All, StagedActsQueue, StagedBulkQueue, AnswersQueue];

    /// <summary>What the Functions runtime appends to a queue's name for messages that failed for good.</summary>
    public const string PoisonSuffix = "-poison";

    /// <summary>Table of acts by document.</summary>
    public const string AnchorsTable = "anchors";

    /// <summary>Table of what may have been issued, by document and issuer.</summary>
    public const string IssuedTable = "issued";

    /// <summary>Table of documents by the issuers' own references.</summary>
    public const string ReferencesTable = "references";

    /// <summary>Table of what each issuer revoked.</summary>
    public const string RevocationsTable = "revocations";

    /// <summary>Table of how the registry described each issuer, and of which keys signed.</summary>
    public const string IssuersTable = "issuers";

    /// <summary>Table of handovers by their ids, and of each receiver's, newest first.</summary>
    public const string HandoversTable = "handovers";

    /// <summary>Table of how the registry described each receiver.</summary>
    public const string ReceiversTable = "receivers";
}
