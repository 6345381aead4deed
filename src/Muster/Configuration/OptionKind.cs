namespace Muster.Configuration;

/// <summary>What values an option takes.</summary>
public enum OptionKind
{
    /// <summary>A file or folder, relative to the working directory.</summary>
    Path,

    /// <summary>A list of host names or IP addresses.</summary>
    Names,

    /// <summary>A TCP port, 0 to 65535.</summary>
    Port,

    /// <summary>An IP address of this machine.</summary>
    Address,

    /// <summary>An http or https address.</summary>
    Url,

    /// <summary>A group of settings; not on the command line.</summary>
    Section,

    /// <summary>A list of groups of settings; not on the command line.</summary>
    Sections,
}
