using System.Security.Cryptography;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Notes;

/// <summary>Key Vault returns r‖s; notes carry DER.</summary>
public sealed class EcdsaSignatureTests
{
    [Fact]
    public void What_the_platform_signs_raw_it_verifies_as_DER()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        for (var i = 0; i < 300; i++)
        {
            var text = BitConverter.GetBytes(i);
            var raw = key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            Assert.True(key.VerifyData(text, EcdsaSignature.ToDer(raw), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }
    }

    [Theory]
    [InlineData("0000000000000001", "3006020100020101")]
    [InlineData("0000008000000001", "300702020080020101")]
    [InlineData("ffffffff7fffffff", "300d020500ffffffff02047fffffff")]
    [InlineData("0000000000000000", "3006020100020100")]
    public void Integers_are_minimal_and_positive(string raw, string der) =>
        Assert.Equal(der, Convert.ToHexStringLower(EcdsaSignature.ToDer(Convert.FromHexString(raw))));

    [Fact]
    public void An_odd_length_or_none_is_refused()
    {
        Assert.Throws<LogFormatException>(() => EcdsaSignature.ToDer([]));
        Gen.Int[0, 80].Sample(n => Assert.Throws<LogFormatException>(() => EcdsaSignature.ToDer(new byte[(2 * n) + 1])));
    }

    [Fact]
    public void What_the_platform_signs_as_DER_it_verifies_raw()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        for (var i = 0; i < 300; i++)
        {
            var text = BitConverter.GetBytes(i);
            var der = key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            Assert.True(key.VerifyData(text, EcdsaSignature.ToRaw(der), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
            Assert.Equal(der, EcdsaSignature.ToDer(EcdsaSignature.ToRaw(der)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("300602010002")]
    [InlineData("3006020100020101ff")]
    [InlineData("3009020100020101020101")]
    [InlineData("30060201ff020101")]
    [InlineData("30270222010000000000000000000000000000000000000000000000000000000000000000000201")]
    [InlineData("30260221010000000000000000000000000000000000000000000000000000000000000000020101")]
    public void What_is_no_signature_of_P_256_in_DER_is_refused(string der) =>
        Assert.Throws<LogFormatException>(() => EcdsaSignature.ToRaw(Convert.FromHexString(der)));
}
