using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>One attack: a network of its own before the real service, and a user who has not met it yet.</summary>
public abstract partial class Scene(Theatre theatre) : IAsyncLifetime
{
    private protected Theatre Theatre { get; } = theatre;

    private protected Network Network { get; private set; } = null!;

    private protected User User { get; private set; } = null!;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Network = await Network.StartAsync(Theatre.Service.Address, Stop);
        User = new User(Network.Address);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        User.Dispose();
        await Network.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A document as a file of the user's, under a name of its own if it is given.</summary>
    private protected string FileOf(string document, string? name = null) => User.File(name ?? document + ".pdf", Theatre.Document(document));

    /// <summary>The user verifies something before anything is wrong, so that the log is known.</summary>
    private protected async Task MeetAsync(params string[] more)
    {
        var met = await User.VerifyAsync(FileOf("standing"), more);
        Assert.True(met.ExitCode == 0, met.Text);
    }

    /// <summary>Holds the client to what the attack's table says of it.</summary>
    private protected static void Conclude(Run run)
    {
        AssertSound(run);
        Assert.True(Matches($"{run.ExitCode}", run.Text), $"expected: {Expected}\nexit code {run.ExitCode}\n{run.Text}");
    }

    /// <summary>Verifies a document with the tool and holds it to what the attack's table says.</summary>
    private protected async Task ConcludeOfAsync(string document, params string[] more) => Conclude(await User.VerifyAsync(FileOf(document), more));

    /// <summary>The same of a card on the page.</summary>
    private protected static async Task ConcludeAsync(ILocator card)
    {
        await Assertions.Expect(card).ToHaveAttributeAsync("data-state", FinalState());
        var (state, text) = (await card.GetAttributeAsync("data-state"), await card.TextContentAsync());
        Assert.True(Matches(state!, text!), $"expected: {Expected}\n{state}\n{text}");
    }

    /// <summary>What the attack's attribute says has to come of it, in the build that is attacked.</summary>
    private protected static string Expected
    {
        get
        {
            var attack = ((Xunit.v3.IXunitTestMethod)TestContext.Current.TestMethod!).Method.GetCustomAttribute<AttackAttribute>()
                ?? throw new InvalidOperationException("The test is no attack.");
            if (!Build.Attacked.IsEarlier)
                return attack.Now;
            Assert.SkipWhen(attack.Before is null, "It was not tried on the build before.");
            return attack.Before!;
        }
    }

    [GeneratedRegex("^(verified|revoked|suspended|superseded|expired|notYetValid|conflicting|unknown|proven|unconfirmed|outage|distrusted|unreadable|noKey)$")]
    private static partial Regex FinalState();

    private static bool Matches(string state, string text)
    {
        var expected = Expected;
        var words = expected.IndexOf(' ', StringComparison.Ordinal) is var space and > 0 ? expected[(space + 1)..] : "";
        return expected.Split(' ')[0] == state && Unwrapped(text).Contains(words, StringComparison.Ordinal);
    }

    private static string Unwrapped(string text) => string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    // Whatever comes: no stack trace, and nothing that a terminal would obey or that a person could not see.
    private static void AssertSound(Run run)
    {
        if (Build.Attacked.IsEarlier)
            return;
        Assert.DoesNotContain("Unhandled exception", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at TrueCopy", run.Text, StringComparison.Ordinal);
        var odd = run.Text.Where(c => c is not '\n' and not '\r' && CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        Assert.True(!odd.Any(), $"prints {string.Join(' ', odd.Select(c => $"U+{(int)c:X4}"))}:\n{run.Text}");
    }
}
