using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TrueCopy.FunctionsHost;

/// <summary>Keeps what is logged, line by line.</summary>
internal sealed class MemoryLog : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

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

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Lines.Enqueue($"{logLevel} {name}: {formatter(state, exception)} {exception}".TrimEnd());
    }
}
