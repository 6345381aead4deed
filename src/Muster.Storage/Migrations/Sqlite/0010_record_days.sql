-- How many registration records were created on each day (days since 1970-01-01, UTC), so that a forecast of the quota reads a few rows
-- however many records there are. Records that are deleted later stay counted.

CREATE TABLE registration_days (
    instance TEXT    NOT NULL,
    day      INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    PRIMARY KEY (instance, day)
) STRICT, WITHOUT ROWID;

INSERT INTO registration_days (instance, day, created)
SELECT instance, CAST(julianday(substr(json_extract(CAST(document AS TEXT), '$.createdUtc'), 1, 10)) - 2440587.5 AS INTEGER) AS day, COUNT(*)
FROM registrations WHERE day IS NOT NULL GROUP BY 1, 2;
