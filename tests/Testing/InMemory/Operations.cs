namespace TrueCopy.Testing.InMemory;

/// <summary>Where an injected fault strikes.</summary>
public enum Fault
{
    /// <summary>The operation fails and has no effect.</summary>
    Before,

    /// <summary>The operation takes effect, but its caller is told that it failed.</summary>
    After,
}

/// <summary>A fault that a test asked for.</summary>
public sealed class InjectedFaultException(string operation) : Exception($"Injected into {operation}.");

/// <summary>Every storage and signing operation of the in-memory ports passes through here: counted, and failed on demand.</summary>
public sealed class Operations
{
    private readonly List<string> _log = [];
    private int _faultAt = -1;
    private Fault _fault;

    /// <summary>Names of the operations so far, in order.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_log)
                return [.. _log];
        }
    }

    /// <summary>Fails the operation that is the <paramref name="index"/>-th from now on, counted from 0. Later ones succeed again.</summary>
    public void FailAt(int index, Fault fault)
    {
        lock (_log)
        {
            _faultAt = _log.Count + index;
            _fault = fault;
        }
    }

    /// <summary>Runs an operation.</summary>
    public async Task<T> RunAsync<T>(string name, Func<T> operation)
    {
        // Yields, so that concurrent callers interleave between operations as they do over a network.
        await Task.Yield();
        bool struck;
        lock (_log)
        {
            struck = _log.Count == _faultAt;
            _log.Add(name);
        }

        if (struck && _fault == Fault.Before)
            throw new InjectedFaultException(name);
        var result = operation();
        return struck ? throw new InjectedFaultException(name) : result;
    }

    /// <summary>Runs an operation without a result.</summary>
    public Task RunAsync(string name, Action operation) => RunAsync(name, () =>
    {
        operation();
        return true;
    });
}
