using Muster.Core.Enrollments;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

/// <summary>A kind of entity as the rules of conditions see it: how to put it with a tag, delete it, and read its tag.</summary>
internal sealed record Subject(
    Func<string, string?, StoreChange> Put,
    Func<string?, StoreChange>? Delete,
    Func<IProvisioningStore, Task<string?>> ReadETag)
{
    public static readonly IReadOnlyDictionary<string, Subject> ByName = new Dictionary<string, Subject>(StringComparer.Ordinal)
    {
        ["instance"] = new(
            (etag, condition) => new PutInstance(Samples.ProvisioningInstance("One", etag), condition),
            null,
            async store => (await store.ListInstancesAsync(default)).SingleOrDefault(i => i.Name == "One")?.ETag),
        ["individual enrollment"] = new(
            (etag, condition) => new PutEnrollment(Samples.Individual("One", etag), condition),
            condition => new DeleteEnrollment(Samples.Instance, EnrollmentKind.Individual, "One", condition),
            async store => (await store.FindEnrollmentAsync(Samples.Instance, EnrollmentKind.Individual, "One", default))?.ETag),
        ["enrollment group"] = new(
            (etag, condition) => new PutEnrollment(Samples.Group("One", etag), condition),
            condition => new DeleteEnrollment(Samples.Instance, EnrollmentKind.Group, "One", condition),
            async store => (await store.FindEnrollmentAsync(Samples.Instance, EnrollmentKind.Group, "One", default))?.ETag),
        ["registration record"] = new(
            (etag, condition) => new PutRegistration(Samples.Registration("One", etag), condition),
            condition => new DeleteRegistration(Samples.Instance, "One", condition),
            async store => (await store.FindRegistrationAsync(Samples.Instance, "One", default))?.ETag),
        ["CA certificate"] = new(
            (etag, condition) => new PutCaCertificate(CaSamples.Authority("One", etag), condition),
            condition => new DeleteCaCertificate(Samples.Instance, "One", condition),
            async store => (await store.FindCaCertificateAsync(Samples.Instance, "One", default))?.ETag),
        ["linked hub"] = new(
            (etag, condition) => new PutLinkedHub(Samples.Hub("One.example", etag), condition),
            condition => new DeleteLinkedHub(Samples.Instance, "One.example", condition),
            async store => (await store.ListLinkedHubsAsync(Samples.Instance, default)).SingleOrDefault()?.ETag),
    };
}
