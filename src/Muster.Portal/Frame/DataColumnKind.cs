namespace Muster.Portal.Frame;

/// <summary>What a column of a <see cref="DataList{TItem}"/> is for; it decides how its cells stand.</summary>
public enum DataColumnKind
{
    /// <summary>A fact about the row.</summary>
    Fact,

    /// <summary>What names the row: the header of the row for screen readers, the head of its card where the page is narrow.</summary>
    Lead,

    /// <summary>A number, aligned at its last digit.</summary>
    Number,

    /// <summary>The box that ticks the row.</summary>
    Pick,

    /// <summary>Buttons that act on the row; its title is for screen readers alone.</summary>
    Action,
}
