using Muster.Core.Instances;
using Muster.Core.Secrets;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

public abstract partial class ProvisioningStoreConformance
{
    [Fact]
    public async Task The_last_use_of_each_key_is_kept_until_the_key_or_its_instance_goes()
    {
        var instance = Samples.ProvisioningInstance("Key-Uses");
        await CommitOrFailAsync(new PutInstance(instance, IfETag: null));
        var policy = instance.AccessPolicies[0];
        var primary = Use(instance.Name, policy, policy.Keys.Primary, minutes: 5, "10.0.0.5");
        var secondary = Use(instance.Name, policy, policy.Keys.Secondary, minutes: 1, address: null);
        await CommitOrFailAsync(new PutPolicyKeyUse(primary), new PutPolicyKeyUse(secondary));

        // An older use than the one that is known, and one of an instance that is gone, change nothing.
        await CommitOrFailAsync(
            new PutPolicyKeyUse(primary with { AtUtc = Samples.Time, Address = "10.0.0.1" }),
            new PutPolicyKeyUse(primary with { InstanceName = "gone" }));
        Assert.Equal(
            [(primary.KeyId, primary.AtUtc, "10.0.0.5"), (secondary.KeyId, secondary.AtUtc, null)],
            (await Store.ListPolicyKeyUsesAsync(CancellationToken.None)).OrderByDescending(use => use.AtUtc).Select(use => (use.KeyId, use.AtUtc, use.Address)));
        await CommitOrFailAsync(new PutPolicyKeyUse(primary with { AtUtc = primary.AtUtc.AddMinutes(1), Address = "10.0.0.6" }));

        var renewed = policy with { Keys = policy.Keys with { Secondary = SymmetricKeyPair.GenerateKey() } };
        var written = instance with { AccessPolicies = [renewed], ETag = "\"i2\"" };
        await CommitOrFailAsync(new PutInstance(written, instance.ETag));
        var left = Assert.Single(await Store.ListPolicyKeyUsesAsync(CancellationToken.None));
        Assert.Equal(("key-uses", policy.Name, primary.KeyId, "10.0.0.6"), (left.InstanceName, left.PolicyName, left.KeyId, left.Address));

        await CommitOrFailAsync(new DeleteInstance(instance.Name));
        Assert.Empty(await Store.ListPolicyKeyUsesAsync(CancellationToken.None));
    }

    private static PolicyKeyUse Use(string instance, AccessPolicy policy, Secret key, int minutes, string? address) =>
        new(instance, policy.Name, PolicyKeyUse.IdOf(key), Samples.Time.AddMinutes(minutes), address);
}
