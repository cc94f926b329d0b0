using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Adversary.Tests.Stage;

/// <summary>A person with a fresh browser, on the page as some network delivers it.</summary>
internal sealed class Visitor(IBrowserContext context, IPage page, Uri service) : IAsyncDisposable
{
    // Everything that the page keeps of times becomes older.
    private const string SetBack = """
        (milliseconds) => {
          const older = (value) =>
            Array.isArray(value) ? value.map(older)
            : value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, older(inner)]))
            : typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(Date.parse(value) - milliseconds).toISOString()
            : value;
          for (const name of Object.keys(localStorage)) localStorage.setItem(name, JSON.stringify(older(JSON.parse(localStorage.getItem(name)))));
        }
        """;

    public IPage Page { get; } = page;

    /// <summary>Scripts that were run although nobody should have: each leaves its name here.</summary>
    public Task<string?> InjectedAsync() => Page.EvaluateAsync<string?>("() => window.injected ?? null");

    public static async Task<Visitor> StartAsync(Chromium chromium, Uri service, string fragment = "")
    {
        var context = await chromium.Browser.NewContextAsync(new BrowserNewContextOptions { Locale = "en", TimezoneId = "Asia/Hong_Kong" });
        context.SetDefaultTimeout(Chromium.Patience);
        var visitor = new Visitor(context, await context.NewPageAsync(), service);
        await visitor.OpenAsync(fragment);
        return visitor;
    }

    /// <summary>Opens a link to the page.</summary>
    public async Task OpenAsync(string fragment)
    {
        await Page.GotoAsync("about:blank");
        await Page.GotoAsync($"{service}{fragment}");
    }

    /// <summary>Chooses files and gives the card of the first.</summary>
    public async Task<ILocator> ChooseAsync(params FilePayload[] files)
    {
        var before = await Page.Locator(".card").CountAsync();
        await Page.Locator("#files").SetInputFilesAsync(files);
        await Expect(Page.Locator(".card")).ToHaveCountAsync(before + 1);
        return Page.Locator(".card").First;
    }

    public Task LetPassAsync(TimeSpan time) => Page.EvaluateAsync(SetBack, time.TotalMilliseconds);

    public Task OfflineAsync() => context.SetOfflineAsync(true);

    public static FilePayload FileOf(string name, byte[] content) => new() { Name = name, MimeType = "application/octet-stream", Buffer = content };

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
