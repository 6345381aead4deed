-- When and from where each key of an access policy was used last. "key" is a short hash of the key; address '' is unknown.

CREATE TABLE policy_key_uses (
    instance TEXT    NOT NULL,
    policy   TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    used     INTEGER NOT NULL,
    address  TEXT    NOT NULL,
    PRIMARY KEY (instance, policy, key)
) STRICT, WITHOUT ROWID;
