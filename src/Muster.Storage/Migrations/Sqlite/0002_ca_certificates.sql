CREATE TABLE ca_certificates (
    instance TEXT NOT NULL,
    key      TEXT NOT NULL,
    etag     TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (instance, key)
) STRICT;

-- When each certificate of an enrollment ends. Those written before this script are filled from their documents.
ALTER TABLE enrollment_certificates ADD COLUMN not_after INTEGER;

UPDATE enrollment_certificates
SET not_after = (
    SELECT 621355968000000000 + 10000000 * CAST(strftime('%s', slot.value ->> '$.info.notAfterUtc') AS INTEGER)
    FROM enrollments AS e, json_each(CAST(e.document AS TEXT), '$.attestation') AS slot
    WHERE e.instance = enrollment_certificates.instance
      AND e.kind = enrollment_certificates.kind
      AND e.key = enrollment_certificates.key
      AND slot.key IN ('primary', 'secondary')
      AND upper(slot.value ->> '$.info.sha256Thumbprint') = enrollment_certificates.sha256
    LIMIT 1
);

CREATE INDEX enrollment_certificates_by_end ON enrollment_certificates (instance, not_after);
