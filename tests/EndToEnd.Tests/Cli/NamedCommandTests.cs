using System.CommandLine;
using TrueCopy.Cli;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>A start makes the command that it is for, and of the others none.</summary>
public sealed class NamedCommandTests : ToolTests
{
    [Fact]
    public void Every_command_is_called_what_it_is_looked_for_by()
    {
        var commands = Commands();
        Assert.All(commands, command => Assert.Equal(command.Name, command.Create().Name));
        Assert.Equal(commands.Count, commands.DistinctBy(command => command.Name).Count());
    }

    [Theory]
    [InlineData("verify FILE --service http://127.0.0.1:1 --timeout 5 --utc")]
    [InlineData("verify FILE --language zh-Hant --json")]
    [InlineData("hash FILE")]
    [InlineData("keys list")]
    [InlineData("revoke FILE --issuer bank")]
    public void A_command_that_is_named_is_made_and_read_alone(string line)
    {
        var args = Arguments(line);
        var made = new List<string>();
        var commands = Commands().Select(command => (command.Name, new Func<Command>(() =>
        {
            made.Add(command.Name);
            return command.Create();
        })));
        var reading = CommandLine.ReadNamed([.. commands], args);
        Assert.NotNull(reading);
        Assert.Empty(reading.Parsed.UnmatchedTokens);
        Assert.Equal([args[0]], made);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("verfy FILE")]
    [InlineData("verify FILE --nonsense")]
    [InlineData("verify FILE --timeout soon")]
    [InlineData("verify --help")]
    [InlineData("verify FILE -h")]
    [InlineData("verify FILE -?")]
    [InlineData("verify FILE /?")]
    [InlineData("verify FILE --help=true")]
    [InlineData("verify FILE --version")]
    [InlineData("--version")]
    [InlineData("--utc verify FILE")]
    [InlineData("keys")]
    [InlineData("[suggest:3] ver")]
    public void What_asks_for_help_or_is_wrong_is_for_the_whole_tool(string line) => Assert.Null(CommandLine.ReadNamed(Commands(), Arguments(line)));

    private IReadOnlyList<(string Name, Func<Command> Create)> Commands() =>
        CommandLine.Commands(new Terminal(TextWriter.Null, TextWriter.Null, color: false, interactive: false), Service, Tool.KnownIn(Folder), Service.Clock);

    private string[] Arguments(string line) => [.. line.Split(' ').Select(word => word == "FILE" ? Folder.File("document") : word)];
}
