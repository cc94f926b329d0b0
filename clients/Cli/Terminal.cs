using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

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

/// <summary>A language that institutions have legal names in.</summary>
internal enum NameLanguage
{
    /// <summary>English.</summary>
    En,

    /// <summary>Simplified Chinese.</summary>
    ZhHans,

    /// <summary>Traditional Chinese.</summary>
    ZhHant,
}

/// <summary>Languages as users and systems name them.</summary>
internal static class NameLanguages
{
    /// <summary>The tags of <c>--language</c>, in the order of the enumeration.</summary>
    public static readonly string[] Tags = ["en", "zh-Hans", "zh-Hant"];

    /// <summary>That of a locale such as <c>zh_HK.UTF-8</c>, by language, script and place; null for others, C and POSIX among them.</summary>
    public static NameLanguage? OfLocale(string? locale)
    {
        var parts = (locale ?? "").Split('.', '@')[0].Split('_', '-');
        return parts switch
        {
            ["en", ..] => NameLanguage.En,
            ["zh", .. var more] => more.Any(part => part is "Hant" or "HK" or "TW" or "MO") && !more.Contains("Hans") ? NameLanguage.ZhHant : NameLanguage.ZhHans,
            _ => null,
        };
    }
}

/// <summary>A column of a table.</summary>
/// <param name="Heading">What stands over it.</param>
/// <param name="Wraps">Whether what is too long goes on in the next line.</param>
/// <param name="IsNumber">Numbers stand at the right.</param>
internal sealed record Column(string Heading, bool Wraps = true, bool IsNumber = false);

/// <summary>A cell of a table; its text may be foreign.</summary>
internal sealed record Cell(string Text, Tone? Tone = null);

/// <summary>
/// Where a command writes. Standard output carries results only; progress and complaints go to standard error. Whatever
/// others wrote shows every one of its characters, wherever it is printed.
/// </summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="color">Whether results are coloured.</param>
/// <param name="interactive">Whether a person watches standard error.</param>
/// <param name="width">Width of tables.</param>
/// <param name="answers">Where a person answers; null if there is none.</param>
/// <param name="sharesScreen">Whether results go to the same screen as progress.</param>
internal sealed class Terminal(
    TextWriter output,
    TextWriter error,
    bool color,
    bool interactive,
    int width = Terminal.WideWidth,
    TextReader? answers = null,
    bool sharesScreen = false)
{
    /// <summary>Width of tables where no terminal sets one.</summary>
    private const int WideWidth = 1000;

    public TerminalWriter Output { get; } = new(output);

    public TerminalWriter Error { get; } = new(error);

    /// <summary>Where times are told; UTC unless somebody says otherwise. JSON has UTC always.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>In which of an institution's legal names it is told; null for the one that it goes by everywhere, with all others beside. JSON has all of them always.</summary>
    public NameLanguage? Language { get; set; }

    /// <summary>What an institution is called here, and beside that.</summary>
    /// <param name="main">The name that it goes by everywhere.</param>
    /// <param name="names">Its names by language.</param>
    public (string Name, IReadOnlyList<string> Others) NameOf(string main, LegalNames? names)
    {
        var own = Language switch
        {
            NameLanguage.En => names?.En,
            NameLanguage.ZhHans => names?.ZhHans,
            NameLanguage.ZhHant => names?.ZhHant,
            _ => null,
        };
        return own is null || own == main ? (main, Language is null && names is not null ? names.Beside(main) : []) : (own, [main]);
    }

    /// <summary>Whether somebody can be asked.</summary>
    public bool CanAsk => interactive && answers is not null;

    /// <summary>The process's own streams; colour only on a terminal and without NO_COLOR.</summary>
    public static Terminal System() => new(
        global::System.Console.Out,
        global::System.Console.Error,
        !global::System.Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "",
        !global::System.Console.IsErrorRedirected,
        global::System.Console.IsOutputRedirected ? WideWidth : Math.Max(40, global::System.Console.WindowWidth),
        global::System.Console.IsInputRedirected ? null : global::System.Console.In,
        !global::System.Console.IsOutputRedirected)
    {
        Zone = TimeZoneInfo.Local,
        Language = NameLanguages.OfLocale(Environment.GetEnvironmentVariable("LC_ALL") is { Length: > 0 } all ? all
            : Environment.GetEnvironmentVariable("LC_MESSAGES") is { Length: > 0 } messages ? messages
            : Environment.GetEnvironmentVariable("LANG")),
    };

    /// <summary>A time with its zone: <c>Z</c> for UTC.</summary>
    public string Time(DateTimeOffset time)
    {
        var local = TimeZoneInfo.ConvertTime(time, Zone);
        return local.ToString(local.Offset == TimeSpan.Zero ? "yyyy-MM-dd HH:mm:ss'Z'" : "yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    /// <summary>Asks a question that is answered by yes or no; whoever only presses Enter says no.</summary>
    public async Task<bool> ConfirmAsync(Printable question, CancellationToken cancellationToken)
    {
        await Error.WriteAsync($"{question} [y/N] ");
        var answer = answers is null ? null : await answers.ReadLineAsync(cancellationToken);
        return answer?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    /// <summary>Runs work on many things that tells each of them in a line as it is done, over a bar that counts the lines where a person watches.</summary>
    public async Task WithLinesAsync(string what, int count, Func<Func<Printable, Task>, Task> work)
    {
        using var turn = new SemaphoreSlim(1, 1);
        async Task InTurnAsync(Func<Task> write)
        {
            await turn.WaitAsync();
            try
            {
                await write();
            }
            finally
            {
                turn.Release();
            }
        }

        if (!interactive || count < 2)
        {
            await work(line => InTurnAsync(() => Output.WriteLineAsync(line)));
            return;
        }

        var console = ErrorConsole();
        await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(Foreign.Show(what)), maxValue: count);
                await work(line => InTurnAsync(async () =>
                {
                    bar.Increment(1);

                    // On one screen the bar has to make room for the line.
                    if (sharesScreen)
                        console.Write(new WholeLine(line.ToString()));
                    else
                        await Output.WriteLineAsync(line);
                }));
            });
    }

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
        return await ErrorConsole().Progress()
            .Columns(columns)
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(Foreign.Show(what)), maxValue: length);
                return await work(new BarProgress(bar));
            });
    }

    private IAnsiConsole ErrorConsole() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });

    /// <summary>Writes a table to standard output.</summary>
    public void WriteTable(IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            var shown = new TableColumn(new Text(column.Heading)) { NoWrap = !column.Wraps };
            table.AddColumn(column.IsNumber ? shown.RightAligned() : shown);
        }

        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(Foreign.Show(cell.Text), new Style(ColorOf(cell.Tone)))));
        Console().Write(table);
    }

    public Printable Good(string text) => Paint(Tone.Good, text);

    public Printable Bad(string text) => Paint(Tone.Bad, text);

    public Printable Paint(Tone tone, string text) => color ? Printable.Painted(tone, text) : $"{text}";

    private static Color? ColorOf(Tone? tone) => tone switch
    {
        null => null,
        Tone.Good => Color.Green,
        Tone.Caution => Color.Yellow,
        _ => Color.Red,
    };

    private IAnsiConsole Console()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = width;
        return console;
    }

    /// <summary>A line as it is, colours included, whatever its length.</summary>
    private sealed class WholeLine(string text) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => [new Segment(text), Segment.LineBreak];
    }

    private sealed class BarProgress(ProgressTask bar) : IProgress<long>
    {
        public void Report(long value) => bar.Value = value;
    }
}

