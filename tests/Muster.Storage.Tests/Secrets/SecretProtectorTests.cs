using System.Security.Cryptography;
using System.Text;
using Muster.Storage.Secrets;

namespace Muster.Storage.Tests.Secrets;

public sealed class SecretProtectorTests
{
    private readonly SecretProtector _protector = new(SHA256.HashData("one"u8));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("HostName=hub;SharedAccessKey=abc=")]
    public void What_was_protected_is_read_back(string text)
    {
        var value = _protector.Protect("p", Encoding.UTF8.GetBytes(text));

        Assert.Equal(text, Encoding.UTF8.GetString(_protector.Unprotect("p", value)));
    }

    [Fact]
    public void The_same_text_never_looks_the_same() =>
        Assert.NotEqual(_protector.Protect("p", "text"u8), _protector.Protect("p", "text"u8));

    [Fact]
    public void A_value_for_another_purpose_is_refused() =>
        Assert.ThrowsAny<CryptographicException>(() => _protector.Unprotect("q", _protector.Protect("p", "text"u8)));

    [Fact]
    public void A_value_of_another_key_is_refused_by_the_keys_names()
    {
        var other = new SecretProtector(SHA256.HashData("two"u8));

        var refusal = Assert.Throws<CryptographicException>(() => other.Unprotect("p", _protector.Protect("p", "text"u8)));

        Assert.Contains(_protector.KeyId, refusal.Message);
        Assert.Contains(other.KeyId, refusal.Message);
    }

    [Fact]
    public void A_value_with_any_bit_changed_is_refused()
    {
        var value = _protector.Protect("p", "text"u8);
        for (var bit = 0; bit < value.Length * 8; bit++)
        {
            var changed = (byte[])value.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.ThrowsAny<CryptographicException>(() => _protector.Unprotect("p", changed));
        }
    }

    [Fact]
    public void A_value_cut_short_is_refused()
    {
        var value = _protector.Protect("p", "text"u8);
        for (var length = 0; length < value.Length; length++)
            Assert.ThrowsAny<CryptographicException>(() => _protector.Unprotect("p", value.AsSpan(0, length)));
    }
}
