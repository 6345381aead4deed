-- Identities that moved devices left behind. Device IDs differ by case; next_attempt is in ticks.
CREATE TABLE hub_cleanups (
    instance     TEXT    NOT NULL,
    hub          TEXT    NOT NULL,
    device_id    TEXT    NOT NULL,
    next_attempt INTEGER NOT NULL,
    document     BLOB    NOT NULL,
    PRIMARY KEY (instance, hub, device_id)
) STRICT;

CREATE INDEX hub_cleanups_by_attempt ON hub_cleanups (next_attempt);
