using System.Text;

namespace TrueCopy.EndToEnd.Tests.Cli;

/// <summary>Tests that run <c>truecopy</c> against a service in memory, on files in a folder of their own.</summary>
public abstract class ToolTests : IDisposable
{
    private protected StubService Service { get; } = new();

    private protected TempFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        Service.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A document that the bank issued, as a file; its name is its content.</summary>
    private protected async Task<string> IssuedFileAsync(string content)
    {
        await Service.IssueAsync(Encoding.UTF8.GetBytes(content));
        return Folder.File(content);
    }
}
