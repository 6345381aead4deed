-- How registrations ended, in stretches of five minutes of the last day. The start is ticks, as other times are; the hub is empty and
-- the code 0 where they say nothing.

CREATE TABLE activity (
    instance TEXT    NOT NULL,
    start    INTEGER NOT NULL,
    outcome  TEXT    NOT NULL,
    hub      TEXT    NOT NULL,
    code     INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (instance, start, outcome, hub, code)
) STRICT, WITHOUT ROWID;

-- Old stretches are dropped for all instances together.
CREATE INDEX activity_by_start ON activity (start);
