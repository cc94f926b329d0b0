namespace TrueCopy.AzureStorage;

/// <summary>Names of everything in the two accounts; the Bicep uses the same.</summary>
public static class StorageNames
{
    /// <summary>Container of the public log.</summary>
    public const string LogContainer = "log";

    /// <summary>Container of committed and candidate batches.</summary>
    public const string JournalContainer = "journal";

    /// <summary>Container of the head and the sequencer's lease.</summary>
    public const string StateContainer = "state";

    /// <summary>Queue to which Event Grid delivers.</summary>
    public const string BlobEventsQueue = "blob-events";

    /// <summary>Queue between intake and sequencer.</summary>
    public const string StagedActsQueue = "staged-acts";

    /// <summary>What the Functions runtime appends to a queue's name for messages that failed for good.</summary>
    public const string PoisonSuffix = "-poison";

    /// <summary>Table of the index.</summary>
    public const string AnchorsTable = "anchors";
}
