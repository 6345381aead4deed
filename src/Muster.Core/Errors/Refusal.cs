namespace Muster.Core.Errors;

/// <summary>
/// An expected failure as a value: what a caller is told. Every protocol maps it once: HTTP status and error body, MQTT topic
/// status, AMQP condition. The catalogue is <see cref="Refusals"/>.
/// </summary>
/// <param name="Code">Six digits, HTTP status first (service-api S-4.3).</param>
/// <param name="Message">The text the caller sees. It never tells a device more than the original service would.</param>
public sealed record Refusal(int Code, string Message)
{
    /// <summary>The HTTP status: the first three digits of <see cref="Code"/>.</summary>
    public int HttpStatus => Code / 1000;

    /// <summary>When to try again, for 429 and 503; whole seconds on the wire.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>With 401 to a TPM: the wrapped key that the device must activate and sign with (tpm-attestation 5.1); else null.</summary>
    public ReadOnlyMemory<byte>? TpmChallenge { get; init; }
}
