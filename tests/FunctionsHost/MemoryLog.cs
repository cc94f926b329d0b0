using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TrueCopy.FunctionsHost;

/// <summary>Keeps what is logged, line by line, but of the listeners' polls only how many there were.</summary>
internal sealed class MemoryLog : ILoggerProvider
{
    private long _polls;

    public ConcurrentQueue<string> Lines { get; } = new();

    public long Polls => Interlocked.Read(ref _polls);

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Category(MemoryLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception) ?? "";
            if (line.StartsWith("Poll for function", StringComparison.Ordinal))
                Interlocked.Increment(ref log._polls);
            else if (!line.Contains("before polling queue", StringComparison.Ordinal))
                log.Lines.Enqueue($"{logLevel} {name}: {line} {exception}".TrimEnd());
        }
    }
}
