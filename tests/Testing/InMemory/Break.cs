namespace TrueCopy.Testing.InMemory;

/// <summary>A way to break the protocol on purpose, to see that the tests would notice.</summary>
public enum Break
{
    /// <summary>Nothing is broken.</summary>
    None,

    /// <summary>The checkpoint is published before the tiles that it needs.</summary>
    CheckpointBeforeTiles,

    /// <summary>The head is replaced whatever it is, so that two writers both succeed.</summary>
    HeadWithoutCompareAndSwap,

    /// <summary>Acts are found in the index before they are committed.</summary>
    IndexBeforeCommit,

    /// <summary>Staged messages are gone once they are received, before what they ask for is published.</summary>
    DeleteBeforePublish,

    /// <summary>A batch that a crash left unfinished counts as finished.</summary>
    NothingIsFinishedLater,

    /// <summary>An answer that could not be written is owed by nobody.</summary>
    AnswersAreNotQueued,

    /// <summary>What says how far the log has come can be taken back by a process that is late.</summary>
    MarksMoveBack,
}
