using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrueCopy.Web.Tests.Browser;

namespace TrueCopy.Web.Tests;

/// <summary>A day's post: hundreds or thousands of files at once.</summary>
public sealed class ManyFilesTests(Chromium chromium, ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>What the page draws of its list in one frame, at most.</summary>
    private const int CardsPerFrame = 40;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"truecopy-{Guid.NewGuid():N}");

    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Of_300_files_every_one_is_answered_and_what_waits_is_counted()
    {
        var paths = Make(300);
        foreach (var path in paths.Take(5))
            await _site.UploadAsync(Path.GetFileName(path), await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        await using var visit = await Visit.StartAsync(chromium, _site);
        var release = await HoldAnswersAsync(visit);
        await visit.Page.Locator("#files").SetInputFilesAsync(paths);
        await Expect(visit.Page.Locator(".card[data-state=asking]")).ToHaveCountAsync(300);
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(visit.Page.Locator(".totals .progress")).ToContainTextAsync(words("0 of 300 checked, 300 waiting", "已核實 0 份，共 300 份，尚有 300 份等候核實", "已核验 0 份，共 300 份，还有 300 份等待核验"));
            await visit.PictureAsync($"300-waiting-{language}", visit.Page.Locator(".totals"));
        });
        await visit.AccessibleAsync();

        release();
        await Expect(visit.Page.Locator(".card[data-state=verified]")).ToHaveCountAsync(5);
        await Expect(visit.Page.Locator(".card[data-state=unknown]")).ToHaveCountAsync(295);
        await Expect(visit.Page.Locator(".totals progress")).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator(".seen-by.nobody")).ToHaveCountAsync(1);
        await visit.AccessibleAsync();
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            var done = words("No record: 295", "查無紀錄：295", "查无记录：295");
            await Expect(visit.Page.Locator(".totals")).ToContainTextAsync(done);
            await Expect(visit.Page.Locator("[role=status].unseen")).ToContainTextAsync(done);
            await visit.Page.EvaluateAsync("scrollTo(0, 0)");
            await visit.PictureAsync($"300-{language}", whole: false);
        });
    }

    [Fact]
    public async Task Files_by_the_thousand_are_all_answered_in_few_requests_and_drawn_a_few_at_a_time()
    {
        var count = Extent.Of("TRUECOPY_FILES", 250, 2000);
        var paths = Make(count);
        await using var visit = await Visit.StartAsync(chromium, _site);
        await WatchAsync(visit.Page);
        await visit.Page.Locator("#files").SetInputFilesAsync(paths);
        await Expect(visit.Page.Locator(".card[data-state=unknown]")).ToHaveCountAsync(count);
        await Expect(visit.Page.Locator(".totals")).ToContainTextAsync(string.Create(CultureInfo.InvariantCulture, $"No record: {count:N0}"));

        var questions = visit.Requests.Where(request => request.Method == "POST").ToList();
        var asked = questions.SelectMany(request => JsonDocument.Parse(request.PostDataBuffer!).RootElement.GetProperty("digests").EnumerateArray()).Select(digest => digest.GetProperty("digest").GetString()!);
        Assert.Equal(paths.Select(path => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))).Order(), asked.Order());
        Assert.InRange(questions.Count, 2, count / 20);
        var seen = await SeenAsync(visit.Page);
        output.WriteLine($"{count} files: {questions.Count} requests, {seen.Frames} frames meanwhile, {seen.LongTasks} long tasks, the longest of {seen.Longest:N0} ms, at most {seen.CardsInFrame} cards drawn in a frame, the sizes of at most {seen.SizesInFrame} files asked for.");
        Assert.InRange(seen.CardsInFrame, 1, CardsPerFrame);
        Assert.InRange(seen.Frames, count / CardsPerFrame, int.MaxValue);

        // The browser asks the disk for the size of a file, and the page waits: two thousand at once held it for half a second.
        Assert.InRange(seen.SizesInFrame, 0, CardsPerFrame);

        // What a card says is made when it is opened, and not for each.
        Assert.InRange(await visit.Page.EvaluateAsync<int>("document.querySelectorAll('.card *').length"), count, count * 16);
        await visit.Cards.Last.Locator("summary").First.ClickAsync();
        await Expect(visit.Cards.Last.Locator(".possibilities li")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task The_page_itself_reads_and_hashes_nothing_and_draws_frames_meanwhile()
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, "large.bin");
        await using (var file = File.Create(path))
            file.SetLength(64L << 20);
        await using var visit = await Visit.StartAsync(chromium, _site, fragment: "#view=log");
        await visit.Page.AddInitScriptAsync("""
            window.used = [];
            for (const [owner, name] of [[Blob.prototype, 'stream'], [Blob.prototype, 'arrayBuffer'], [Blob.prototype, 'slice'], [Blob.prototype, 'text'], [FileReader.prototype, 'readAsArrayBuffer'], [WebAssembly, 'instantiate'], [WebAssembly, 'compile']]) {
              const own = owner[name];
              owner[name] = function (...given) { window.used.push(name); return own.apply(this, given); };
            }
            """);
        await visit.Page.GotoAsync(_site.Address);
        await visit.Page.ReloadAsync();
        await WatchAsync(visit.Page);
        var before = await SeenAsync(visit.Page);
        await visit.Page.Locator("#files").SetInputFilesAsync(path);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "unknown");
        var after = await SeenAsync(visit.Page);
        output.WriteLine($"64 MiB: {after.Frames} frames, {after.LongTasks} long tasks, the longest of {after.Longest:N0} ms.");
        Assert.NotEqual(before.Frames, after.Frames);
        Assert.True(after.Progress);
        Assert.Empty(await visit.Page.EvaluateAsync<string[]>("window.used"));
        Assert.NotEmpty(visit.Page.Workers);
    }

    [Fact]
    public async Task Every_one_of_many_files_that_are_read_as_streams_is_answered_by_what_is_in_it()
    {
        // Just too long to be read at once: a stream that the browser collected while it was read would never end.
        const int Count = 60;
        Directory.CreateDirectory(_folder);
        var paths = new List<string>();
        for (var i = 0; i < Count; i++)
        {
            paths.Add(Path.Combine(_folder, $"scan-{i:D2}.pdf"));
            await using var file = File.Create(paths[i]);
            file.Write(Encoding.ASCII.GetBytes($"%PDF-1.7 {i}"));
            file.SetLength((2 << 20) + 1 + i);
        }

        await _site.UploadAsync("scan-59.pdf", await File.ReadAllBytesAsync(paths[^1], TestContext.Current.CancellationToken));
        await using var visit = await Visit.StartAsync(chromium, _site);
        await visit.Page.Locator("#files").SetInputFilesAsync(paths);
        await Expect(visit.Page.Locator(".card[data-state=unknown]")).ToHaveCountAsync(Count - 1);
        await Expect(visit.Page.Locator(".card[data-state=verified]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_worker_that_gets_nowhere_is_replaced_and_its_file_begun_again()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium.Browser, _site, fragment: "#view=log");
        var served = 0;
        await StallAsync(visit, () => ++served == 1);
        await visit.ChooseAsync(document);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "waiting");
        await UntilAsync(() => served > 0);
        await visit.Page.Clock.RunForAsync(70_000);
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
        Assert.Equal(2, served);
    }

    [Fact]
    public async Task Where_reading_stands_still_twice_the_page_says_so_and_tries_again_when_asked()
    {
        var document = await _site.IssueAsync("statement.pdf");
        await using var visit = await Visit.StartAsync(chromium.Browser, _site, fragment: "#view=log");
        var served = 0;
        await StallAsync(visit, () => ++served <= 2);
        await visit.ChooseAsync(document);
        for (var tries = 1; tries <= 2; tries++)
        {
            var now = tries;
            await UntilAsync(() => served >= now);
            await visit.Page.Clock.RunForAsync(70_000);
        }

        var card = visit.Cards.First;
        await Expect(card).ToHaveAttributeAsync("data-state", "unreadable");
        await visit.InEachLanguageAsync(async (language, words) =>
        {
            await Expect(card.Locator("h3")).ToHaveTextAsync(words("Reading came to a standstill", "讀取中斷", "读取中断"));
            await visit.PictureAsync($"stalled-{language}", card);
        });
        await visit.AccessibleAsync();
        await card.Locator("button.retry").ClickAsync();
        await Expect(visit.Cards.First).ToHaveAttributeAsync("data-state", "verified");
    }

    [Fact]
    public async Task What_an_outage_left_open_is_tried_again_all_at_once()
    {
        var paths = Make(30);
        await using var visit = await Visit.StartAsync(chromium, _site);
        _site.IsDown = true;
        await visit.Page.Locator("#files").SetInputFilesAsync(paths);
        await Expect(visit.Page.Locator(".card[data-state=outage]")).ToHaveCountAsync(30);
        await Expect(visit.Page.Locator(".totals button.again")).ToBeVisibleAsync();
        _site.IsDown = false;
        await visit.Page.Locator(".totals button.again").ClickAsync();
        await Expect(visit.Page.Locator(".card[data-state=unknown]")).ToHaveCountAsync(30);
        await Expect(visit.Page.Locator(".totals button.again")).ToBeHiddenAsync();
        visit.ForgetComplaints();
    }

    private string[] Make(int count)
    {
        Directory.CreateDirectory(_folder);
        var padding = new string('x', 20_000);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var path = Path.Combine(_folder, $"statement-{i:D4}.pdf");
            File.WriteAllBytes(path, Encoding.ASCII.GetBytes($"%PDF-1.7 {i} {padding[..(i % 20 * 1000)]}"));
            return path;
        })];
    }

    /// <summary>Holds the answers back until what is returned is called.</summary>
    private static async Task<Action> HoldAnswersAsync(Visit visit)
    {
        var released = new TaskCompletionSource();
        await visit.Page.RouteAsync("**/v1/verify", async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });
        return () => released.SetResult();
    }

    /// <summary>Serves workers of which some never answer.</summary>
    private static async Task StallAsync(Visit visit, Func<bool> stalls)
    {
        await visit.Page.Context.RouteAsync("**/worker-*.js", async route =>
        {
            if (stalls())
                await route.FulfillAsync(new() { ContentType = "text/javascript", Body = "self.addEventListener('message', () => undefined);" });
            else
                await route.ContinueAsync();
        });
        await visit.Page.ReloadAsync();
        await visit.Page.Locator("nav a").First.ClickAsync();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Notes from now on frames, long tasks, how many cards are put into the page between two frames, and whether one told how far it was.</summary>
    internal static async Task WatchAsync(IPage page) => await page.EvaluateAsync("""
        () => {
          const seen = (window.seen = { frames: 0, longTasks: 0, longest: 0, cardsInFrame: 0, sizesInFrame: 0, progress: false });
          let [cards, sizes] = [0, 0];
          const size = Object.getOwnPropertyDescriptor(Blob.prototype, 'size');
          Object.defineProperty(Blob.prototype, 'size', { ...size, get() { sizes++; return size.get.call(this); } });
          const isDrawn = (node) => node.classList?.contains('card') && node.childElementCount > 0;
          new MutationObserver((changes) => {
            for (const { addedNodes } of changes) {
              cards += [...addedNodes].filter(isDrawn).length;
              seen.progress ||= [...addedNodes].some((node) => isDrawn(node) && node.querySelector('progress'));
            }
          }).observe(document.querySelector('main'), { childList: true, subtree: true });
          const frame = () => {
            seen.cardsInFrame = Math.max(seen.cardsInFrame, cards);
            seen.sizesInFrame = Math.max(seen.sizesInFrame, sizes);
            [cards, sizes] = [0, 0];
            seen.frames++;
            requestAnimationFrame(frame);
          };
          requestAnimationFrame(frame);
          new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) {
              seen.longTasks++;
              seen.longest = Math.max(seen.longest, duration);
            }
          }).observe({ type: 'longtask' });
        }
        """);

    /// <summary>What <see cref="WatchAsync"/> noted.</summary>
    internal static async Task<Seen> SeenAsync(IPage page)
    {
        var seen = await page.EvaluateAsync<JsonElement>("window.seen");
        return new Seen(seen.GetProperty("frames").GetInt32(), seen.GetProperty("longTasks").GetInt32(), seen.GetProperty("longest").GetDouble(), seen.GetProperty("cardsInFrame").GetInt32(), seen.GetProperty("sizesInFrame").GetInt32(), seen.GetProperty("progress").GetBoolean());
    }

    internal sealed record Seen(int Frames, int LongTasks, double Longest, int CardsInFrame, int SizesInFrame, bool Progress);
}
