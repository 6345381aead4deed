-- What lists filter by. The expressions stand in the queries word for word, else the indexes are not used. Where one value is what
-- nearly all rows have, an index holds the others only: rows with that value are found by walking, and writing them costs little.

CREATE INDEX enrollments_by_policy ON enrollments
    (instance, kind, ifnull(json_extract(CAST(document AS TEXT), '$.allocationPolicy'), ''), key)
    WHERE ifnull(json_extract(CAST(document AS TEXT), '$.allocationPolicy'), '') <> '';

CREATE INDEX enrollments_by_edge ON enrollments (instance, kind, key)
    WHERE ifnull(json_extract(CAST(document AS TEXT), '$.capabilities.iotEdge'), 0) = 1;

CREATE INDEX registrations_by_update ON registrations (instance, json_extract(CAST(document AS TEXT), '$.lastUpdatedUtc'), key);

CREATE INDEX registrations_by_error ON registrations (instance, json_extract(CAST(document AS TEXT), '$.errorCode'), key)
    WHERE json_extract(CAST(document AS TEXT), '$.errorCode') IS NOT NULL;

CREATE INDEX registrations_by_substatus ON registrations (instance, json_extract(CAST(document AS TEXT), '$.substatus'), key)
    WHERE json_extract(CAST(document AS TEXT), '$.substatus') <> 'initialAssignment';
