using System.Text;

namespace Muster.DataFolders;

/// <summary>Writes files so that a reader, or a start after a crash, sees the old content or the new one, never a part.</summary>
public static class AtomicFile
{
    /// <summary>Mode of files that hold keys: only the owner reads and writes.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Mode of files that anyone may read.</summary>
    public const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes <paramref name="text"/> as UTF-8 beside <paramref name="path"/>, flushes it to disk and renames it.</summary>
    public static void Write(string path, string text, UnixFileMode mode) => Write(path, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>Writes <paramref name="content"/> beside <paramref name="path"/>, flushes it to disk and renames it.</summary>
    /// <exception cref="IOException">The folder cannot be written; the old file is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var temporary = path + ".new";

        // A leftover of a crash would keep its own mode, because the mode is applied at creation only.
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
