using Spectre.Console;

namespace TrueCopy.Cli;

/// <summary>Where a command writes. Standard output carries results only; progress and complaints go to standard error.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, bool color, bool interactive)
{
    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>The process's own streams; colour only on a terminal and without NO_COLOR.</summary>
    public static Terminal System() => new(
        Console.Out,
        Console.Error,
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "",
        !Console.IsErrorRedirected);

    /// <summary>Runs work on many things under a bar that counts them, where a person may wait for it.</summary>
    public Task<T> WithCountAsync<T>(string what, int count, Func<IProgress<long>?, Task<T>> work) =>
        interactive && count > 1 ? WithBarAsync(what, count, [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()], work) : work(null);

    /// <summary>Runs work under a progress bar where a person may wait for it.</summary>
    /// <param name="what">What is being done.</param>
    /// <param name="length">Bytes to go through; a bar appears from 100 MB.</param>
    /// <param name="work">Reports the bytes done so far.</param>
    public async Task<T> WithProgressAsync<T>(string what, long length, Func<IProgress<long>?, Task<T>> work)
    {
        const long WorthABar = 100_000_000;
        return !interactive || length < WorthABar
            ? await work(null)
            : await WithBarAsync(what, length, [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn()], work);
    }

    private async Task<T> WithBarAsync<T>(string what, long length, ProgressColumn[] columns, Func<IProgress<long>?, Task<T>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) });
        return await console.Progress()
            .Columns(columns)
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(what), maxValue: length);
                return await work(new BarProgress(bar));
            });
    }

    public string Good(string text) => Paint("32", text);

    public string Bad(string text) => Paint("31", text);

    public string Caution(string text) => Paint("33", text);

    private string Paint(string code, string text) => color ? $"\e[1;{code}m{text}\e[0m" : text;

    private sealed class BarProgress(ProgressTask bar) : IProgress<long>
    {
        public void Report(long value) => bar.Value = value;
    }
}
