namespace TrueCopy.Local;

/// <summary>What the command line says.</summary>
/// <param name="Port">Where the API listens, on loopback.</param>
/// <param name="DataFolder">Azurite's data and the signing keys; made if missing.</param>
/// <param name="OwnAzurite">Whether to start Azurite, rather than to use <paramref name="Connection"/>.</param>
/// <param name="Connection">Connection string of an emulator or account that already runs, for inbox and ledger both.</param>
/// <param name="BlobPort">Port of the Azurite that is started; 0 for any.</param>
/// <param name="QueuePort">Likewise.</param>
/// <param name="TablePort">Likewise.</param>
/// <param name="Witnesses">How many demo witnesses to start: two, or none.</param>
/// <param name="WitnessPort">Where the first of them listens, on loopback, the second after it; 0 for any.</param>
/// <param name="PolicyFile">A policy of one's own, whose witnesses are asked instead; null for none.</param>
/// <param name="EventsOnly">Whether only to stand in for what Azure has around a Function App: storage and its events.</param>
internal sealed record LocalOptions(
    int Port,
    string DataFolder,
    bool OwnAzurite,
    string? Connection,
    int BlobPort,
    int QueuePort,
    int TablePort,
    int Witnesses,
    int WitnessPort,
    string? PolicyFile,
    bool EventsOnly = false)
{
    public const int DefaultPort = 7071;
    public const int DefaultWitnessPort = 7072;
    public const int DefaultBlobPort = 10000;
    public const int DefaultQueuePort = 10001;
    public const int DefaultTablePort = 10002;

    /// <summary>The local log's name. It goes with the keys in the data folder, not with the port.</summary>
    public const string Origin = "truecopy.localhost/log";
}

/// <summary>The service cannot start, for a reason that the person at the keyboard can remove; the message says how.</summary>
internal sealed class StartupException(string message, Exception? innerException = null) : Exception(message, innerException);
