-- What people search for inside of IDs, device IDs and certificate subjects: indexes of their three-letter pieces. The texts are computed
-- where they are needed; the indexes keep pieces and row numbers only. IDs have an index of their own, because pieces that all IDs share
-- would slow the search of the others down.

ALTER TABLE enrollments ADD COLUMN other_text TEXT GENERATED ALWAYS AS (lower(
    ifnull(json_extract(CAST(document AS TEXT), '$.deviceId'), '') || char(10)
    || ifnull(json_extract(CAST(document AS TEXT), '$.attestation.primary.info.subjectName'), '') || char(10)
    || ifnull(json_extract(CAST(document AS TEXT), '$.attestation.secondary.info.subjectName'), ''))) VIRTUAL;

CREATE VIRTUAL TABLE enrollment_ids USING fts5 (text, content = '', detail = 'none', columnsize = 0, tokenize = 'trigram');
CREATE VIRTUAL TABLE enrollment_others USING fts5 (text, content = '', detail = 'none', columnsize = 0, tokenize = 'trigram');

INSERT INTO enrollment_ids (rowid, text) SELECT rowid, key FROM enrollments;
INSERT INTO enrollment_others (rowid, text) SELECT rowid, other_text FROM enrollments WHERE length(other_text) > 2;

CREATE TRIGGER enrollments_id_added AFTER INSERT ON enrollments BEGIN
    INSERT INTO enrollment_ids (rowid, text) VALUES (new.rowid, new.key);
END;

CREATE TRIGGER enrollments_other_added AFTER INSERT ON enrollments WHEN length(new.other_text) > 2 BEGIN
    INSERT INTO enrollment_others (rowid, text) VALUES (new.rowid, new.other_text);
END;

CREATE TRIGGER enrollments_other_changed AFTER UPDATE ON enrollments WHEN old.other_text <> new.other_text BEGIN
    INSERT INTO enrollment_others (enrollment_others, rowid, text)
        SELECT 'delete', old.rowid, old.other_text WHERE length(old.other_text) > 2;
    INSERT INTO enrollment_others (rowid, text) SELECT new.rowid, new.other_text WHERE length(new.other_text) > 2;
END;

CREATE TRIGGER enrollments_text_removed AFTER DELETE ON enrollments BEGIN
    INSERT INTO enrollment_ids (enrollment_ids, rowid, text) VALUES ('delete', old.rowid, old.key);
    INSERT INTO enrollment_others (enrollment_others, rowid, text)
        SELECT 'delete', old.rowid, old.other_text WHERE length(old.other_text) > 2;
END;
