using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Notes;

public sealed class SignedNoteTests
{
    private const string Text = "This is an example message.\n";
    private const string Key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    private const string Line = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    // From the tests of golang.org/x/mod/sumdb/note.
    private const string NeumannKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    private const string NeumannText = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    private const string NeumannLine = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    [Theory]
    [InlineData(Key, Text, Line)]
    [InlineData(NeumannKey, NeumannText, NeumannLine)]
    public void Notes_of_other_implementations_verify(string key, string text, string line)
    {
        var note = Parse(text + "\n" + line);
        Assert.Equal(text, note.Text);
        Assert.Equal(key, Assert.Single(note.Verify([NoteVerifier.Parse(key)])).ToString());
        Assert.Equal(text + "\n" + line, Encoding.UTF8.GetString(note.Encode()));
    }

    [Fact]
    public void Lines_of_unknown_keys_are_ignored_even_if_they_share_the_name_or_the_id()
    {
        var note = Parse(Text + "\n"
            + "— example.com/foo AAAAAAEC\n"
            + Line.Replace("foo", "bar", StringComparison.Ordinal)
            + Line
            + "— witness.example " + Convert.ToBase64String(new byte[3000]) + "\n");
        Assert.Single(note.Verify([NoteVerifier.Parse(Key)]));
    }

    [Theory]
    [InlineData("— witness\u0080.example AAAAAAE=\n")]
    [InlineData("— witness\u009b.example AAAAAAE=\n")]
    [InlineData("— witness\u007f.example AAAAAAE=\n")]
    [InlineData("— \u202ewitness\ufeff.example AAAAAAE=\n")]
    [InlineData("— witness.example AAAAAAF=\n")]
    [InlineData("— witness.example AAAAAAF/\n")]
    [InlineData("— example.com/foo AAAAAAF=\n")]
    public void A_signature_that_nobody_asked_for_is_ignored_however_it_is_spelled(string line)
    {
        foreach (var text in new[] { Text + "\n" + line + Line, Text + "\n" + Line + line })
        {
            Assert.Single(Parse(text).Verify([NoteVerifier.Parse(Key)]));
            Assert.Equal(text, Encoding.UTF8.GetString(Parse(text).Encode()));
        }
    }

    [Fact]
    public void A_known_keys_signature_has_one_spelling()
    {
        // The last digit before the padding carries two bits that mean nothing.
        var other = Line.Replace("yaQM=", "yaQN=", StringComparison.Ordinal);
        Assert.NotEqual(Line, other);
        var message = Assert.Throws<LogFormatException>(() => Parse(Text + "\n" + other).Verify([NoteVerifier.Parse(Key)])).Message;
        Assert.Contains("spelling", message, StringComparison.Ordinal);
        Assert.Throws<LogFormatException>(() => Parse(Text + "\n" + Line + other).Verify([NoteVerifier.Parse(Key)]));
    }

    [Fact]
    public void A_wrong_signature_of_a_known_key_refuses_the_note_even_beside_a_right_one()
    {
        var wrong = Line.Replace("yaQM=", "yaQI=", StringComparison.Ordinal);
        Assert.NotEqual(Line, wrong);
        Assert.Throws<LogFormatException>(() => Parse(Text + "\n" + wrong).Verify([NoteVerifier.Parse(Key)]));
        Assert.Throws<LogFormatException>(() => Parse(Text + "\n" + Line + wrong).Verify([NoteVerifier.Parse(Key)]));
    }

    [Fact]
    public void A_note_that_no_known_key_signed_is_refused()
    {
        Assert.Throws<LogFormatException>(() => Parse(Text + "\n" + Line).Verify([NoteVerifier.Parse(NeumannKey)]));
        Assert.Throws<LogFormatException>(() => Parse(Text + "\n" + Line).Verify([]));
    }

    [Fact]
    public void The_text_may_have_empty_lines_and_ends_at_the_last_one()
    {
        Assert.Equal("a\n\nb\n", Parse("a\n\nb\n\n" + Line).Text);
        Assert.Equal("a\n\n", Parse("a\n\n\n" + Line).Text);
        Assert.Equal("\n", Parse("\n\n" + Line).Text);

        // What looks like a signature above the last empty line is text.
        Assert.Equal(Text + "\n" + Line, Parse(Text + "\n" + Line + "\n" + NeumannLine).Text);
    }

