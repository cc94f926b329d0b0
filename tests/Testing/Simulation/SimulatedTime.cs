using Microsoft.Extensions.Time.Testing;

namespace TrueCopy.Testing.Simulation;

/// <summary>
/// A clock that moves on when nothing is left to do at its time. What runs on it runs on one thread in one order, so that the
/// same happens on every machine, however busy, and an hour takes as long as what is done in it. Processor time costs no time here.
/// </summary>
public sealed class SimulatedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly DateTimeOffset _start = start;
    private readonly Turns _turns = new();
    private readonly PriorityQueue<(Alarm Alarm, long Setting), (long Due, long Order)> _alarms = new();
    private long _now;
    private long _order;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start.AddTicks(_now);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Runs a story to its end.</summary>
    /// <exception cref="InvalidOperationException">Everything waits for something that no timer brings, or something runs on another thread, where it might come in any order.</exception>
    public void Run(Func<Task> story)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _turns.Begin();
        try
        {
            var told = Task.Factory.StartNew(story, CancellationToken.None, TaskCreationOptions.None, _turns).Unwrap();
            while (!told.IsCompleted)
            {
                if (!_turns.TryTake() && !TryMoveOn())
                    throw new InvalidOperationException($"Everything waits for something that no timer brings. {_turns.FindAstray()}");
            }

            told.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private bool TryMoveOn()
    {
        while (_alarms.TryDequeue(out var next, out var at))
        {
            if (!next.Alarm.IsSet(next.Setting))
                continue;
            _now = at.Due;
            _ = Task.Factory.StartNew(() => next.Alarm.Ring(next.Setting), CancellationToken.None, TaskCreationOptions.None, _turns);
            return true;
        }

        return false;
    }

    /// <summary>The one thread's work, first come, first served.</summary>
    private sealed class Turns : TaskScheduler
    {
        private readonly Queue<Task> _tasks = new();
        private string? _astray;
        private int _thread;

        public void Begin() => _thread = Environment.CurrentManagedThreadId;

        public bool TryTake()
        {
            if (Volatile.Read(ref _astray) is { } astray)
                throw new InvalidOperationException($"Something was left to another thread: {astray}");
            return _tasks.TryDequeue(out var task) && TryExecuteTask(task);
        }

        // What runs elsewhere comes back a little later.
        public string? FindAstray()
        {
            SpinWait.SpinUntil(() => Volatile.Read(ref _astray) is not null, TimeSpan.FromSeconds(1));
            return _astray;
        }

        protected override void QueueTask(Task task)
        {
            if (Environment.CurrentManagedThreadId == _thread)
                _tasks.Enqueue(task);
            else
                Volatile.Write(ref _astray, Environment.StackTrace);
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _tasks;
    }

    private sealed class Alarm(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private long _setting;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _setting++;
            _period = period;
            if (dueTime >= TimeSpan.Zero)
                time._alarms.Enqueue((this, _setting), (time._now + dueTime.Ticks, time._order++));
            return true;
        }

        public bool IsSet(long setting) => setting == _setting;

        public void Ring(long setting)
        {
            if (!IsSet(setting))
                return;
            if (_period > TimeSpan.Zero)
                Change(_period, _period);
            callback(state);
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
