using System.Text.Json;
using Muster.Api.Requests;
using Muster.Core.Certificates;
using Muster.Core.Errors;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Certificates;

/// <summary>
/// The members of a request body, written flat or inside <c>properties</c>; which one depends on the client's version, and both are
/// understood in all. Names compare without case, null counts as absent, unknown members are ignored (management-api ).
/// </summary>
internal sealed record CertificateBody
{
    /// <summary>The certificate's text.</summary>
    public string? Certificate { get; private init; }

    /// <summary>Whether possession is taken for granted.</summary>
    public bool? IsVerified { get; private init; }

    /// <summary>Revocation: on or off.</summary>
    public bool? IsEnabled { get; private init; }

    /// <summary>Revocation: where lists are fetched from.</summary>
    public string? Url { get; private init; }

    /// <summary>Revocation: whether a stale list admits.</summary>
    public bool? AllowStale { get; private init; }

    /// <summary>Revocation: a list, Base64 of DER or PEM.</summary>
    public string? List { get; private init; }

    /// <summary>Reads a body of at most <paramref name="limit"/> bytes.</summary>
    public static async Task<Result<CertificateBody>> ReadAsync(ManagementRequest request, int limit)
    {
        if (!(await RequestBody.ReadAsync(request.Context, limit)).Try(out var bytes, out var refusal)) return refusal;
        if (bytes.Length > 0 && !RequestBody.HasJsonContentType(request.Context)) return Refusals.UnsupportedMediaType;
        if (!RequestBody.ParseJson(bytes).Try(out var document, out refusal)) return refusal;
        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return Refusals.MalformedBody("The request body must be a JSON object.");
            if (ManagementJson.Find(root, "properties") is { } properties)
            {
                if (properties.ValueKind != JsonValueKind.Object) return Refusals.InvalidMember("properties", "it must be an object.");
                root = properties;
            }

            return Read(root);
        }
    }

    /// <summary>The certificate, or the refusal of its absence.</summary>
    public Result<string> RequireCertificate() =>
        string.IsNullOrWhiteSpace(Certificate) ? CaCertificateRefusals.InvalidContent("is missing from the body: member 'certificate'.") : Certificate;

    private static Result<CertificateBody> Read(JsonElement root)
    {
        Refusal? problem = null;
        var body = new CertificateBody
        {
            Certificate = Text("certificate"),
            IsVerified = Flag("isVerified"),
            IsEnabled = Flag("isEnabled"),
            Url = Text("url"),
            AllowStale = Flag("allowStale"),
            List = Text("list"),
        };
        return problem is null ? body : problem;

        string? Text(string name)
        {
            if (ManagementJson.Find(root, name) is not { } value) return null;
            try
            {
                if (value.ValueKind == JsonValueKind.String) return value.GetString();
            }
            catch (InvalidOperationException)
            {
                // Half a surrogate pair is a JSON string, but no text.
            }

            problem ??= Refusals.InvalidMember(name, "it must be a text.");
            return null;
        }

        bool? Flag(string name)
        {
            if (ManagementJson.Find(root, name) is not { } value) return null;
            if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
            problem ??= Refusals.InvalidMember(name, "it must be true or false.");
            return null;
        }
    }
}
