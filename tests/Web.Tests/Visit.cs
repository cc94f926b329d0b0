using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>What a visitor visits.</summary>
public interface IVisited
{
    /// <summary>Where the page is.</summary>
    string Address { get; }

    /// <summary>Whatever the page may ask: the beginnings of addresses.</summary>
    IReadOnlyList<string> Origins { get; }

    /// <summary>By its clock, which the browser's is set to.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Whether it may answer with a failure.</summary>
    bool MayRefuse { get; }
}

/// <summary>
/// A visitor with a browser profile in which there is nothing. Every request is recorded and every complaint of the browser (a script error, a
/// breach of the Content-Security-Policy) fails the test in the end.
/// </summary>
public sealed class Visit : IAsyncDisposable
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private static readonly bool TakesPictures = Extent.Of("TRUECOPY_PICTURES", 0, 1) > 0;

    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly IBrowserContext _context;
    private readonly IVisited _site;
    private Func<Task>? _giveBack;

    private Visit(IBrowserContext context, IPage page, IVisited site)
    {
        _context = context;
        _site = site;
        Page = page;
        Watch(page);
        context.Request += Note;
    }

    public IPage Page { get; }

    public ConcurrentQueue<IRequest> Requests { get; } = new();

    /// <summary>Whether a request may fail: the browser complains about that on its own.</summary>
    public bool MayFailToConnect { get; set; }

    /// <summary>Opens another page of the same visitor, in a tab of its own.</summary>
    public async Task<IPage> OpenAsync(string fragment)
    {
        var page = await _context.NewPageAsync();
        Watch(page);
        await GoAsync(page, fragment);
        return page;
    }

    /// <summary>The cards of the documents, newest first.</summary>
    public ILocator Cards => Page.Locator(".card");

    public static async Task<Visit> StartAsync(Chromium chromium, IVisited site, string language = "en", string fragment = "", int width = 1000, ColorScheme color = ColorScheme.Light)
    {
        var profile = await chromium.Profiles.TakeAsync(new BrowserSetting(language, width, color));
        var visit = await StartInAsync(profile.Context, site, fragment);
        visit._giveBack = () => chromium.Profiles.ReturnAsync(profile, [.. visit.Requests.Where(request => request.Url.StartsWith("http", StringComparison.Ordinal)).Select(request => new Uri(request.Url).GetLeftPart(UriPartial.Authority)).Distinct()]);
        return visit;
    }

    /// <summary>A visitor with a profile that nobody has after him.</summary>
    public static async Task<Visit> StartAsync(IBrowser browser, IVisited site, string language = "en", string fragment = "") =>
        await StartInAsync((await Profile.CreateAsync(browser, new BrowserSetting(language))).Context, site, fragment);

    /// <summary>A visitor who has a profile.</summary>
    public static async Task<Visit> StartInAsync(IBrowserContext context, IVisited site, string fragment = "")
    {
        context.SetDefaultTimeout(Chromium.Patience);
        var visit = new Visit(context, await context.NewPageAsync(), site);
        await visit.SetClockAsync();
        await visit.GoAsync(visit.Page, fragment);
        return visit;
    }

    /// <summary>Sets the browser's clock: the service's, or that many ahead of it.</summary>
    public Task SetClockAsync(TimeSpan ahead = default) => _context.Clock.SetFixedTimeAsync((_site.Now + ahead).UtcDateTime);

    /// <summary>Has a liar between the page and the service rewrite the answer to what is asked.</summary>
    public Task RewriteAsync(Action<JsonNode> rewrite) => Page.RouteAsync("**/v1/verify", async route =>
    {
        var answer = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;
        foreach (var result in answer["results"]!.AsArray())
            rewrite(result!);
        await route.FulfillAsync(new() { ContentType = "application/json", Body = answer.ToJsonString() });
    });

    /// <summary>Has the page talk to another service without knowing.</summary>
    public async Task ForwardAsync(Site to)
    {
        foreach (var paths in new[] { "**/v1/**", "**/log/**" })
        {
            await Page.RouteAsync(paths, async route =>
            {
                var path = new Uri(route.Request.Url).PathAndQuery;
                await route.FulfillAsync(new() { Response = await route.FetchAsync(new() { Url = to.Address + path }) });
            });
        }
    }

    /// <summary>Chooses files, as by the button.</summary>
    public Task ChooseAsync(params FilePayload[] files) => Page.Locator("#files").SetInputFilesAsync(files);

    /// <summary>Chooses a file and waits for what comes of it.</summary>
    public async Task<ILocator> CheckAsync(FilePayload file, string state)
    {
        var before = await Cards.CountAsync();
        await ChooseAsync(file);
        await Expect(Cards).ToHaveCountAsync(before + 1);
        var card = Cards.First;
        await Expect(card).ToHaveAttributeAsync("data-state", state);
        return card;
    }

    /// <summary>Holds the page to WCAG as axe knows it, best practices included.</summary>
    public Task AccessibleAsync() => AccessibleAsync(Page);

    /// <summary>The same of another page of the visitor.</summary>
    public static async Task AccessibleAsync(IPage page)
    {
        // In the page itself: the package's own way opens another page for each result, which takes longer than the checks.
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
            await page.EvaluateAsync(Axe);
        // Of hundreds of cards the first ten, folded and open, are looked at: the others are made by the same lines.
        var violations = await page.EvaluateAsync<string[]>("async () => (await axe.run({ exclude: ['.card:nth-of-type(n+11)'] }, { resultTypes: ['violations'], preload: false })).violations.map(({ id, help, nodes }) => [`${id}: ${help}`, ...nodes.map(({ html }) => html)].join('\\n  '))");
        Assert.True(violations.Length == 0, string.Join('\n', violations));
    }

    /// <summary>
    /// Goes through the page's languages where it is: behaviour is one in all of them, words are not. Gives each by the name of its
    /// pictures, and what takes the text of that language out of three: English, traditional and simplified characters.
    /// </summary>
    public async Task InEachLanguageAsync(Func<string, Func<string, string, string, string>, Task> look, IPage? page = null)
    {
        page ??= Page;
        (string Name, string Tag)[] languages = [("zh-HK", "zh-Hant"), ("zh-CN", "zh-Hans"), ("en-HK", "en")];
        foreach (var (name, tag) in languages)
        {
            await page.Locator("#language").SelectOptionAsync(tag);
            await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", tag);
            await page.Locator("#language").BlurAsync();
            await look(name, (english, traditional, simplified) => tag == "en" ? english : tag == "zh-Hant" ? traditional : simplified);
        }
    }

    /// <summary>What in the cards is in the colour of what is verified: as text, ground, border or drawing.</summary>
    public Task<string[]> GreenAsync() => Page.EvaluateAsync<string[]>("""
        () => {
          const probe = document.createElement('i');
          probe.className = 'proven';
          document.body.append(probe);
          const green = getComputedStyle(probe).color;
          probe.remove();
          return [...document.querySelectorAll('.card, .card *')]
            .filter((element) => {
              const style = getComputedStyle(element);
              return [style.color, style.backgroundColor, style.borderLeftColor, style.borderTopColor, style.fill, style.stroke].includes(green);
            })
            .map((element) => element.outerHTML.slice(0, 100));
        }
        """);

    /// <summary>Nothing sticks out at the side.</summary>
    public async Task FitsAsync(IPage? page = null)
    {
        page ??= Page;
        var (content, window) = (await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), await page.EvaluateAsync<int>("document.documentElement.clientWidth"));
        Assert.True(content <= window, $"the page is {content} wide in a window of {window}");
    }

    /// <summary>
    /// Keeps a picture of the whole page, of a part of it or of what is in the window, in the test's output: when everything is
    /// gone through, or with <c>TRUECOPY_PICTURES=1</c>. It is for people to look at, and costs as much as what is tested.
    /// </summary>
    public async Task PictureAsync(string name, ILocator? part = null, IPage? page = null, bool whole = true)
    {
        if (!TakesPictures)
            return;
        var path = PlaceOf(name + ".png");
        if (part is null)
            await (page ?? Page).ScreenshotAsync(new() { Path = path, FullPage = whole, Animations = ScreenshotAnimations.Disabled });
        else
            await part.ScreenshotAsync(new() { Path = path, Animations = ScreenshotAnimations.Disabled });
    }

    /// <summary>Keeps a file beside the pictures, where they are kept.</summary>
    public static void Keep(string path, string name)
    {
        if (TakesPictures)
            File.Copy(path, PlaceOf(name), overwrite: true);
    }

    /// <summary>What the browser complained about so far was meant.</summary>
    public void ForgetComplaints() => _complaints.Clear();

    public async ValueTask DisposeAsync()
    {
        await (_giveBack is null ? _context.CloseAsync() : _giveBack());
        _context.Request -= Note;
        Assert.All(Requests, request => Assert.Contains(_site.Origins, origin => request.Url.StartsWith(origin, StringComparison.Ordinal)));
        Assert.Empty(_complaints);
    }

    private void Note(object? sender, IRequest request) => Requests.Enqueue(request);

    // How long the page bears with a service that is silent is no rule of these tests: a machine may be busy, and an answer held back.
    private async Task GoAsync(IPage page, string fragment)
    {
        await page.AddInitScriptAsync("AbortSignal.timeout = () => new AbortController().signal;");
        await page.GotoAsync($"{_site.Address}/{fragment}");
    }

    private void Watch(IPage page)
    {
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !IsExpected(message))
                _complaints.Enqueue(message.Text);
        };
    }

    private static string PlaceOf(string name) =>
        Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "screenshots")).FullName, name);

    // A service without a policy says so by 404, which the browser takes for a fault.
    private bool IsExpected(IConsoleMessage message) => message.Text.Contains("Failed to load resource", StringComparison.Ordinal)
        && (MayFailToConnect || _site.MayRefuse || message.Location.Contains("/v1/policy", StringComparison.Ordinal));
}
