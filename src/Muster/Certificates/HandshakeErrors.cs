using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Muster.Certificates;

/// <summary>
/// Keeps what OpenSSL thinks of a client's chain out of the handshake, on every door. Its server side builds that chain itself, in the
/// middle of the handshake; the runtime tells it to go on whatever it finds, because a callback judges later. But where a certificate
/// has the right name and the wrong key, the failed signature stays in OpenSSL's list of errors. OpenSSL then waits for the client's
/// next record, and the runtime, which asks why, is told "error" instead of "more data" for the sake of that list: the connection ends
/// before any code of ours sees the device, which hears no 401002 and leaves no attempt trace. TLS 1.3 always meets this: the runtime
/// hands over one encrypted record at a time there.
/// </summary>
internal static class HandshakeErrors
{
    // The class of X509_STORE_CTX, as openssl/crypto.h numbers it from 1.1.0 on.
    private const int ChainContext = 5;

    private static readonly Lazy<bool> Registered = new(Register);

    /// <summary>
    /// Has OpenSSL empty its thread's list of errors whenever it is done with a chain. The result of the verification is not in that list
    /// and stays. Needed once per process, before the first handshake; further calls do nothing.
    /// </summary>
    /// <returns>False where the runtime has no OpenSSL, as on Windows and macOS, which have no such list either.</returns>
    public static bool ClearAfterEachChain() => Registered.Value;

    private static bool Register()
    {
        if (!OperatingSystem.IsLinux()) return false;

        // The very library that the runtime uses, told by its version: a second copy would have a list of its own.
        var name = SafeEvpPKeyHandle.OpenSslVersion >= 0x3_00_00_00_0 ? "libcrypto.so.3" : "libcrypto.so.1.1";
        if (!NativeLibrary.TryLoad(name, out var library)
            || !NativeLibrary.TryGetExport(library, "CRYPTO_get_ex_new_index", out var register)
            || !NativeLibrary.TryGetExport(library, "ERR_clear_error", out var clear)) return false;

        // The destructor of a chain's context may be any function; ERR_clear_error takes no arguments and returns nothing, so it serves as
        // one under the calling conventions of Linux, where the caller removes arguments. No managed code runs in a handshake for this.
        return Marshal.GetDelegateForFunctionPointer<GetExNewIndex>(register)(ChainContext, 0, 0, 0, 0, clear) >= 0;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int GetExNewIndex(int classIndex, nint argument, nint pointer, nint onNew, nint onDuplicate, nint onFree);
}
