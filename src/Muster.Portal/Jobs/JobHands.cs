using Muster.Portal.Enrollments;
using Muster.Portal.Hubs;
using Muster.Portal.Registrations;

namespace Muster.Portal.Jobs;

/// <summary>What a job works with: the services behind the pages, which check the rights of the job's person at each call.</summary>
/// <param name="Enrollments">Enrollments.</param>
/// <param name="Records">Registration records.</param>
/// <param name="Hubs">Hub identities.</param>
public sealed record JobHands(EnrollmentDesk Enrollments, RegistrationDesk Records, HubDesk Hubs);
