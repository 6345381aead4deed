using Muster.Core.Activity;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Quotas;
using Muster.Core.Registration;

namespace Muster.Core.Store;

/// <summary>
/// One write of a commit. <c>IfETag</c> on a put: null means "must not exist", a tag means "must be the stored one". On a delete:
/// null means "whatever is there, or nothing".
/// </summary>
public abstract record StoreChange;

#pragma warning disable MA0048 // The closed set of writes reads best as one list.

/// <summary>Creates or replaces an instance.</summary>
public sealed record PutInstance(ProvisioningInstance Instance, string? IfETag) : StoreChange;

/// <summary>Deletes an instance and everything that belongs to it, if it is there.</summary>
public sealed record DeleteInstance(string Name) : StoreChange;

/// <summary>
/// Keeps the last use of a key of an access policy, unless a later one is known; writes nothing where the instance is gone. It goes
/// when its instance is written without that key.
/// </summary>
public sealed record PutPolicyKeyUse(PolicyKeyUse Use) : StoreChange;

/// <summary>Creates or replaces an enrollment, and claims its certificates: each belongs to one enrollment at most.</summary>
public sealed record PutEnrollment(Enrollment Enrollment, string? IfETag) : StoreChange;

/// <summary>Deletes an enrollment and frees its certificates.</summary>
public sealed record DeleteEnrollment(string InstanceName, EnrollmentKind Kind, string Id, string? IfETag) : StoreChange;

/// <summary>Creates or replaces a registration record.</summary>
public sealed record PutRegistration(RegistrationRecord Record, string? IfETag) : StoreChange;

/// <summary>Deletes a registration record.</summary>
public sealed record DeleteRegistration(string InstanceName, string RegistrationId, string? IfETag) : StoreChange;

/// <summary>Creates or replaces a linked hub.</summary>
public sealed record PutLinkedHub(LinkedHub Hub, string? IfETag) : StoreChange;

/// <summary>Deletes a linked hub.</summary>
public sealed record DeleteLinkedHub(string InstanceName, string HostName, string? IfETag) : StoreChange;

/// <summary>Creates or replaces a CA certificate.</summary>
public sealed record PutCaCertificate(CaCertificate Certificate, string? IfETag) : StoreChange;

/// <summary>Deletes a CA certificate; what references it stays.</summary>
public sealed record DeleteCaCertificate(string InstanceName, string Name, string? IfETag) : StoreChange;
/// <summary>Puts an identity on the list of those to delete, or replaces its entry.</summary>
/// <param name="Cleanup">The entry.</param>
/// <param name="OnlyIfPresent">Whether nothing is written where the entry is gone.</param>
public sealed record PutHubCleanup(HubCleanup Cleanup, bool OnlyIfPresent = false) : StoreChange;

/// <summary>Takes an identity off that list, if it stands there. Device IDs compare by case.</summary>
public sealed record DeleteHubCleanup(string InstanceName, string HubHostName, string DeviceId) : StoreChange;

/// <summary>Adds an attempt trace; the oldest are pruned beyond the store's limit per instance.</summary>
public sealed record AppendAttemptTrace(AttemptTrace Trace) : StoreChange;

/// <summary>Replaces the newest trace of the same registration and tracking ID; writes nothing where that was pruned.</summary>
public sealed record ReplaceAttemptTrace(AttemptTrace Trace) : StoreChange;

/// <summary>Adds an audit entry; the oldest are pruned beyond the store's limit per instance.</summary>
public sealed record AppendAuditEntry(AuditEntry Entry) : StoreChange;

/// <summary>Adds to what is stored of the same stretch and kind; writes nothing where the instance is gone.</summary>
public sealed record AddActivity(ActivityCount Count) : StoreChange;

/// <summary>Deletes the activity of every instance that is counted under this start or an earlier one.</summary>
public sealed record DropActivity(DateTimeOffset UntilUtc) : StoreChange;

/// <summary>
/// Writes nothing: the commit ends with <see cref="CommitOutcome.QuotaReached"/> when there are <paramref name="Limit"/> or more
/// already. It stands before the change that makes one more.
/// </summary>
public sealed record RequireQuota(string InstanceName, CountedEntity Entity, long Limit) : StoreChange;
