namespace TrueCopy.Ledger.Tests.Signing;

public sealed class KeyFilesTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("truecopy-keys-").FullName;

    private string Folder => Path.Combine(_parent, "a", "keys");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public async Task Keys_are_made_once_and_are_the_same_whenever_they_are_read()
    {
        var first = await CreateAsync();
        Assert.Equal(2, first.Length);
        Assert.Equal(first, await CreateAsync());
        Assert.Equal(["log-ed25519.seed", "log-p256.pem"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("log-p256.pem", 0)]
    [InlineData("log-ed25519.seed", 1)]
    public async Task A_key_that_is_missing_is_made_and_the_other_one_kept(string file, int replaced)
    {
        var before = await CreateAsync();
        File.Delete(Path.Combine(Folder, file));
        await Assert.ThrowsAsync<LogFormatException>(() => KeyFiles.ReadAsync(Folder, "log.example", Stop));
        var after = await CreateAsync();
        Assert.NotEqual(before[replaced], after[replaced]);
        Assert.Equal(before[1 - replaced], after[1 - replaced]);
    }

    [Theory]
    [InlineData("log-p256.pem", "")]
    [InlineData("log-p256.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("log-ed25519.seed", "")]
    [InlineData("log-ed25519.seed", "not base64")]
    [InlineData("log-ed25519.seed", "AAAA")]
    public async Task A_damaged_key_is_refused_and_never_replaced(string file, string content)
    {
        await CreateAsync();
        await File.WriteAllTextAsync(Path.Combine(Folder, file), content, Stop);
        await KeyFiles.CreateMissingAsync(Folder, Stop);
        var refused = await Assert.ThrowsAsync<LogFormatException>(() => KeyFiles.ReadAsync(Folder, "log.example", Stop));
        Assert.Contains(Folder, refused.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(Path.Combine(Folder, file), Stop));
    }

    [Fact]
    public async Task Nobody_else_may_read_a_key()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        await CreateAsync();
        Assert.All(Directory.GetFiles(Folder), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(file)));
    }

    private async Task<string[]> CreateAsync()
    {
        await KeyFiles.CreateMissingAsync(Folder, Stop);
        return [.. (await KeyFiles.ReadAsync(Folder, "log.example", Stop)).Verifiers.Select(verifier => verifier.ToString())];
    }

    private static UnixFileMode ModeOf(string file) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file);
}
