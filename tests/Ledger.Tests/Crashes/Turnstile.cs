namespace TrueCopy.Ledger.Tests.Crashes;

/// <summary>
/// Runs several processes one operation at a time, in an order that is chosen from outside. What a process does at once
/// (tiles, receipts, deletions) is let through together, so that between two choices every process waits at an operation
/// or is done, and the same choices make the same run.
/// </summary>
/// <param name="choose">Picks one of so many processes; the one that ran last comes first if it can go on.</param>
internal sealed class Turnstile(Func<int, bool, int> choose)
{
    private static readonly HashSet<string> LetThrough =
    [
        "tile.write", "tile.read", "status.write", "status.read", "journal.write", "sign", "receipt.write", "answers.delete", "staged.delete", "staged.hide",
        "registry.get", "inbox.open", "inbox.read", "keys.load", "lease.lease", "lease.write", "lease.release", "staged.peek",
        "bulk.receive", "bulk.peek", "checkpoint.read", "receipt.find", "package.delete", "package.find",
    ];

    private readonly AsyncLocal<Process?> _current = new();
    private readonly Lock _lock = new();
    private int _running;
    private TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Operations in the order in which they were let through, as <c>process: operation</c>.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Runs the processes to their ends.</summary>
    /// <param name="world">Their storage.</param>
    /// <param name="death">The process that dies, at which of its operations, and whether that one still takes effect; null if none does.</param>
    /// <param name="processes">What each does; an injected fault ends it.</param>
    public async Task RunAsync(InMemoryWorld world, (int Process, int Operation, Fault Fault)? death, params Func<Task>[] processes)
    {
        world.Operations.Hook = PassAsync;
        var all = processes.Select((_, i) => new Process(i, death is { } dies && dies.Process == i ? (dies.Operation, dies.Fault) : null)).ToArray();
        _running = all.Length;
        var tasks = all.Select((process, i) => LiveAsync(process, processes[i])).ToArray();
        Process? last = null;
        while (true)
        {
            await _quiet.Task.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);
            Process[] waiting = [.. all.Where(process => process.Turn is not null).OrderBy(process => process != last)];
            if (waiting.Length == 0)
                break;
            last = waiting[choose(waiting.Length, waiting[0] == last)];
            Trace.Add($"{last.Number}: {last.Operation}");
            var turn = last.Turn!;
            lock (_lock)
            {
                last.Turn = null;
                _running = 1;
                _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            turn.SetResult();
        }

        world.Operations.Hook = null;
        await Task.WhenAll(tasks);
    }

    private async Task LiveAsync(Process process, Func<Task> life)
    {
        _current.Value = process;
        try
        {
            await life();
        }
        catch (InjectedFaultException) when (process.IsDead)
        {
            // It is dead.
        }
        finally
        {
            Rest(process, null, "");
        }
    }

    private async Task PassAsync(Operation operation)
    {
        if (_current.Value is not { } process)
            return;
        if (process.IsDead)
            throw new InjectedFaultException(operation.Name);
        // Asked for beside what is staged, so that which of them comes first is not chosen here: nobody dies of it.
        if (operation.Name == "lease.lease")
            return;
        if (operation.Moment == Fault.After)
        {
            process.DieIf(Fault.After, operation.Name);
            return;
        }

        if (!LetThrough.Contains(operation.Name) && TurnOf(process, operation.Name) is { } turn)
            await turn;

        process.Count();
        process.DieIf(Fault.Before, operation.Name);
    }

    // Rows of the index are looked up and written side by side, and witnesses asked: what comes together takes one turn together.
    private Task? TurnOf(Process process, string operation)
    {
        var group = operation.StartsWith("index.", StringComparison.Ordinal) || operation.StartsWith("issued.", StringComparison.Ordinal) || operation.StartsWith("handovers.", StringComparison.Ordinal) ? "index" : operation == "witness.ask" ? operation : null;
        lock (_lock)
        {
            if (group is not null && process.Group == group)
                return process.Turn?.Task;
            process.Group = group;

            // Before another of the group looks for it.
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Rest(process, turn, operation);
            return turn.Task;
        }
    }

    private void Rest(Process process, TaskCompletionSource? turn, string operation)
    {
        lock (_lock)
        {
            if (process.Turn is not null)
                throw new InvalidOperationException($"{operation} runs beside {process.Operation}: let one of them through.");
            (process.Turn, process.Operation) = (turn, operation);
            if (--_running == 0)
                _quiet.SetResult();
        }
    }

    private sealed class Process(int number, (int Operation, Fault Fault)? death)
    {
        private int _operations;

        public int Number => number;

        public TaskCompletionSource? Turn { get; set; }

        public string Operation { get; set; } = "";

        public string? Group { get; set; }

        public bool IsDead { get; private set; }

        public void Count() => Interlocked.Increment(ref _operations);

        public void DieIf(Fault moment, string operation)
        {
            if (death is not { } dies || dies.Fault != moment || Volatile.Read(ref _operations) <= dies.Operation)
                return;
            IsDead = true;
            throw new InjectedFaultException(operation);
        }
    }
}
