using TrueCopy.Local.Azurite;

namespace TrueCopy.Local;

/// <summary>What to try once the service runs: three lines that can be pasted into another terminal.</summary>
internal static class WhatNext
{
    public const string EventsOnly = """

        Storage and its events are ready. In another terminal, start the Function App:

          cd functions/App && func start

        Ctrl-C stops the events, and Azurite with them.
        """;

    public static string Text(string address, string inbox)
    {
        var elsewhere = address.EndsWith($":{LocalOptions.DefaultPort}", StringComparison.Ordinal) ? "" : $" --service {address}";
        var otherInbox = inbox == AzuriteAccount.Inbox.ConnectionString(
            LocalOptions.DefaultBlobPort,
            LocalOptions.DefaultQueuePort,
            LocalOptions.DefaultTablePort)
            ? ""
            : $" --inbox '{inbox}'";
        return $"""

            TrueCopy is ready on {address}. In another terminal, try:

              dotnet run --project clients/Cli -- issue LICENSE --issuer demo-bank{otherInbox}
              dotnet run --project clients/Cli -- verify LICENSE{elsewhere}
              curl {address}/log/checkpoint

            Ctrl-C stops it, and Azurite with it.
            """;
    }
}
