using System.Text.Json;
using Muster.Core.Store;
using Muster.Storage.Documents;

namespace Muster.Storage.Sqlite;

/// <summary>A change with its document already serialised, which callers do in parallel before the one writer's turn.</summary>
internal readonly record struct PreparedChange(StoreChange Change, byte[] Document)
{
    /// <summary>Whether the change has a condition that may turn out not to hold.</summary>
    public bool CanBeRefused => Change is not (
        AppendAttemptTrace or ReplaceAttemptTrace or AppendAuditEntry or DeleteInstance or PutPolicyKeyUse or AddActivity or DropActivity
        or PutHubCleanup or DeleteHubCleanup
        or DeleteEnrollment { IfETag: null } or DeleteRegistration { IfETag: null } or DeleteLinkedHub { IfETag: null } or DeleteCaCertificate { IfETag: null });

    /// <summary>Serialises what <paramref name="change"/> writes.</summary>
    public static PreparedChange From(StoreChange change, DocumentSerializer documents) => new(change, change switch
    {
        PutInstance put => JsonSerializer.SerializeToUtf8Bytes(put.Instance, documents.Instance),
        PutEnrollment put => JsonSerializer.SerializeToUtf8Bytes(put.Enrollment, documents.Enrollment),
        PutRegistration put => JsonSerializer.SerializeToUtf8Bytes(put.Record, documents.Registration),
        PutLinkedHub put => JsonSerializer.SerializeToUtf8Bytes(put.Hub, documents.LinkedHub),
        PutCaCertificate put => JsonSerializer.SerializeToUtf8Bytes(put.Certificate, documents.CaCertificate),
        PutHubCleanup put => JsonSerializer.SerializeToUtf8Bytes(put.Cleanup, documents.HubCleanup),
        AppendAttemptTrace append => JsonSerializer.SerializeToUtf8Bytes(append.Trace, documents.AttemptTrace),
        ReplaceAttemptTrace replace => JsonSerializer.SerializeToUtf8Bytes(replace.Trace, documents.AttemptTrace),
        AppendAuditEntry append => JsonSerializer.SerializeToUtf8Bytes(append.Entry, documents.AuditEntry),
        _ => [],
    });

    /// <summary>Serialises all, in order.</summary>
    public static PreparedChange[] From(IReadOnlyList<StoreChange> changes, DocumentSerializer documents)
    {
        var prepared = new PreparedChange[changes.Count];
        for (var i = 0; i < prepared.Length; i++) prepared[i] = From(changes[i], documents);
        return prepared;
    }
}
