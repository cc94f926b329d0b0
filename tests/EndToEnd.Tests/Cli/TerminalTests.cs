using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Cli;

public sealed class TerminalTests
{
    // A bar on the same screen has to make room for the lines; elsewhere they are results, and go where those go.
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task Every_line_is_told_once_and_whole_with_a_bar_or_without(bool isWatched, bool sharesScreen)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error, color: true, interactive: isWatched, sharesScreen: sharesScreen);
        await terminal.WithLinesAsync("working", 50, line => Parallel.ForAsync(0, 50, async (i, _) => await line($"{terminal.Good("✔ done")}  <{i}> [[{new string('x', 200)}]]")));
        var told = (sharesScreen ? error : output).ToString().Split('\n');
        for (var i = 0; i < 50; i++)
            Assert.Single(told, line => line.Contains($"\e[1;32m✔ done\e[0m  <{i}> [[{new string('x', 200)}]]", StringComparison.Ordinal));
        if (!isWatched)
            Assert.Equal("", error.ToString());
        if (sharesScreen)
            Assert.Equal("", output.ToString());
    }

    [Theory]
    [InlineData("y", true)]
    [InlineData("YES", true)]
    [InlineData("", false)]
    [InlineData("n", false)]
    [InlineData(null, false)]
    public async Task Only_a_yes_is_one(string? answer, bool isYes)
    {
        using var error = new StringWriter();
        using var answers = new StringReader(answer ?? "");
        var terminal = new Terminal(TextWriter.Null, error, color: false, interactive: true, answers: answers);
        Assert.Equal(isYes, await terminal.ConfirmAsync($"Really?", TestContext.Current.CancellationToken));
        Assert.Equal("Really? [y/N] ", error.ToString());
    }
}
