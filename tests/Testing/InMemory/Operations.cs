namespace TrueCopy.Testing.InMemory;

/// <summary>Where an injected fault strikes.</summary>
public enum Fault
{
    /// <summary>The operation fails and has no effect.</summary>
    Before,

    /// <summary>The operation takes effect, but its caller is told that it failed.</summary>
    After,

    /// <summary>The operation takes effect, its answer is lost, and it is sent again, as the SDK does: its caller sees what the second one met.</summary>
    Again,
}

/// <summary>An operation as <see cref="Operations.Hook"/> sees it, once before and once after it takes effect.</summary>
/// <param name="Name">Port and verb, such as <c>head.replace</c>.</param>
/// <param name="Moment">Before or after it takes effect.</param>
/// <param name="Stop">Whoever asked gives up.</param>
public readonly record struct Operation(string Name, Fault Moment, CancellationToken Stop = default);

/// <summary>One of the services that a request goes to.</summary>
public enum StorageService
{
    /// <summary>Blobs of the inbox account.</summary>
    InboxBlob,

    /// <summary>Blobs of the ledger account.</summary>
    LedgerBlob,

    /// <summary>Queues.</summary>
    Queue,

    /// <summary>Tables.</summary>
    Table,

    /// <summary>The vault that signs.</summary>
    Vault,
}

/// <summary>One request as storage sees it.</summary>
/// <param name="Name">What it is about, and the verb.</param>
/// <param name="Service">Which service takes it.</param>
/// <param name="Partition">What its limit applies to: a queue, a table's partition, a blob.</param>
/// <param name="Rows">Entities or messages in it.</param>
public readonly record struct StorageRequest(string Name, StorageService Service, string Partition = "", int Rows = 1);

/// <summary>What every request of the storage in memory passes through.</summary>
public interface IRequests
{
    /// <summary>Runs a request.</summary>
    Task<T> RunAsync<T>(StorageRequest request, Func<T> operation, CancellationToken cancellationToken);
}

/// <summary>A fault that a test asked for.</summary>
public sealed class InjectedFaultException(string operation) : Exception($"Injected into {operation}.");

/// <summary>Every request to storage and keys passes through here: counted, and failed on demand.</summary>
public sealed class Operations : IRequests
{
    private readonly List<string> _log = [];
    private Func<string, bool>? _strikes;
    private Fault _fault;
    private bool _crash;
    private bool _crashed;

    /// <summary>Names of the operations so far, in order.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_log)
                return [.. _log];
        }
    }

    /// <summary>Whether the fault that was asked for has struck.</summary>
    public bool HasStruck
    {
        get
        {
            lock (_log)
                return _strikes is null;
        }
    }

    /// <summary>Runs around every operation; what it throws, the operation's caller sees.</summary>
    public Func<Operation, Task>? Hook { get; set; }

    /// <summary>How long each request takes, and which are refused; null for none.</summary>
    public Func<StorageRequest, CancellationToken, ValueTask>? Model { get; set; }

    /// <summary>Fails the operation that is the <paramref name="index"/>-th from now on, counted from 0. Later ones succeed again.</summary>
    public void FailAt(int index, Fault fault) => Arm(At(index), fault, crash: false);

    /// <summary>Fails the next operation of this name. Later ones succeed again.</summary>
    public void FailNext(string name, Fault fault) => Arm(candidate => candidate == name, fault, crash: false);

    /// <summary>Fails the <paramref name="index"/>-th operation and then all, without effect, until <see cref="Restart"/>: the process is dead.</summary>
    public void CrashAt(int index, Fault fault) => Arm(At(index), fault, crash: true);

    /// <summary>Lets operations succeed again after a crash.</summary>
    public void Restart()
    {
        lock (_log)
            _crashed = false;
    }

    /// <summary>Withdraws a fault that has not struck, and lets operations succeed.</summary>
    public void StopFailing()
    {
        lock (_log)
            (_strikes, _crashed) = (null, false);
    }

    /// <inheritdoc/>
    public async Task<T> RunAsync<T>(StorageRequest request, Func<T> operation, CancellationToken cancellationToken)
    {
        if (Model is { } model)
            await model(request, cancellationToken);
        return await RunAsync(request.Name, operation, cancellationToken);
    }

    /// <summary>Runs an operation.</summary>
    public async Task<T> RunAsync<T>(string name, Func<T> operation, CancellationToken cancellationToken = default)
    {
        // Yields, so that concurrent callers interleave between operations as they do over a network.
        await Task.Yield();
        var fault = Begin(name);
        if (Hook is { } before)
            await before(new Operation(name, Fault.Before, cancellationToken));
        if (fault == Fault.Before)
            throw new InjectedFaultException(name);

        var result = operation();
        if (fault == Fault.Again)
            result = operation();
        if (Hook is { } after)
            await after(new Operation(name, Fault.After, cancellationToken));
        return fault == Fault.After ? throw new InjectedFaultException(name) : result;
    }

    /// <summary>Runs an operation without a result.</summary>
    public Task RunAsync(string name, Action operation) => RunAsync(name, () =>
    {
        operation();
        return true;
    });

    private Func<string, bool> At(int index)
    {
        lock (_log)
        {
            var at = _log.Count + index;
            return _ => _log.Count == at;
        }
    }

    private void Arm(Func<string, bool> strikes, Fault fault, bool crash)
    {
        lock (_log)
            (_strikes, _fault, _crash) = (strikes, fault, crash);
    }

    private Fault? Begin(string name)
    {
        lock (_log)
        {
            if (_crashed)
                throw new InjectedFaultException(name);
            var struck = _strikes?.Invoke(name) == true;
            _log.Add(name);
            if (!struck)
                return null;
            _strikes = null;
            _crashed = _crash;
            return _fault;
        }
    }
}
