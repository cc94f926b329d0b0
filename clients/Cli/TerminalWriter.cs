using System.Text;

namespace TrueCopy.Cli;

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
                stream.Write(UnseenCharacters.MakeVisible(part));
                if (end < 0)
                    return;
                stream.Write(text[start + end] == '\t' ? "    " : text[start + end].ToString());
                start += end + 1;
            }
        }
    }
}
