using Microsoft.Extensions.Configuration;
using TrueCopy.WitnessApp;

namespace TrueCopy.Witness.Tests;

public sealed class WitnessSettingsTests : IDisposable
{
    private const string Key = "dev.truecopy.example/log";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("truecopy-witness-");
    private readonly Ed25519Signer _log = new(Key, TestWitness.SeedOf(1));

    public WitnessSettingsTests()
    {
        foreach (var (name, i) in WitnessSeeds.All.Select((name, i) => (name, i)))
            File.WriteAllText(Path.Combine(_folder.FullName, name), Convert.ToHexString(TestWitness.SeedOf((byte)(i + 10))) + "\n");
    }

    private Dictionary<string, string?> Settings => new()
    {
        ["Witness:Name"] = "witness.example/w1",
        ["Witness:Logs"] = $"log {_log.Verifier} https://truecopy.example/log; # a comment",
        ["Signing:Mode"] = "file",
        ["Signing:Folder"] = _folder.FullName,
    };

    public void Dispose()
    {
        _log.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Settings_make_a_witness_with_two_keys_and_a_mirror_only_where_it_has_a_name()
    {
        var options = Read(Settings);
        Assert.Equal(["witness.example/w1", "witness.example/w1"], options.Cosigners.Select(cosigner => cosigner.Verifier.Name));
        Assert.Equal([4, 6], options.Cosigners.Select(cosigner => (int)cosigner.Verifier.SignatureType));
        Assert.Empty(options.MirrorCosigners);
        Assert.Equal(new Uri("https://truecopy.example/log"), options.Logs.Single().Url);

        var mirrored = Read(new(Settings) { ["Mirror:Name"] = "mirror.example" });
        Assert.Equal(["mirror.example", "mirror.example"], mirrored.MirrorCosigners.Select(cosigner => cosigner.Verifier.Name));
        Assert.Equal(4, mirrored.Cosigners.Concat(mirrored.MirrorCosigners).Select(cosigner => cosigner.Verifier.ToString()).Distinct().Count());
    }

    [Theory]
    [InlineData("Witness:Name", "", "The setting Witness__Name is missing.")]
    [InlineData("Witness:Logs", "", "The setting Witness__Logs is missing.")]
    [InlineData("Witness:Logs", "log nothing", "policy: line 1: the key is not a verifier key of a log")]
    [InlineData("Signing:Mode", "vault", "The setting Signing__Mode is keyVault or file.")]
    [InlineData("Mirror:Name", "witness.example/w1", "witness: a mirror has another name than the witness beside it")]
    public void A_setting_that_is_missing_or_wrong_is_named(string name, string value, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<Exception>(() => Read(new(Settings) { [name] = value })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_seed_that_is_not_64_hex_digits_is_named_and_not_shown()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, WitnessSeeds.WitnessMlDsa44), "abc123");
        var exception = Assert.Throws<InvalidOperationException>(() => Read(Settings));
        Assert.Equal("The seed witness-mldsa44-seed is not 64 hex digits.", exception.Message);
    }

    private static WitnessOptions Read(Dictionary<string, string?> settings) =>
        new WitnessSettings(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).ReadOptions(TimeProvider.System);
}
