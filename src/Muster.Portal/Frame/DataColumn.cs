using Microsoft.AspNetCore.Components;
using Radzen.Blazor;

namespace Muster.Portal.Frame;

/// <summary>One column of a <see cref="DataList{TItem}"/>; its content is the cell of one item.</summary>
/// <typeparam name="TItem">What the list lists; the list tells it.</typeparam>
public sealed class DataColumn<TItem> : RadzenDataGridColumn<DataRow<TItem>>
{
    /// <summary>What the column is for.</summary>
    [Parameter]
    public DataColumnKind Kind { get; set; }

    /// <summary>The cell of one item.</summary>
    [Parameter]
    [EditorRequired]
    public RenderFragment<TItem> ChildContent { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        // The library reads these as parameters; here they follow from what the column is for.
#pragma warning disable BL0005
        CssClass = HeaderCssClass = $"col-{Kind.ToString().ToLowerInvariant()}";
        Template = row => ChildContent(row.Item);
#pragma warning restore BL0005
        base.OnParametersSet();
    }
}
