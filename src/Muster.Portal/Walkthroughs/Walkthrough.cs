using Muster.Core.Enrollments;
using Muster.Portal.Enrollments;

namespace Muster.Portal.Walkthroughs;

/// <summary>How devices of one attestation type are brought in, from nothing to the first registration (portal R25).</summary>
/// <param name="Topic">Its part of the address.</param>
/// <param name="Title">Its heading.</param>
/// <param name="About">When it fits.</param>
/// <param name="Steps">What to do, in order; a step may have commands.</param>
internal sealed record Walkthrough(string Topic, string Title, string About, IReadOnlyList<(string Text, string? Commands)> Steps)
{
    // The curve and the file names are those of the device code.
    private const string Certificate =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout device.key -out device.pem -days 365 -subj \"/CN=my-device\"";

    private const string Authority = """
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 3650 -subj "/CN=My Root" \
          -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"
        """;

    private const string Issue = """
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout device.key -out device.csr -subj "/CN=my-device"
        openssl x509 -req -in device.csr -CA root.pem -CAkey root.key -CAcreateserial -days 365 -sha256 -out device.pem
        """;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Walkthrough> All { get; } =
    [
        new("symmetric-key", "One device with a symmetric key", "The simplest start: the device signs with a key of its own.",
        [
            ("Manage enrollments, tab Individual enrollments, Add individual enrollment. Keep Symmetric key, enter the registration ID, then Review + create and Create.", null),
            ("Copy the primary key from the page that follows, and put it on the device, in nothing that others can read.", null),
            ("Open the enrollment, tab Device code: it has code for your language with everything filled in. Run it on the device.", null),
            ("The tab Registration status shows assigned and the hub as soon as the device has registered.", null),
        ]),
        new("symmetric-key-group", "Many devices with symmetric keys", "One group key; each device holds only the key derived from it and its registration ID.",
        [
            ("Manage enrollments, Add enrollment group. Choose Symmetric key, enter the group name, then Review + create and Create.", null),
            ("Open the group, tab Device code: enter a registration ID and press Put the key in. The key there is that device's own; the group key stays here. On a production line, derive it from the group key like this:",
                "printf '%s' \"$REGISTRATION_ID\" | openssl dgst -sha256 -mac HMAC -macopt hexkey:\"$(printf '%s' \"$GROUP_KEY\" | base64 -d | od -An -tx1 | tr -d ' \\n')\" -binary | base64"),
            ("Never put the group key on a device: who reads it can speak for all of them.", null),
            ("The tab Registration Records shows each device as it registers.", null),
        ]),
        new("x509", "One device with an X.509 certificate", "Exactly the device that holds the private key of this certificate.",
        [
            ("Make a key and a certificate on the device. The common name is the registration ID:", Certificate),
            ("Manage enrollments, tab Individual enrollments, Add individual enrollment. Choose X.509 client certificates and upload device.pem; the registration ID is filled in from it. Never upload device.key.", null),
            ("Review + create, then Create. The tab Device code has code that presents device.pem and device.key.", null),
        ]),
        new("x509-group", "Many devices with X.509 certificates", "Every device whose certificate chain contains your CA.",
        [
            ("If you have no certificate authority yet, make one. Keep root.key off line:", Authority),
            ("Certificates, Add: a name and root.pem. Open it, Generate Verification Code, sign a certificate for that code as the page shows, upload it and press Verify.", null),
            ("Manage enrollments, Add enrollment group. Choose X.509 certificates uploaded to this Device Provisioning Service, pick the certificate, enter the group name, then Review + create and Create. To admit one product line of many, choose X.509 intermediate certificates instead and upload the line's signing certificate.", null),
            ("Give each device a certificate whose common name is its registration ID:", Issue),
            ("The tab Device code has code that presents device.pem and device.key. Where intermediates stand between the device and the CA, append them to device.pem.", null),
        ]),
        new("tpm", "One device with a TPM", "The device's TPM answers a challenge that is encrypted for its endorsement key. A TPM always stands for one device, so groups do not take it.",
        [
            ("Read the public part of the endorsement key on the device, Base64. These lines store the key where every SDK looks for it first:",
                "tpm2_createek -c 0x81010001 -G rsa -u ek.pub\nbase64 -w0 ek.pub"),
            ("Where the TPM has a key there already, the first line fails. Read that one:",
                "tpm2_readpublic -c 0x81010001 -f tss -o ek.pub\nbase64 -w0 ek.pub"),
            ("Manage enrollments, tab Individual enrollments, Add individual enrollment. Choose Trusted Platform Module (TPM), paste the endorsement key, enter the registration ID, then Review + create and Create.", null),
        ]),
    ];

    /// <summary>The one for an attestation mechanism.</summary>
    public static Walkthrough Of(EnrollmentKind kind, MechanismChoice mechanism) => Find(mechanism switch
    {
        MechanismChoice.Tpm => "tpm",
        MechanismChoice.SymmetricKey => kind == EnrollmentKind.Group ? "symmetric-key-group" : "symmetric-key",
        _ => kind == EnrollmentKind.Group ? "x509-group" : "x509",
    })!;

    /// <summary>The one of an address; null when there is none.</summary>
    public static Walkthrough? Find(string? topic) => All.Concat(WalkthroughConcepts.All).FirstOrDefault(one => one.Topic == topic);
}
