using Spectre.Console;

namespace TrueCopy.Cli;

/// <summary>How a word looks; colour only underlines what it says. The values are those of ANSI.</summary>
internal enum Tone
{
    /// <summary>Red.</summary>
    Bad = 31,

    /// <summary>Green.</summary>
    Good = 32,

    /// <summary>Yellow.</summary>
    Caution = 33,

    /// <summary>Magenta.</summary>
    Conflict = 35,
}

/// <summary>Where a command writes. Standard output carries results only; progress and complaints go to standard error.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, bool color, bool interactive, int width = Terminal.WideWidth)
{
    /// <summary>Width of tables where no terminal sets one.</summary>
    private const int WideWidth = 1000;

    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>The process's own streams; colour only on a terminal and without NO_COLOR.</summary>
    public static Terminal System() => new(
        global::System.Console.Out,
        global::System.Console.Error,
        !global::System.Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "",
        !global::System.Console.IsErrorRedirected,
        global::System.Console.IsOutputRedirected ? WideWidth : Math.Max(40, global::System.Console.WindowWidth));

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

    /// <summary>Standard output for tables.</summary>
    public IAnsiConsole Console()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Output),
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = width;
        return console;
    }

    public string Good(string text) => Paint(Tone.Good, text);

    public string Bad(string text) => Paint(Tone.Bad, text);

    public string Paint(Tone tone, string text) => color ? $"\e[1;{(int)tone}m{text}\e[0m" : text;

    private sealed class BarProgress(ProgressTask bar) : IProgress<long>
    {
        public void Report(long value) => bar.Value = value;
    }
}
