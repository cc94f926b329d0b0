using System.Diagnostics;

[assembly: AssemblyFixture(typeof(TrueCopy.Web.Tests.Browser.Chromium))]

namespace TrueCopy.Web.Tests.Browser;

/// <summary>
/// The system's Chromium, driven by Playwright, which downloads none of its own: its headless shell where there is one, which is
/// the same engine without the windows around it and opens a page at half the cost, and the whole browser when everything is
/// gone through. Where there is none, root on Debian gets it from the distribution; everybody else is told, and the tests fail:
/// a page that no browser has seen is not tested.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Where visitors are.</summary>
    public const string TimeZone = "Asia/Hong_Kong";

    /// <summary>Environment variable that names another Chromium.</summary>
    private const string PathVariable = "TRUECOPY_CHROMIUM";

    // The first of these names on PATH, or else the first of these places.
    private const string Shell = "chromium-headless-shell";
    private static readonly string[] Whole = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe"];
    private static readonly string[] Names = Extent.IsExhaustive ? [.. Whole, Shell] : [Shell, .. Whole];

    private static readonly string[] Places =
    [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    // What a browser does for its user, and a test has no use for: telephoning home, mostly; keeping a process ready for the site that
    // is visited next, which isolated sites need, and of which each test would start one that nobody visits; and a process for each page
    // of a profile.
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-site-isolation-trials", "--renderer-process-limit=1",
    ];

    /// <summary>How long to wait for a condition, in milliseconds; <c>TRUECOPY_PATIENCE</c> asks for other seconds.</summary>
    public static float Patience { get; } = 1000f * Extent.Of("TRUECOPY_PATIENCE", (int)Wait.Limit.TotalSeconds, (int)Wait.Limit.TotalSeconds);

    private IPlaywright? _playwright;
    private BrowserTypeLaunchOptions? _options;

    /// <summary>The browser.</summary>
    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        var program = Find() ?? await InstallAsync();
        _playwright = await Playwright.CreateAsync();

        // What is waited for is a condition; a machine that is busy with other tests may take its time.
        SetDefaultExpectTimeout(Patience);
        _options = new BrowserTypeLaunchOptions { ExecutablePath = program, Args = Flags, Headless = true };
        Browser = await LaunchAsync();
        Profiles = new Profiles(Browser);
    }

    /// <summary>Its profiles, for visitors who do not disturb each other.</summary>
    public Profiles Profiles { get; private set; } = null!;

    /// <summary>Another browser, for a test that must have one to itself.</summary>
    public Task<IBrowser> LaunchAsync() => _playwright!.Chromium.LaunchAsync(_options);

    /// <summary>
    /// Another browser with the profile of a user in a folder: what a page stores is on the disk, as much as there is. Every other
    /// visitor here is one in a private window, who has some gigabytes.
    /// </summary>
    public Task<IBrowserContext> LaunchProfileAsync(string folder) => _playwright!.Chromium.LaunchPersistentContextAsync(folder, new()
    {
        ExecutablePath = _options!.ExecutablePath,
        Args = Flags,
        Headless = true,
        Locale = "en",
        TimezoneId = TimeZone,
    });

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
            await Browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
            return named;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).Concat(Places).FirstOrDefault(File.Exists);
    }

    private static async Task<string> InstallAsync()
    {
        if (OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/bin/apt-get"))
        {
            await RunAsync("apt-get", "update", "-qq");
            await RunAsync("apt-get", "install", "-y", "-qq", Names[0]);
            if (Find() is null)
                await RunAsync("apt-get", "install", "-y", "-qq", Names[1]);
        }

        return Find() ?? throw new InvalidOperationException(
            $"The tests of the page need Chromium: apt-get install {Names[0]}, or set {PathVariable} to the program of a Chromium or Chrome.");
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" } })!;
        await process.WaitForExitAsync();
    }
}
