using Muster.Core.Secrets;

namespace Muster.Core.Hubs;

/// <summary>What a device will authenticate with at its hub (iot-hub 2.4).</summary>
public abstract record HubCredential;

#pragma warning disable MA0048 // The closed set of credentials reads best as one list.

/// <summary>Type <c>sas</c>: the enrollment's keys, or the pair derived from a group's.</summary>
public sealed record HubSymmetricKeys(SymmetricKeyPair Keys) : HubCredential;

/// <summary>Type <c>sas</c> with keys that only the hub knows: those that the identity has, or fresh ones (tpm-attestation 9).</summary>
public sealed record HubOwnKeys : HubCredential;

/// <summary>Type <c>selfSigned</c>: SHA-256 thumbprints in upper-case hex; with one certificate both slots hold the same.</summary>
public sealed record HubThumbprints(string Primary, string Secondary) : HubCredential;
