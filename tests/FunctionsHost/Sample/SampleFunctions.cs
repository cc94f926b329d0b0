using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace TrueCopy.Sample;

/// <summary>One function of each kind, which do nothing.</summary>
public static class SampleFunctions
{
    /// <summary>Answers.</summary>
    [Function("Answer")]
    public static IResult Answer([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) => Results.Text("sample");

    /// <summary>Takes a message.</summary>
    [Function("Take")]
    public static void Take([QueueTrigger("sample", Connection = "Ledger")] QueueMessage message)
    {
    }

    /// <summary>Takes a minute.</summary>
    [Function("Tick")]
    public static void Tick([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer)
    {
    }
}
