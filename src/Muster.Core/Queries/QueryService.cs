using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Store;

namespace Muster.Core.Queries;

/// <summary>
/// Lists enrollments and registration records by query texts, page by page. An item that exists and matches from the first page to the
/// last is listed exactly once, unless the list is ordered by a member that changes meanwhile (service-api S-8).
/// </summary>
/// <param name="store">The store.</param>
/// <param name="tokens">Makes and reads continuation tokens.</param>
public sealed class QueryService(IProvisioningStore store, ContinuationTokens tokens)
{
    /// <summary>Items of a page where the caller does not say.</summary>
    public const int DefaultPageSize = 100;

    /// <summary>Most items of a page.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>A page of enrollments.</summary>
    /// <param name="instance">The provisioning service.</param>
    /// <param name="kind">Individual or group.</param>
    /// <param name="text">The query text; one that does not parse selects everything.</param>
    /// <param name="continuation">The token of the page before; null or empty for the first page.</param>
    /// <param name="pageSize">1 to <see cref="MaxPageSize"/>; it may differ from page to page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The page, or the refusal 400005 for a token that does not belong here.</returns>
    public Task<Result<ListPage<Enrollment>>> ListEnrollmentsAsync(
        ProvisioningInstance instance,
        EnrollmentKind kind,
        string text,
        string? continuation,
        int pageSize,
        CancellationToken cancellationToken)
    {
        var subject = kind == EnrollmentKind.Individual ? QuerySubject.Enrollments : QuerySubject.EnrollmentGroups;
        var query = QueryParser.Parse(subject, text);
        return ListAsync(
            Scope(instance, subject.ToString(), text),
            continuation,
            after => store.QueryEnrollmentsAsync(instance.Name, kind, query, after, pageSize, cancellationToken));
    }

    /// <summary>A page of the records made through a group, which need not exist any more.</summary>
    /// <param name="instance">The provisioning service.</param>
    /// <param name="enrollmentGroupId">The group.</param>
    /// <param name="text">The query text; one that does not parse selects everything.</param>
    /// <param name="continuation">The token of the page before; null or empty for the first page.</param>
    /// <param name="pageSize">1 to <see cref="MaxPageSize"/>; it may differ from page to page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The page, or the refusal 400005 for a token that does not belong here.</returns>
    public Task<Result<ListPage<RegistrationRecord>>> ListGroupRegistrationsAsync(
        ProvisioningInstance instance,
        string enrollmentGroupId,
        string text,
        string? continuation,
        int pageSize,
        CancellationToken cancellationToken)
    {
        var query = QueryParser.Parse(QuerySubject.Registrations, text);
        return ListAsync(
            Scope(instance, $"{QuerySubject.Registrations} {enrollmentGroupId.ToUpperInvariant()}", text),
            continuation,
            after => store.QueryRegistrationsAsync(instance.Name, enrollmentGroupId, query, after, pageSize, cancellationToken));
    }

    private async Task<Result<ListPage<T>>> ListAsync<T>(
        string scope, string? continuation, Func<QueryPosition?, Task<QueryPage<T>>> read)
    {
        QueryPosition? after = null;
        if (!string.IsNullOrEmpty(continuation) && (after = tokens.Read(scope, continuation)) is null) return Refusals.InvalidContinuation;
        var page = await read(after);
        return new ListPage<T>(page.Items, page.Next is { } next ? tokens.Create(scope, next) : null);
    }

    // Line feeds part what callers choose from what they do not: names have none.
    private static string Scope(ProvisioningInstance instance, string operation, string text) =>
        $"{instance.Name.ToUpperInvariant()}\n{operation}\n{text}";
}
