using System.Collections.Concurrent;
using System.Security.Cryptography;
using Muster.Core.Concurrency;

namespace Muster.Core.Certificates.Verification;

/// <summary>
/// Verifies signatures of certificates and revocation lists. Issuer keys stay loaded, and a certificate that an issuer's key was found
/// to have signed is not computed again: a fleet shares its intermediates, and devices come back. Safe for use by many threads.
/// </summary>
public sealed class SignatureChecker
{
    private readonly BoundedCache<string, LoadedKey> _keys = new(256);
    private readonly BoundedCache<(string Key, string Certificate), bool> _verified = new(8192);
    private long _computed;

    /// <summary>How many signatures were computed since the start; what the cache answered is not counted.</summary>
    public long Computed => Interlocked.Read(ref _computed);

    /// <summary>Whether the answer is known without computing.</summary>
    public bool IsKnown(DecodedCertificate certificate, PublicKeyInfo issuer) =>
        _verified.TryGet((issuer.Sha256, certificate.Sha256Thumbprint), out _);

    /// <summary>Whether <paramref name="issuer"/> signed <paramref name="certificate"/>. Both must have passed <see cref="AlgorithmPolicy"/>.</summary>
    public bool IsSignedBy(DecodedCertificate certificate, PublicKeyInfo issuer)
    {
        var pair = (issuer.Sha256, certificate.Sha256Thumbprint);
        if (_verified.TryGet(pair, out var known)) return known;
        var isSigned = Verify(issuer, certificate.SignatureScheme, certificate.SignedPart.Span, certificate.Signature.Span);
        _verified.Set(pair, isSigned);
        return isSigned;
    }

    /// <summary>Whether <paramref name="issuer"/> made <paramref name="signature"/> over <paramref name="data"/>; nothing is remembered.</summary>
    public bool Verify(PublicKeyInfo issuer, SignatureScheme scheme, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var fits = (issuer.Kind, scheme.Kind) is (PublicKeyKind.Rsa, SignatureKind.RsaPkcs1 or SignatureKind.RsaPss)
            or (PublicKeyKind.EllipticCurve, SignatureKind.Ecdsa);
        if (!fits) return false;

        Interlocked.Increment(ref _computed);
        if (!_keys.TryGet(issuer.Sha256, out var key))
        {
            key = new LoadedKey(issuer);
            _keys.Set(issuer.Sha256, key);
        }

        return key.Verify(scheme, data, signature);
    }

    /// <summary>One key, loaded as often as it is used at the same time: the platform's objects are for one thread each.</summary>
    private sealed class LoadedKey(PublicKeyInfo info)
    {
        private readonly ConcurrentBag<AsymmetricAlgorithm> _idle = [];

        public bool Verify(SignatureScheme scheme, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
        {
            AsymmetricAlgorithm? algorithm = null;
            try
            {
                if (!_idle.TryTake(out algorithm)) algorithm = Load();
                var isValid = algorithm switch
                {
                    ECDsa ec => ec.VerifyData(data, signature, scheme.Hash, DSASignatureFormat.Rfc3279DerSequence),
                    RSA rsa when scheme.Kind == SignatureKind.RsaPkcs1 => rsa.VerifyData(data, signature, scheme.Hash, RSASignaturePadding.Pkcs1),
                    RSA rsa => rsa.VerifyData(data, signature, scheme.Hash, RSASignaturePadding.Pss),
                    _ => false,
                };
                _idle.Add(algorithm);
                return isValid;
            }
            catch (CryptographicException)
            {
                // A point off its curve, a signature of the wrong shape: such a key signs nothing.
                algorithm?.Dispose();
                return false;
            }
        }

        private AsymmetricAlgorithm Load()
        {
            AsymmetricAlgorithm algorithm = info.Kind == PublicKeyKind.Rsa ? RSA.Create() : ECDsa.Create();
            try
            {
                if (algorithm is RSA rsa) rsa.ImportRSAPublicKey(info.RsaKey.Span, out _);
                else algorithm.ImportSubjectPublicKeyInfo(info.Encoded.Span, out _);
                return algorithm;
            }
            catch
            {
                algorithm.Dispose();
                throw;
            }
        }
    }
}
