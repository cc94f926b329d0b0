using TrueCopy.Client.Handovers;

namespace TrueCopy.Cli.Output;

/// <summary>Handovers in words for a person.</summary>
internal static class HandoverText
{
    /// <summary>What is consented to, all of it and nothing else.</summary>
    public static Printable Of(Consent consent, ProvenReceiver? receiver, Terminal terminal)
    {
        var text = new Printable();
        var (name, others) = receiver is null ? (consent.Receiver.LegalName, []) : terminal.NameOf(consent.Receiver.LegalName, receiver.Entry.LegalNames);
        text.AppendLine($"to          {name}{(receiver is null ? "" : $" [{receiver.Entry.Jurisdiction}]")} ({consent.Receiver.Id}), by log entry {consent.Receiver.LogIndex}");
        VerdictText.AppendNames(text, others);
        if (receiver is not null)
            text.AppendLine($"            which promises to keep it for {receiver.Entry.KeepsDays} days");
        text.AppendLine($"for         {WireName.Of(consent.Purpose)}{(consent.PurposeText is null ? "" : $": {consent.PurposeText}")}");
        text.AppendLine($"until       {terminal.Time(consent.Until)}");
        Lines(text, "scope       ", consent.Scope);
        Lines(text, "conditions  ", consent.Conditions);
        text.AppendLine($"documents");
        foreach (var document in consent.Documents)
            text.AppendLine($"  {document.Name}  {document.Length:N0} bytes, {document.Verdict}{(document.Insisted == true ? ", handed over all the same" : "")}{(document.Receipt ? "" : ", without a receipt")}");
        return text;
    }

    /// <summary>What became of a handover.</summary>
    public static Printable Of(HandoverTrace trace, Terminal terminal)
    {
        var text = new Printable();
        text.AppendLine($"{Headline(trace, terminal)}  handover {trace.Id} to {trace.Receiver}");
        if (trace.Refused is not null)
            text.AppendLine($"  {trace.Refused}");
        foreach (var step in trace.Steps)
            text.AppendLine($"  {terminal.Time(step.Entry.At)}  {WireName.Of(step.Entry.Kind).PadRight(10)}  log entry {step.LogIndex}{Note(step.Note)}");
        if (trace.Steps.Count > 0)
            text.AppendLine($"  each proven by its receipt; to whom it went is the service's word");
        if (trace.Expires is { } expires)
            text.AppendLine($"  deleted at {terminal.Time(expires)} if it is not taken");
        return text;
    }

    private static void Lines(Printable text, string heading, string? lines)
    {
        foreach (var (i, line) in (lines?.Split('\n') ?? []).Index())
            text.AppendLine($"{(i == 0 ? Printable.Ours(heading) : Printable.Ours("            "))}{line}");
    }

    private static Printable Headline(HandoverTrace trace, Terminal terminal) => trace.State switch
    {
        HandoverState.Announced => $"… NOT SENT YET",
        HandoverState.Sent => terminal.Good("✔ SENT"),
        HandoverState.Received => terminal.Good("✔ RECEIVED"),
        HandoverState.Declined => terminal.Paint(Tone.Caution, "✘ DECLINED"),
        HandoverState.Withdrawn => terminal.Paint(Tone.Caution, "↷ WITHDRAWN"),
        HandoverState.Expired => terminal.Paint(Tone.Caution, "⌛ EXPIRED"),
        _ => terminal.Bad("✘ REFUSED"),
    };

    private static Printable Note(HandoverNote? note) => note switch
    {
        { Reason: { } reason } => $", {WireName.Of(reason)}{(note.Text is null ? "" : $": {note.Text}")}",
        { Purpose: { } purpose } => $", for {WireName.Of(purpose)}",
        _ => $"",
    };
}
