using System.Security.Cryptography;

namespace Muster.Core.Attestation.Tpm;

/// <summary>A seed that only the TPM with a certain key can read (TPM2B_ENCRYPTED_SECRET).</summary>
/// <param name="Value">The seed.</param>
/// <param name="Encrypted">What is sent, without its size field.</param>
internal sealed record TpmSeed(byte[] Value, byte[] Encrypted)
{
    private const int RsaSeedBytes = 32;
    private const int EccKeyBytes = 32;

    /// <summary>Draws a seed for the holder of a key.</summary>
    /// <param name="key">The TPM's public key.</param>
    /// <param name="label"><c>IDENTITY</c> or <c>DUPLICATE</c>.</param>
    /// <param name="random">Gives as many random bytes as asked for.</param>
    public static TpmSeed For(TpmPublicArea key, string label, Func<int, byte[]> random)
    {
        if (key.Type == TpmKeyType.Ecc) return ForEcc(key, label, random);
        var value = random(RsaSeedBytes);
        return new TpmSeed(value, TpmCrypto.EncryptOaep(key, label, value, random(TpmCrypto.DigestBytes(key.NameAlgorithm))));
    }

    private static TpmSeed ForEcc(TpmPublicArea key, string label, Func<int, byte[]> random)
    {
        var (x, y) = (key.Unique[..EccKeyBytes].ToArray(), key.Unique[EccKeyBytes..].ToArray());
        using var ephemeral = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = random(EccKeyBytes) });
        using var other = ECDiffieHellman.Create(
            new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        var secret = ephemeral.DeriveRawSecretAgreement(other.PublicKey);
        var own = ephemeral.ExportParameters(includePrivateParameters: false).Q;
        return new TpmSeed(
            TpmCrypto.KdfE(key.NameAlgorithm, secret, label, own.X, x), [.. TpmCrypto.Sized(own.X), .. TpmCrypto.Sized(own.Y)]);
    }
}
