namespace Muster.Api.Directories;

/// <summary>The role actions by which directory roles permit management operations (management-api A-9).</summary>
public static class ManagementActions
{
    /// <summary>Read the service itself, linked hubs and rules included, without keys.</summary>
    public const string Read = DataActions.Prefix + "read";

    /// <summary>Create and change the service; who may do so controls its keys.</summary>
    public const string Write = DataActions.Prefix + "write";

    /// <summary>Show the keys of all access policies.</summary>
    public const string ListKeys = DataActions.Prefix + "listkeys/action";

    /// <summary>Show the keys of one access policy.</summary>
    public const string ListPolicyKeys = DataActions.Prefix + "keys/listkeys/action";

    /// <summary>Read CA certificates.</summary>
    public const string ReadCertificates = DataActions.Prefix + "certificates/read";

    /// <summary>Upload and replace CA certificates, and set their revocation checking.</summary>
    public const string WriteCertificates = DataActions.Prefix + "certificates/write";

    /// <summary>Delete CA certificates.</summary>
    public const string DeleteCertificates = DataActions.Prefix + "certificates/delete";

    /// <summary>Make a verification code.</summary>
    public const string GenerateVerificationCode = DataActions.Prefix + "certificates/generateVerificationCode/action";

    /// <summary>Prove possession of a CA's key.</summary>
    public const string VerifyCertificates = DataActions.Prefix + "certificates/verify/action";

    /// <summary>Read private endpoint connections.</summary>
    public const string ReadPrivateEndpoints = DataActions.Prefix + "privateEndpointConnections/read";

    /// <summary>Approve and reject private endpoint connections.</summary>
    public const string WritePrivateEndpoints = DataActions.Prefix + "privateEndpointConnections/write";

    /// <summary>Remove private endpoint connections.</summary>
    public const string DeletePrivateEndpoints = DataActions.Prefix + "privateEndpointConnections/delete";

    /// <summary>Read private link resources.</summary>
    public const string ReadPrivateLinks = DataActions.Prefix + "privateLinkResources/read";

    /// <summary>All that Muster knows.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Read, Write, ListKeys, ListPolicyKeys,
        ReadCertificates, WriteCertificates, DeleteCertificates, GenerateVerificationCode, VerifyCertificates,
        ReadPrivateEndpoints, WritePrivateEndpoints, DeletePrivateEndpoints, ReadPrivateLinks,
    ];

    /// <summary>Those that only read, and show no keys.</summary>
    public static IReadOnlyList<string> Reading { get; } = [Read, ReadCertificates, ReadPrivateEndpoints, ReadPrivateLinks];
}
