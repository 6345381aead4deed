-- Every key begins with the instance. "key" is the ID in lower case; the ID as written stands in the document.
-- Times are ticks of 100 ns since 0001-01-01T00:00:00Z. Documents are JSON in UTF-8.

CREATE TABLE store_settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE instances (
    instance TEXT    NOT NULL PRIMARY KEY,
    id_scope TEXT    NOT NULL UNIQUE,
    etag     TEXT    NOT NULL,
    created  INTEGER NOT NULL,
    document BLOB    NOT NULL
) STRICT;

CREATE TABLE enrollments (
    instance         TEXT    NOT NULL,
    kind             TEXT    NOT NULL,
    key              TEXT    NOT NULL,
    id               TEXT    NOT NULL,
    etag             TEXT    NOT NULL,
    attestation_type TEXT    NOT NULL,
    created          INTEGER NOT NULL,
    document         BLOB    NOT NULL,
    PRIMARY KEY (instance, kind, key)
) STRICT;

CREATE INDEX enrollment_groups_by_attestation ON enrollments (instance, attestation_type, created, key) WHERE kind = 'group';

-- A certificate belongs to one enrollment of the instance at most, whatever its kind.
CREATE TABLE enrollment_certificates (
    instance TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    key      TEXT NOT NULL,
    PRIMARY KEY (instance, sha256),
    FOREIGN KEY (instance, kind, key) REFERENCES enrollments (instance, kind, key) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX enrollment_certificates_by_enrollment ON enrollment_certificates (instance, kind, key);

-- No reference to enrollments: a record outlives its group.
CREATE TABLE registrations (
    instance        TEXT NOT NULL,
    key             TEXT NOT NULL,
    id              TEXT NOT NULL,
    etag            TEXT NOT NULL,
    status          TEXT NOT NULL,
    enrollment_kind TEXT NOT NULL,
    enrollment_key  TEXT NOT NULL,
    document        BLOB NOT NULL,
    PRIMARY KEY (instance, key)
) STRICT;

CREATE INDEX registrations_by_group ON registrations (instance, enrollment_key, key) WHERE enrollment_kind = 'group';
CREATE INDEX registrations_unfinished ON registrations (instance, key) WHERE status = 'assigning';

CREATE TABLE linked_hubs (
    instance TEXT NOT NULL,
    key      TEXT NOT NULL,
    etag     TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (instance, key)
) STRICT;

CREATE TABLE attempt_traces (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    instance         TEXT    NOT NULL,
    registration_key TEXT    NOT NULL,
    refused          INTEGER NOT NULL,
    document         BLOB    NOT NULL
) STRICT;

-- Each index ends with the row's id by itself, which is the order of the lists.
CREATE INDEX attempt_traces_by_instance ON attempt_traces (instance);
CREATE INDEX attempt_traces_by_registration ON attempt_traces (instance, registration_key);
CREATE INDEX attempt_traces_refused ON attempt_traces (instance) WHERE refused = 1;

-- The embedded hub's documents are encrypted whole, since they hold device keys. Host names arrive in lower case, device IDs
-- differ by case.
CREATE TABLE embedded_hubs (
    host_name TEXT NOT NULL PRIMARY KEY,
    document  BLOB NOT NULL
) STRICT;

CREATE TABLE embedded_hub_devices (
    hub       TEXT    NOT NULL,
    device_id TEXT    NOT NULL,
    revision  INTEGER NOT NULL,
    status    TEXT    NOT NULL,
    document  BLOB    NOT NULL,
    PRIMARY KEY (hub, device_id)
) STRICT;

CREATE INDEX embedded_hub_devices_by_status ON embedded_hub_devices (hub, status);
