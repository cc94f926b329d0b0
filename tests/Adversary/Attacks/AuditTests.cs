using System.IO.Compression;
using System.Text;
using TrueCopy.Adversary.Tests.Forging;
using TrueCopy.Adversary.Tests.Stage;

namespace TrueCopy.Adversary.Tests.Attacks;

/// <summary>What <c>truecopy audit</c> is shown.</summary>
public sealed class AuditTests(Theatre theatre) : Scene(theatre)
{
    private INoteSigner[] Operators => [.. Theatre.Keys.Signers];

    [Fact]
    [Attack(Who.Service, "0 ✔ HOLDS", Before = "1 UNTRUSTED")]
    public async Task A_log_that_is_served_zipped_is_not_called_damaged()
    {
        Network.Tamper = (path, reply) =>
        {
            if (!path.StartsWith("/log/", StringComparison.Ordinal) || reply.Status != 200)
                return;
            var zipped = new MemoryStream();
            using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
                zip.Write(reply.Body);
            reply.Body = zipped.ToArray();
            reply.Headers["Content-Encoding"] = "gzip";
        };
        Conclude(await AuditAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Service, "1 longer than", Before = "1")]
    public async Task A_zip_that_unpacks_without_end_is_not_unpacked_to_its_end()
    {
        Network.Answer("/log/checkpoint", reply =>
        {
            var zipped = new MemoryStream();
            using (var zip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
                zip.Write(new byte[64 << 20]);
            reply.Body = zipped.ToArray();
            reply.Headers["Content-Encoding"] = "gzip";
        });
        Conclude(await AuditAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Service, "22 a log of other entries: its tree holds", Before = "1 DAMAGED")]
    public async Task A_sound_log_of_other_entries_is_not_called_damaged()
    {
        var log = new ForgedLog("foreign.example/log", Forger.Keys("foreign.example/log"));
        for (var i = 0; i < 300; i++)
            log.Add(Encoding.UTF8.GetBytes($"a certificate, no. {i}"));
        Pose(log);
        Conclude(await AuditAsync("--key", log.Signers[0].Verifier.ToString()));
    }

    [Fact]
    [Attack(Who.Network, "0 ✔ HOLDS", Before = "1")]
    public async Task A_line_of_an_unknown_signer_with_an_odd_name_does_not_hide_a_log()
    {
        Network.Answer("/log/checkpoint", reply => reply.Text += $"— evil\u009b2J {Convert.ToBase64String(new byte[70])}\n");
        Conclude(await AuditAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Operator, "20 SPLIT VIEW", Before = "20 SPLIT VIEW")]
    public async Task Two_logs_are_a_split_view()
    {
        await AuditAsync("--key", Theatre.Key);
        var (log, size) = (await Theatre.ForkAsync(Operators, size: 2), (await Theatre.ForkAsync(Operators)).Size);
        while (log.Size <= size)
            log.Add(Encoding.UTF8.GetBytes($"{log.Size}"));
        Pose(log);
        Conclude(await AuditAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Operator, "21 ROLLBACK", Before = "21 ROLLBACK")]
    public async Task A_smaller_log_than_was_audited_is_a_rollback()
    {
        await AuditAsync("--key", Theatre.Key);
        Pose(await Theatre.ForkAsync(Operators, size: 3));
        Conclude(await AuditAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Service, "1", Before = "1")]
    public async Task A_log_that_nobody_trusted_signed_is_not_audited()
    {
        Pose(await Theatre.ForkAsync(Forger.Keys(Theatre.Keys.Origin)));
        Conclude(await AuditAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Service, "1", Before = "1")]
    public async Task Keys_that_only_they_themselves_announce_are_not_trusted()
    {
        await AuditAsync("--key", Theatre.Key);
        var keys = Forger.Keys(Theatre.Keys.Origin);
        var log = await Theatre.ForkAsync(keys);
        log.Add(Entry.OfKeys([.. keys.Select(key => key.Verifier.ToString())], TimeProvider.System.GetUtcNow()).Encode());
        Pose(log);
        Conclude(await AuditAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Network, "1", Before = "1")]
    public async Task An_entry_that_was_altered_is_named()
    {
        Network.Tamper = (path, reply) =>
        {
            if (path.StartsWith("/log/tile/entries/", StringComparison.Ordinal))
                reply.Body[^10] ^= 1;
        };
        Conclude(await AuditAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Operator, "1", Before = "1")]
    public async Task A_log_that_claims_more_entries_than_there_can_be_ends_the_audit()
    {
        var log = await Theatre.ForkAsync(Operators);
        Network.Answer("/log/checkpoint", reply => reply.Text = Forger.Sign($"{log.Origin}\n{long.MaxValue}\n{log.Root}\n", Operators));
        Conclude(await AuditAsync("--key", Theatre.Key));
    }

    [Fact]
    [Attack(Who.Network, "3", Before = "134 Unhandled exception")]
    public async Task An_audit_does_not_follow_a_redirect()
    {
        Network.Answer("/log/checkpoint", reply =>
        {
            (reply.Status, reply.Body) = (302, []);
            reply.Headers["Location"] = "file:///etc/passwd";
        });
        Conclude(await User.RunProcessAsync("audit", Network.Address.ToString(), "--key", Theatre.Key, "--state", User.At("audit.json")));
    }

    [Fact]
    [Attack(Who.Service, "1", Before = "1")]
    public async Task Without_a_key_no_part_of_a_bundle_is_fetched_that_no_signature_vouches_for()
    {
        // The genesis entry names keys, and the checkpoint is not signed with them.
        var log = await Theatre.ForkAsync(Forger.Keys(Theatre.Keys.Origin), size: 5);
        Pose(log);
        Conclude(await AuditAsync());
        if (!Build.Attacked.IsEarlier)
            Assert.DoesNotContain(Network.Asked, path => path.Contains(".p/", StringComparison.Ordinal));
    }

    private void Pose(ForgedLog log) => Network.Tamper = (path, reply) =>
    {
        if (path.StartsWith("/log/", StringComparison.Ordinal))
            (reply.Status, reply.Body) = log.Serve(path["/log/".Length..]) is { } bytes ? (200, bytes) : (404, []);
    };

    private Task<Run> AuditAsync(params string[] more) => User.RunAsync(["audit", Network.Address.ToString(), "--state", User.At("audit.json"), .. more]);
}