    [Fact]
    public void Every_control_character_but_newline_is_refused_in_the_text_and_in_the_signatures()
    {
        for (var character = '\0'; character < ' '; character++)
        {
            if (character == '\n')
                continue;
            Assert.Throws<LogFormatException>(() => Parse($"te{character}xt\n\n— a AAAAAAE=\n"));
            Assert.Throws<LogFormatException>(() => Parse($"text\n\n— a{character}b AAAAAAE=\n"));
            Assert.Throws<LogFormatException>(() => Parse($"text\n\n— a AAAAAAE={character}\n"));
        }
    }

    [Fact]
    public async Task Each_known_key_among_several_signatures_is_reported_once_and_in_the_order_of_the_keys()
    {
        using var ecdsa = new EcdsaP256Signer("two.example", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        using var ed25519 = new Ed25519Signer("three.example", RandomNumberGenerator.GetBytes(32));
        var text = Encoding.UTF8.GetBytes(Text);
        var signatures = new List<NoteSignature>(Parse(Text + "\n" + Line + Line).Signatures);
        foreach (var signer in new INoteSigner[] { ecdsa, ed25519 })
        {
            var value = await signer.SignAsync(text, TestContext.Current.CancellationToken);
            signatures.Add(new NoteSignature(signer.Verifier.Name, signer.Verifier.KeyId, value));
        }

        var note = SignedNote.Parse(new SignedNote(Text, signatures).Encode());
        var first = NoteVerifier.Parse(Key);
        Assert.Equal(4, note.Signatures.Count);
        Assert.Equal([ed25519.Verifier, first, ecdsa.Verifier], note.Verify([ed25519.Verifier, first, NoteVerifier.Parse(NeumannKey), ecdsa.Verifier]));
        Assert.Equal([ecdsa.Verifier], note.Verify([ecdsa.Verifier]));
    }

    [Fact]
    public async Task A_signature_does_not_pass_over_another_text()
    {
        using var ecdsa = new EcdsaP256Signer("two.example", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        using var ed25519 = new Ed25519Signer("two.example", RandomNumberGenerator.GetBytes(32));
        foreach (var signer in new INoteSigner[] { ecdsa, ed25519 })
        {
            var value = await signer.SignAsync(Encoding.UTF8.GetBytes(Text), TestContext.Current.CancellationToken);
            var signature = new NoteSignature(signer.Verifier.Name, signer.Verifier.KeyId, value);
            Assert.Single(new SignedNote(Text, [signature]).Verify([signer.Verifier]));
            foreach (var other in new[] { "\n", Text + "\n", "\n" + Text, Text.ToUpperInvariant(), Text[1..] })
                Assert.Throws<LogFormatException>(() => new SignedNote(other, [signature]).Verify([signer.Verifier]));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\n\n")]
    [InlineData("\n— a AAAAAAE=\n")]
    [InlineData("text— a AAAAAAE=\n")]
    [InlineData("text\n\n— a AAAAAAE=\n\n")]
    [InlineData("text\n\n— a AAAAAAE=\nmore\n")]
    [InlineData("text\n\n– a AAAAAAE=\n")]
    [InlineData("text\n\n—\u00a0a AAAAAAE=\n")]
    [InlineData("text\n\n — a AAAAAAE=\n")]
    [InlineData("text\n\n— a\n")]
    [InlineData("text\n\n— a \n")]
    [InlineData("text\n\n— a  AAAAAAE=\n")]
    [InlineData("text\n\n— a AAAAAA__\n")]
    [InlineData("text\n\n— a AAAAAAE=AAAA\n")]
    [InlineData("text\n\n— a\u2003b AAAAAAE=\n")]
    [InlineData("text\n\n— a\u2028b AAAAAAE=\n")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\n— a AAAAAAE=")]
    [InlineData("text\n— a AAAAAAE=\n")]
    [InlineData("text\n\n- a AAAAAAE=\n")]
    [InlineData("text\n\n—a AAAAAAE=\n")]
    [InlineData("text\n\n— AAAAAAE=\n")]
    [InlineData("text\n\n—  AAAAAAE=\n")]
    [InlineData("text\n\n— a+b AAAAAAE=\n")]
    [InlineData("text\n\n— a\u00a0b AAAAAAE=\n")]
    [InlineData("text\n\n— a b AAAAAAE=\n")]
    [InlineData("text\n\n— a AAAAAAE\n")]
    [InlineData("text\n\n— a AAAA AAE=\n")]
    [InlineData("text\n\n— a AAAAAA==\n")]
    [InlineData("text\n\n— a AAAAAAE= \n")]
    [InlineData("te\rxt\n\n— a AAAAAAE=\n")]
    [InlineData("te\txt\n\n— a AAAAAAE=\n")]
    [InlineData("te\0xt\n\n— a AAAAAAE=\n")]
    [InlineData("te\u001fxt\n\n— a AAAAAAE=\n")]
    public void Malformed_notes_are_refused(string note) => Assert.Throws<LogFormatException>(() => Parse(note));

    [Theory]
    [InlineData("ff")]
    [InlineData("c080")]
    [InlineData("eda080")]
    [InlineData("f4908080")]
    [InlineData("e280")]
    public void Bytes_that_are_not_UTF_8_are_refused(string bytes)
    {
        var damage = Convert.FromHexString(bytes);
        Assert.Throws<LogFormatException>(() => SignedNote.Parse([.. "text"u8, .. damage, .. "\n\n— a AAAAAAE=\n"u8]));
        Assert.Throws<LogFormatException>(() => SignedNote.Parse([.. "text\n\n— a"u8, .. damage, .. " AAAAAAE=\n"u8]));
    }

    [Fact]
    public void A_hundred_signatures_are_accepted_and_no_more()
    {
        var lines = string.Concat(Enumerable.Repeat("— a AAAAAAE=\n", 100));
        Assert.Equal(100, Parse("text\n\n" + lines).Signatures.Count);
        Assert.Throws<LogFormatException>(() => Parse("text\n\n" + lines + "— a AAAAAAE=\n"));
    }

    [Fact]
    public void A_note_signed_by_sixteen_keys_is_accepted_as_the_specification_asks()
    {
        var others = string.Concat(Enumerable.Range(1, 15).Select(i => $"— witness{i}.example AAAAAAE=\n"));
        var note = Parse(Text + "\n" + others + Line);
        Assert.Equal(16, note.Signatures.Count);
        Assert.Single(note.Verify([NoteVerifier.Parse(Key)]));
    }

    [Fact]
    public void A_note_has_at_most_a_million_bytes()
    {
        const string rest = "\n\n— a AAAAAAE=\n";
        var room = SignedNote.MaxLength - Encoding.UTF8.GetByteCount(rest);
        Assert.Equal(room + 1, Parse(new string('x', room) + rest).Text.Length);
        Assert.Throws<LogFormatException>(() => Parse(new string('x', room + 1) + rest));
    }

    [Fact]
    public void Whatever_is_accepted_is_written_back_byte_for_byte_and_nothing_else_is_thrown()
    {
        var valid = Encoding.UTF8.GetBytes(Text + "\n" + Line);
        Mutation.Of(valid).Sample(
            bytes =>
            {
                try
                {
                    Assert.Equal(bytes, SignedNote.Parse(bytes).Encode());
                }
                catch (LogFormatException)
                {
                    // Refused, as documented.
                }
            },
            iter: 20_000);
    }

    [Fact]
    public void No_damage_gives_a_note_that_verifies_with_another_text()
    {
        var key = NoteVerifier.Parse(Key);
        var valid = Encoding.UTF8.GetBytes(Text + "\n" + Line);
        Mutation.Of(valid).Sample(
            bytes =>
            {
                try
                {
                    var note = SignedNote.Parse(bytes);
                    note.Verify([key]);
                    Assert.Equal(Text, note.Text);
                }
                catch (LogFormatException)
                {
                    // Refused, as documented.
                }
            },
            iter: 5_000);
    }

    private static SignedNote Parse(string note) => SignedNote.Parse(Encoding.UTF8.GetBytes(note));
}
