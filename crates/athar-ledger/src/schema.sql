-- Athar's ledger, schema version 1. SCHEMA.md beside this crate says what each column means.
-- A record's `id` is the `seq` of the event that recorded it.

CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject BLOB CHECK (length(subject) = 32),
    details TEXT NOT NULL,
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;

CREATE TABLE cases (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE reports (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    case_id INTEGER NOT NULL REFERENCES cases (id),
    channel TEXT,
    unit TEXT,
    UNIQUE (case_id, id)
) STRICT;

CREATE TABLE report_closings (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    report_id INTEGER NOT NULL UNIQUE REFERENCES reports (id),
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
    added INTEGER NOT NULL CHECK (added >= 0),
    known INTEGER NOT NULL CHECK (known >= 0),
    refused INTEGER NOT NULL CHECK (refused >= 0)
) STRICT;

CREATE TABLE items (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    md5 BLOB NOT NULL CHECK (length(md5) = 16),
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    width INTEGER NOT NULL CHECK (width >= 0),
    height INTEGER NOT NULL CHECK (height >= 0),
    quality INTEGER NOT NULL CHECK (quality BETWEEN 0 AND 255)
) STRICT;

CREATE TABLE schemes (
    id INTEGER PRIMARY KEY,
    space TEXT NOT NULL,
    scheme TEXT NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (space, scheme, version)
) STRICT;

CREATE TABLE codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id INTEGER NOT NULL REFERENCES items (id),
    scheme_id INTEGER NOT NULL REFERENCES schemes (id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    searchable INTEGER NOT NULL CHECK (searchable IN (0, 1)),
    -- Blobs come last, so that what stands before them is read without them.
    code BLOB NOT NULL CHECK (length(code) BETWEEN 32 AND 131072 AND length(code) % 32 = 0),
    places BLOB,
    second BLOB,
    UNIQUE (item_id, scheme_id, ordinal)
) STRICT;

CREATE TABLE report_items (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    report_id INTEGER NOT NULL,
    case_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL REFERENCES items (id),
    UNIQUE (item_id, case_id),
    FOREIGN KEY (case_id, report_id) REFERENCES reports (case_id, id)
) STRICT;
CREATE INDEX report_items_by_case ON report_items (case_id, report_id, item_id);

CREATE TABLE refusals (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    report_id INTEGER NOT NULL,
    case_id INTEGER NOT NULL,
    sha256 BLOB CHECK (length(sha256) = 32),
    bytes INTEGER CHECK (bytes >= 0),
    kind TEXT NOT NULL,
    FOREIGN KEY (case_id, report_id) REFERENCES reports (case_id, id)
) STRICT;
CREATE INDEX refusals_by_case ON refusals (case_id, report_id);
CREATE UNIQUE INDEX refusals_by_content ON refusals (case_id, sha256) WHERE sha256 IS NOT NULL;

CREATE TABLE matches (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    query_item_id INTEGER NOT NULL REFERENCES items (id),
    stored_item_id INTEGER NOT NULL REFERENCES items (id),
    relation TEXT NOT NULL,
    via TEXT NOT NULL,
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    distance INTEGER NOT NULL CHECK (distance BETWEEN 0 AND 256),
    orientation TEXT NOT NULL,
    second_distance INTEGER CHECK (second_distance >= 0),
    radius INTEGER NOT NULL CHECK (radius BETWEEN 0 AND 256),
    inliers INTEGER CHECK (inliers >= 0),
    region TEXT,
    false_alarm_rate REAL NOT NULL CHECK (false_alarm_rate BETWEEN 0.0 AND 1.0),
    false_alarm_pairs INTEGER NOT NULL CHECK (false_alarm_pairs >= 0),
    CHECK (query_item_id <> stored_item_id),
    UNIQUE (query_item_id, stored_item_id, via, ordinal)
) STRICT;
CREATE INDEX matches_by_stored_item ON matches (stored_item_id, query_item_id);

-- What a withdrawal leaves behind: which rows are gone, and which rows' codes an index must
-- forget.
CREATE TABLE withdrawn_rows (
    id INTEGER PRIMARY KEY REFERENCES events (seq),
    by_seq INTEGER NOT NULL REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX withdrawn_rows_by_event ON withdrawn_rows (by_seq);

CREATE TABLE withdrawn_codes (
    id INTEGER PRIMARY KEY,
    space TEXT NOT NULL,
    codes INTEGER NOT NULL CHECK (codes BETWEEN 1 AND 4096),
    by_seq INTEGER NOT NULL REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX withdrawn_codes_by_event ON withdrawn_codes (by_seq);

-- Every best supported match between items of two cases, and every item that two cases share.
CREATE VIEW links AS
SELECT
    later.case_id AS from_case_id, m.query_item_id AS from_item_id,
    earlier.case_id AS to_case_id, m.stored_item_id AS to_item_id,
    m.id AS match_id, m.relation, m.via, m.distance, m.orientation,
    m.second_distance, m.radius, m.inliers, m.region, m.false_alarm_rate, m.false_alarm_pairs
FROM matches AS m
JOIN report_items AS later ON later.item_id = m.query_item_id
JOIN report_items AS earlier ON earlier.item_id = m.stored_item_id
WHERE later.case_id <> earlier.case_id AND m.ordinal = 0
UNION ALL
SELECT
    later.case_id, later.item_id, earlier.case_id, earlier.item_id,
    NULL, 'copy',
    (SELECT s.space FROM codes AS c JOIN schemes AS s ON s.id = c.scheme_id
     WHERE c.item_id = later.item_id AND c.searchable = 1 ORDER BY c.id LIMIT 1),
    0, 'rot0', NULL, 0, NULL, NULL, 0.0, 0
FROM report_items AS later
JOIN report_items AS earlier ON earlier.item_id = later.item_id AND earlier.id < later.id
WHERE EXISTS (SELECT 1 FROM codes AS c WHERE c.item_id = later.item_id AND c.searchable = 1);
