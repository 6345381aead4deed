-- Who changed what. The order of "id" is the order of the commits.

CREATE TABLE audit_entries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    instance   TEXT NOT NULL,
    entity     TEXT NOT NULL,
    entity_key TEXT NOT NULL,
    document   BLOB NOT NULL
) STRICT;

-- Each index ends with the row's id by itself, which is the order of the lists.
CREATE INDEX audit_entries_by_instance ON audit_entries (instance);
CREATE INDEX audit_entries_by_entity ON audit_entries (instance, entity_key, entity);

-- What quotas count, so that neither a creation nor a page that shows the use has to.

CREATE TABLE entity_counts (
    instance TEXT    NOT NULL,
    entity   TEXT    NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (instance, entity)
) STRICT, WITHOUT ROWID;

INSERT INTO entity_counts (instance, entity, count)
SELECT instance, CASE kind WHEN 'group' THEN 'group.' || attestation_type ELSE kind END AS entity, COUNT(*)
FROM enrollments GROUP BY 1, 2;

INSERT INTO entity_counts (instance, entity, count)
SELECT instance, 'registration', COUNT(*) FROM registrations GROUP BY instance;

CREATE TRIGGER enrollments_counted AFTER INSERT ON enrollments
BEGIN
    INSERT INTO entity_counts (instance, entity, count)
    VALUES (NEW.instance, CASE NEW.kind WHEN 'group' THEN 'group.' || NEW.attestation_type ELSE NEW.kind END, 1)
    ON CONFLICT (instance, entity) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER enrollments_uncounted AFTER DELETE ON enrollments
BEGIN
    UPDATE entity_counts SET count = count - 1
    WHERE instance = OLD.instance
      AND entity = CASE OLD.kind WHEN 'group' THEN 'group.' || OLD.attestation_type ELSE OLD.kind END;
END;

CREATE TRIGGER registrations_counted AFTER INSERT ON registrations
BEGIN
    INSERT INTO entity_counts (instance, entity, count) VALUES (NEW.instance, 'registration', 1)
    ON CONFLICT (instance, entity) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER registrations_uncounted AFTER DELETE ON registrations
BEGIN
    UPDATE entity_counts SET count = count - 1 WHERE instance = OLD.instance AND entity = 'registration';
END;

-- What queries order and filter by, beside the indexes of searches.

CREATE INDEX enrollments_by_creation ON enrollments (instance, kind, created, key);

CREATE INDEX registrations_of_groups_by_status ON registrations (instance, enrollment_key, status, key)
    WHERE enrollment_kind = 'group';
