namespace Muster.Core.Certificates.Verification;

/// <summary>What a device sent in its handshake, taken apart within limits.</summary>
internal sealed record PresentedChain
{
    /// <summary>The leaf; null when it cannot be read.</summary>
    public DecodedCertificate? Leaf { get; private init; }

    /// <summary>The readable rest, in the order sent.</summary>
    public IReadOnlyList<DecodedCertificate> Others { get; private init; } = [];

    /// <summary>Why nothing of it is looked at; null when it is.</summary>
    public ChainProblem? Problem { get; private init; }

    /// <summary>What was sent and left aside.</summary>
    public IReadOnlyList<ChainProblem> Unreadable { get; private init; } = [];

    public static PresentedChain Decode(ReadOnlyMemory<byte> leaf, IReadOnlyList<ReadOnlyMemory<byte>> others, X509Options options)
    {
        if (others.Count + 1 > options.MaxPresentedCertificates)
        {
            return Refused("chain length",
                $"The device sent {others.Count + 1} certificates; at most {options.MaxPresentedCertificates} are accepted.");
        }

        if (leaf.Length > options.MaxCertificateBytes)
            return Refused("certificate form", $"The leaf has {leaf.Length} bytes; at most {options.MaxCertificateBytes} are accepted.");
        if (!CertificateDecoder.TryDecode(leaf, out var decoded, out var problem))
            return Refused("certificate form", $"The leaf cannot be read: {problem}.");

        var rest = new List<DecodedCertificate>(others.Count);
        var unreadable = new List<ChainProblem>();
        for (var i = 0; i < others.Count; i++)
        {
            if (others[i].Length > options.MaxCertificateBytes)
                unreadable.Add(new("certificate form", $"Certificate {i + 2} as sent has {others[i].Length} bytes and is left aside.", IsRuleBroken: true));
            else if (CertificateDecoder.TryDecode(others[i], out var other, out problem))
                rest.Add(other!);
            else
                unreadable.Add(new("certificate form", $"Certificate {i + 2} as sent is left aside: {problem}.", IsRuleBroken: true));
        }

        return new PresentedChain { Leaf = decoded, Others = rest, Unreadable = unreadable };
    }

    private static PresentedChain Refused(string check, string detail) => new() { Problem = new(check, detail, IsRuleBroken: true) };
}
