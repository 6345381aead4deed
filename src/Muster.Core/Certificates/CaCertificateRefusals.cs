using Muster.Core.Errors;

namespace Muster.Core.Certificates;

/// <summary>What writers of CA certificates are told (management-api ).</summary>
public static class CaCertificateRefusals
{
    /// <summary>There is none of that name.</summary>
    public static Refusal NotFound(string name) => new(404205, $"The certificate '{name}' does not exist.");

    /// <summary>A condition is required and missing.</summary>
    public static Refusal ConditionMissing { get; } = new(400006, "The header 'If-Match' is required; '*' is allowed.");

    /// <summary>Replacing needs a condition.</summary>
    public static Refusal ExistsAlready(string name) => new(
        412002, $"The certificate '{name}' exists already; replacing it needs the header 'If-Match' with its etag or '*'.");

    /// <summary>The name is not one.</summary>
    public static Refusal InvalidName { get; } =
        new(400007, "The certificate name must have 1 to 256 characters, none of them a control character.");

    /// <summary>The content cannot be used.</summary>
    public static Refusal InvalidContent(string clause) => new(400008, $"The certificate {clause}");

    /// <summary>The proof of possession failed.</summary>
    public static Refusal NotVerified(string reason) => new(400009, $"The verification certificate is not accepted: {reason}.");

    /// <summary>The revocation list or its settings cannot be used.</summary>
    public static Refusal InvalidRevocation(string detail) => new(400010, detail);
}
