using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TrueCopy.Local.Azurite;

namespace TrueCopy.Testing;

/// <summary>
/// One Azurite for the tests of an assembly, in memory: to start one takes as much of a processor as many tests do. It starts when
/// the first test needs it, and each test has accounts of its own there, whose keys open no others.
/// </summary>
public sealed class SharedAzurite : IAsyncDisposable
{
    // What it is told of them has to fit into a variable of its environment.
    private const int MaxAccounts = 2000;
    private const int KeyLength = 16;

    private readonly Lazy<Task<AzuriteProcess>> _azurite = new(() =>
        AzuriteProcess.StartAsync(new AzuriteOptions { Accounts = [.. Enumerable.Range(0, MaxAccounts).Select(Account)] }, CancellationToken.None));

    private int _taken;

    /// <summary>An inbox and a ledger that nobody else has.</summary>
    public async Task<AzuriteFixture> NewAsync(CancellationToken cancellationToken) =>
        await AzuriteFixture.CreateAsync(await NewAccountAsync(cancellationToken), await NewAccountAsync(cancellationToken), null, cancellationToken);

    /// <summary>Connection string of an account that nobody else has; there is nothing in it.</summary>
    public async Task<string> NewAccountAsync(CancellationToken cancellationToken)
    {
        var azurite = await _azurite.Value.WaitAsync(cancellationToken);
        var number = Interlocked.Increment(ref _taken) - 1;
        return number < MaxAccounts ? azurite.ConnectionString(Account(number)) : throw new InvalidOperationException($"Tests share {MaxAccounts} accounts, and this one would be another.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_azurite.IsValueCreated)
            await (await _azurite.Value).DisposeAsync();
    }

    private static AzuriteAccount Account(int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"account{number}");
        return new AzuriteAccount(name, Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, KeyLength)));
    }
}
