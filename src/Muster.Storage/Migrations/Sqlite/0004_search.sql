-- What people search by in lists. The expressions stand in the queries word for word, else the indexes are not used.

CREATE INDEX enrollments_by_attestation ON enrollments (instance, kind, attestation_type, key);

CREATE INDEX enrollments_by_update ON enrollments (instance, kind, json_extract(CAST(document AS TEXT), '$.lastUpdatedUtc'), key);

CREATE INDEX enrollments_disabled ON enrollments (instance, kind, key)
    WHERE json_extract(CAST(document AS TEXT), '$.provisioningStatus') = 'disabled';

CREATE INDEX enrollments_by_device ON enrollments (instance, kind, lower(json_extract(CAST(document AS TEXT), '$.deviceId')))
    WHERE json_extract(CAST(document AS TEXT), '$.deviceId') IS NOT NULL;

CREATE INDEX registrations_by_status ON registrations (instance, status, key);
