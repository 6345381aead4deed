namespace Muster.Portal.Quotas;

/// <summary>How near a count is to its limit (portal P16).</summary>
public enum QuotaLevel
{
    /// <summary>Below 80 %, or without a limit.</summary>
    Fine,

    /// <summary>80 % and more.</summary>
    Watch,

    /// <summary>90 % and more.</summary>
    High,

    /// <summary>95 % and more.</summary>
    Nearly,

    /// <summary>Nothing more can be created.</summary>
    Reached,
}
