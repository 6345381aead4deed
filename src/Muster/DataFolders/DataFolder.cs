using System.Globalization;
using System.Text;
using Muster.Composition;

namespace Muster.DataFolders;

/// <summary>The folder that holds all state of one server, locked for as long as this object lives.</summary>
public sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = AtomicFile.Private | UnixFileMode.UserExecute;

    /// <summary>EWOULDBLOCK of flock.</summary>
    private const int LockedByOther = 11;

    /// <summary>ERROR_SHARING_VIOLATION.</summary>
    private const int LockedByOtherOnWindows = unchecked((int)0x80070020);

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>Where certificates and their keys are.</summary>
    public string Certificates => Combine("certificates");

    /// <summary>Where scripts find what was printed at start.</summary>
    public string EndpointsFile => Combine("endpoints.json");

    /// <summary>Where the key that encrypts secrets is, unless chosen otherwise.</summary>
    public string SecretsKeyFile => Combine("secrets.key");

    /// <summary>Opens the folder, creating it with mode 0700 if missing, and locks it.</summary>
    /// <param name="path">The absolute path.</param>
    /// <exception cref="CannotStartException">It cannot be created or written, or another server uses it.</exception>
    public static DataFolder Open(string path)
    {
        try
        {
            CreateFolder(path);
            CreateFolder(System.IO.Path.Combine(path, "certificates"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException(
                $"The data folder {path} cannot be created: {exception.Message} Choose another with --data DIR.", exception);
        }

        var lockFile = System.IO.Path.Combine(path, "muster.lock");
        try
        {
            var stream = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            stream.SetLength(0);
            stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            stream.Flush();
            return new DataFolder(path, stream);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new CannotStartException(
                $"The data folder {path} may not be written by this user. Change its owner or choose another with --data DIR.", exception);
        }
        catch (IOException exception) when (exception.HResult is LockedByOther or LockedByOtherOnWindows)
        {
            throw new CannotStartException(
                $"The data folder {path} is in use by another Muster (lock file {lockFile}). Stop that one, or choose another folder "
                + "with --data DIR.", exception);
        }
        catch (IOException exception)
        {
            throw new CannotStartException(
                $"The data folder {path} cannot be used: {exception.Message} Choose another with --data DIR.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private string Combine(string name) => System.IO.Path.Combine(Path, name);

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else if (!Directory.Exists(path))
            Directory.CreateDirectory(path, OwnerOnly);
    }
}
