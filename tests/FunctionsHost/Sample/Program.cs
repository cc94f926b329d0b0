using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
await builder.Build().RunAsync();

/// <summary>One function of each kind, which do nothing.</summary>
public sealed class SampleFunctions
{
    /// <summary>Answers.</summary>
    [Function("Answer")]
    public IResult Answer([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) => Results.Text("sample");

    /// <summary>Takes a message.</summary>
    [Function("Take")]
    public void Take([QueueTrigger("sample", Connection = "Ledger")] QueueMessage message)
    {
    }

    /// <summary>Takes a minute.</summary>
    [Function("Tick")]
    public void Tick([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer)
    {
    }
}