/// <summary>Progress over a number that may be large or zero, for a bar of a hundred steps.</summary>
internal sealed class PercentProgress(IProgress<long> bar) : IProgress<(long Done, long Of)>
{
    public const int Whole = 100;

    public void Report((long Done, long Of) value) => bar.Report(value.Of == 0 ? Whole : Whole * value.Done / value.Of);
}

/// <summary>One stream of the terminal. It takes what is <see cref="Printable"/>, and has no way for anything else.</summary>
internal sealed class TerminalWriter(TextWriter stream)
{
    /// <summary>For a library that writes its own lines and tabs: they stay, tabs as spaces, and every other character that does not show is made to.</summary>
    public TextWriter OfLibrary { get; } = new LibraryWriter(stream);

    public Task WriteAsync(Printable text) => stream.WriteAsync(text.ToString());

    public Task WriteLineAsync(Printable text) => stream.WriteLineAsync(text.ToString());

    public void WriteLine(Printable text) => stream.WriteLine(text.ToString());

    private sealed class LibraryWriter(TextWriter stream) : TextWriter
    {
        private char _half;

        public override Encoding Encoding => stream.Encoding;

        public override void Write(char value)
        {
            if (char.IsHighSurrogate(value))
            {
                _half = value;
                return;
            }

            Write(_half == default ? value.ToString() : $"{_half}{value}");
            _half = default;
        }

        public override void Write(string? value)
        {
            var text = value ?? "";
            for (var start = 0; start <= text.Length;)
            {
                var end = text.AsSpan(start).IndexOfAny('\n', '\t', '\r');
                var part = end < 0 ? text[start..] : text[start..(start + end)];
                stream.Write(Foreign.Show(part));
                if (end < 0)
                    return;
                stream.Write(text[start + end] == '\t' ? "    " : text[start + end].ToString());
                start += end + 1;
            }
        }
    }
}
