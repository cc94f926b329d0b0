using System.Text;
using CsCheck;
using TrueCopy.TransparencyLog.Notes;

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
        var note = Parse("a\n\nb\n\n" + Line);
        Assert.Equal("a\n\nb\n", note.Text);
    }

    [Theory]
    [InlineData("")]
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
    [InlineData("text\n\n— a AAAAAAF=\n")]
    [InlineData("text\n\n— a AAAA AAE=\n")]
    [InlineData("text\n\n— a AAAAAA==\n")]
    [InlineData("text\n\n— a AAAAAAE= \n")]
    [InlineData("te\rxt\n\n— a AAAAAAE=\n")]
    [InlineData("te\txt\n\n— a AAAAAAE=\n")]
    [InlineData("te\0xt\n\n— a AAAAAAE=\n")]
    [InlineData("te\u001fxt\n\n— a AAAAAAE=\n")]
    public void Malformed_notes_are_refused(string note) => Assert.Throws<LogFormatException>(() => Parse(note));

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused() =>
        Assert.Throws<LogFormatException>(() => SignedNote.Parse([.. "text"u8, 0xff, .. "\n\n— a AAAAAAE=\n"u8]));

    [Fact]
    public void A_hundred_signatures_are_accepted_and_no_more()
    {
        var lines = string.Concat(Enumerable.Repeat("— a AAAAAAE=\n", 100));
        Assert.Equal(100, Parse("text\n\n" + lines).Signatures.Count);
        Assert.Throws<LogFormatException>(() => Parse("text\n\n" + lines + "— a AAAAAAE=\n"));
        Assert.Throws<LogFormatException>(() => Parse(new string('x', SignedNote.MaxLength) + "\n\n— a AAAAAAE=\n"));
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

    private static SignedNote Parse(string note) => SignedNote.Parse(Encoding.UTF8.GetBytes(note));
}
