using System.Reflection;
using Muster.Core.Store;

namespace Muster.Portal.Tests;

/// <summary>Passes calls on, or fails as a broken disk would.</summary>
public class BreakableSearch : DispatchProxy
{
    public const string Cause = "the disk is on fire";

    private IProvisioningSearch? _real;

    public static bool IsBroken { get; set; }

    public static IProvisioningSearch Around(IProvisioningSearch real)
    {
        var proxy = Create<IProvisioningSearch, BreakableSearch>();
        ((BreakableSearch)(object)proxy)._real = real;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        IsBroken ? throw new InvalidOperationException(Cause) : targetMethod!.Invoke(_real, args);
}
