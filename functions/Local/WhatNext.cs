using TrueCopy.Local.Azurite;

namespace TrueCopy.Local;

/// <summary>What to try once the service runs: three lines that can be pasted into another terminal.</summary>
internal static class WhatNext
{
    public static string EventsOnly(string inbox, string ledger)
    {
        var settings = inbox == AzuriteAccount.Inbox.ConnectionString(LocalOptions.DefaultBlobPort, LocalOptions.DefaultQueuePort, LocalOptions.DefaultTablePort)
            ? ""
            : $"\n\n  with these in its local.settings.json:\n    Inbox   {inbox}\n    Ledger  {ledger}";
        return $"""

            Storage and its events are ready. In another terminal, start the Function App:

              cd functions/App && func start{settings}

            Ctrl-C stops the events, and Azurite with them.
            """;
    }

    public static string Text(string address, string inbox, string key, string identity, IReadOnlyList<(string Name, string Address)> witnesses)
    {
        var elsewhere = address.EndsWith($":{LocalOptions.DefaultPort}", StringComparison.Ordinal) ? "" : $" --service {address}";
        var otherInbox = inbox == AzuriteAccount.Inbox.ConnectionString(
            LocalOptions.DefaultBlobPort,
            LocalOptions.DefaultQueuePort,
            LocalOptions.DefaultTablePort)
            ? ""
            : $" --inbox '{inbox}'";
        var seen = witnesses.Count == 0 ? "" : $"\n\nWitnesses: {string.Join(", ", witnesses.Select(witness => $"{witness.Name} on {witness.Address}"))}; the policy that asks for them is {address}/v1/policy";
        return $"""

            TrueCopy is ready on {address}. In another terminal, try:

              dotnet run --project clients/Cli -- issue LICENSE --issuer demo-bank{otherInbox}
              dotnet run --project clients/Cli -- verify LICENSE{elsewhere}
              curl {address}/log/checkpoint

            To hand it over (docs/handover.md): the receiver {DemoReceiver.Id} opens packages with {identity}

            The log's key: {key}{seen}

            Ctrl-C stops it, and Azurite with it.
            """;
    }
}
