namespace TrueCopy.Web.Tests.Browser;

/// <summary>What a visitor's browser is set to.</summary>
/// <param name="Language">The language that it asks for.</param>
/// <param name="Width">Of its window, in pixels.</param>
/// <param name="Color">Whether the room is dark.</param>
public readonly record struct BrowserSetting(string Language, int Width = 1000, ColorScheme Color = ColorScheme.Light);

/// <summary>
/// Profiles that visitors have one after the other, each without a trace of the one before. What is dear of a visit is the process
/// that shows its pages and the code that it compiles: a page that nobody looks at keeps it.
/// </summary>
public sealed class Profiles(IBrowser browser)
{
    // Every time to which a visitor set the clock is told to each later page; and a process that waits takes memory.
    private const int Visitors = 16;
    private const int Waiting = 4;

    private readonly Lock _lock = new();
    private readonly List<Profile> _waiting = [];

    /// <summary>One that nobody has.</summary>
    public async Task<Profile> TakeAsync(BrowserSetting setting)
    {
        lock (_lock)
        {
            var at = _waiting.FindLastIndex(profile => profile.Setting == setting);
            if (at >= 0)
            {
                var profile = _waiting[at];
                _waiting.RemoveAt(at);
                return profile;
            }
        }

        return await Profile.CreateAsync(browser, setting);
    }

    /// <summary>Gives one back, after its visitor was at these origins.</summary>
    public async Task ReturnAsync(Profile profile, IEnumerable<string> origins)
    {
        if (profile.IsCrashed || ++profile.Visitors == Visitors)
        {
            await profile.Context.DisposeAsync();
            return;
        }

        await profile.CleanAsync(origins);
        Profile? surplus = null;
        lock (_lock)
        {
            _waiting.Add(profile);
            if (_waiting.Count > Waiting)
            {
                surplus = _waiting[0];
                _waiting.RemoveAt(0);
            }
        }

        if (surplus is not null)
            await surplus.Context.DisposeAsync();
    }
}

/// <summary>A profile and the page that keeps its process.</summary>
public sealed class Profile
{
    private readonly IPage _keeper;
    private readonly ICDPSession _storage;

    private Profile(IBrowserContext context, BrowserSetting setting, IPage keeper, ICDPSession storage)
    {
        Context = context;
        Setting = setting;
        _keeper = keeper;
        _storage = storage;
        keeper.Crash += (_, _) => IsCrashed = true;
    }

    public IBrowserContext Context { get; }

    public BrowserSetting Setting { get; }

    /// <summary>How many had it.</summary>
    public int Visitors { get; set; }

    /// <summary>Whether its process is gone.</summary>
    public bool IsCrashed { get; private set; }

    /// <summary>A new one.</summary>
    public static async Task<Profile> CreateAsync(IBrowser browser, BrowserSetting setting)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            Locale = setting.Language,
            ViewportSize = new ViewportSize { Width = setting.Width, Height = 900 },
            ColorScheme = setting.Color,
            TimezoneId = Chromium.TimeZone,
        });
        var keeper = await context.NewPageAsync();
        return new Profile(context, setting, keeper, await context.NewCDPSessionAsync(keeper));
    }

    /// <summary>Closes its pages and takes away what they kept.</summary>
    public async Task CleanAsync(IEnumerable<string> origins)
    {
        foreach (var page in Context.Pages.Where(page => page != _keeper).ToArray())
            await page.CloseAsync();
        await Context.UnrouteAllAsync(new() { Behavior = UnrouteBehavior.IgnoreErrors });
        await Context.SetOfflineAsync(false);
        foreach (var origin in origins)
            await _storage.SendAsync("Storage.clearDataForOrigin", new() { ["origin"] = origin, ["storageTypes"] = "all" });
        await _storage.SendAsync("Network.clearBrowserCache");
    }
}
