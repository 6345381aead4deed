using Muster.Core.Enrollments;

namespace Muster.Core.Hubs;

/// <summary>Where a twin can come from, the old hub aside.</summary>
/// <param name="Allocated">What custom allocation returned; it goes before everything else (behaviour B-9.4).</param>
/// <param name="Enrolled">The enrollment's initial twin.</param>
public sealed record TwinOffer(InitialTwin? Allocated, InitialTwin? Enrolled);
