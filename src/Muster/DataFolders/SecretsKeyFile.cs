using System.Security.Cryptography;
using Muster.Composition;

namespace Muster.DataFolders;

/// <summary>The file of the key that encrypts secrets at rest: Base64 of 32 random bytes, mode 0600.</summary>
public static class SecretsKeyFile
{
    /// <summary>Length of the key in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>Reads the key, or makes a new one if the file does not exist.</summary>
    /// <param name="path">The absolute path.</param>
    /// <returns>The 32 bytes.</returns>
    /// <exception cref="CannotStartException">The file cannot be read or written, or does not hold a key.</exception>
    public static byte[] LoadOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                var created = RandomNumberGenerator.GetBytes(KeyLength);
                AtomicFile.Write(path, Convert.ToBase64String(created) + "\n", AtomicFile.Private);
                return created;
            }

            var text = File.ReadAllText(path).Trim();
            var key = new byte[KeyLength + 1];
            if (Convert.TryFromBase64String(text, key, out var written) && written == KeyLength) return key[..KeyLength];
            throw new CannotStartException(
                $"The file {path} does not hold the key that encrypts secrets: expected is Base64 of {KeyLength} bytes. Restore it from "
                + "a backup. Without the right key, the secrets in the data folder cannot be read; to start afresh, choose another "
                + "folder with --data DIR.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException(
                $"The key file {path} cannot be read or made: {exception.Message} Choose another with --secrets-key FILE.", exception);
        }
    }
}
