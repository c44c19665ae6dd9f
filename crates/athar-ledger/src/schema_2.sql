-- Athar's ledger, from schema version 1 to 2: facts of cases, handles, decisions on links, requests
-- to take something back, lists of others, remembered checks,
-- alerts, what is harmless and what is held back.
-- SCHEMA.md says what each column means.

CREATE TABLE report_receipts (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    report_id INTEGER NOT NULL UNIQUE REFERENCES reports (id),
    received_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE case_facts (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    case_id INTEGER NOT NULL REFERENCES cases (id),
    channel TEXT,
    unit TEXT,
    received_at_ms INTEGER,
    complainant TEXT,
    suspect TEXT,
    urgency TEXT CHECK (urgency IN ('low', 'normal', 'high', 'immediate')),
    urgency_reason TEXT,
    note TEXT
) STRICT;
CREATE INDEX case_facts_by_case ON case_facts (case_id, id);

CREATE TABLE handles (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    case_id INTEGER NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    platform TEXT NOT NULL,
    value TEXT NOT NULL
) STRICT;
CREATE INDEX handles_by_case ON handles (case_id);
CREATE INDEX handles_by_value ON handles (kind, platform, value, case_id);

CREATE TABLE handle_removals (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    handle_id INTEGER NOT NULL UNIQUE REFERENCES handles (id)
) STRICT;

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    item_a_id INTEGER NOT NULL REFERENCES items (id),
    item_b_id INTEGER NOT NULL REFERENCES items (id),
    case_a_id INTEGER REFERENCES cases (id),
    case_b_id INTEGER REFERENCES cases (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'rejected')),
    reason TEXT NOT NULL,
    actor TEXT,
    -- Two items, or one item that two cases hold.
    CHECK (
        item_a_id < item_b_id AND case_a_id IS NULL AND case_b_id IS NULL
        OR item_a_id = item_b_id AND case_a_id IS NOT NULL AND case_b_id IS NOT NULL
           AND case_a_id < case_b_id
    )
) STRICT;
CREATE INDEX decisions_by_pair ON decisions (item_a_id, item_b_id, case_a_id, case_b_id, id, verdict);

-- Where a file of a report comes from, as its mail, archive or chat tells it.
CREATE TABLE provenance (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    report_id INTEGER NOT NULL,
    case_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL REFERENCES items (id),
    sender TEXT,
    time_ms INTEGER,
    zone TEXT CHECK (zone IN ('told', 'unknown')),
    moment TEXT CHECK (moment IN ('sent', 'changed')),
    name TEXT,
    parcel TEXT,
    CHECK ((time_ms IS NULL) = (zone IS NULL) AND (time_ms IS NULL) = (moment IS NULL)),
    FOREIGN KEY (case_id, report_id) REFERENCES reports (case_id, id)
) STRICT;
CREATE INDEX provenance_by_item ON provenance (item_id, case_id);
CREATE INDEX provenance_by_case ON provenance (case_id, report_id);

-- Why something was taken back, in its event the one before that of the withdrawal itself.
CREATE TABLE withdrawal_requests (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    reason TEXT NOT NULL,
    reference TEXT,
    actor TEXT
) STRICT;

-- What a unit passed on of a case, and what for.
CREATE TABLE packets (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    case_id INTEGER NOT NULL REFERENCES cases (id),
    purpose TEXT,
    actor TEXT
) STRICT;
CREATE INDEX packets_by_case ON packets (case_id);

-- Who wrote the events of a change, and what for.
CREATE TABLE acts (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    actor TEXT,
    purpose TEXT,
    CHECK (actor IS NOT NULL OR purpose IS NOT NULL)
) STRICT;

CREATE TABLE lists (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE list_imports (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    list_id INTEGER NOT NULL REFERENCES lists (id),
    format TEXT NOT NULL,
    source TEXT,
    marking TEXT,
    sender BLOB CHECK (length(sender) = 32),
    last_sequence INTEGER CHECK (last_sequence > 0),
    actor TEXT
) STRICT;
CREATE INDEX list_imports_by_list ON list_imports (list_id, id);

CREATE TABLE list_rows (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    list_id INTEGER NOT NULL REFERENCES lists (id),
    import_id INTEGER NOT NULL REFERENCES list_imports (id),
    kind TEXT NOT NULL CHECK (kind IN ('pdq', 'md5', 'sha1', 'sha256')),
    scheme_id INTEGER REFERENCES schemes (id),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    entries INTEGER NOT NULL CHECK (entries BETWEEN 1 AND 4096),
    code BLOB NOT NULL CHECK (length(code) BETWEEN 16 AND 131072),
    refs TEXT,
    about TEXT
) STRICT;
CREATE INDEX list_rows_by_list ON list_rows (list_id, id, kind, active, entries);

CREATE TABLE list_activations (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    list_id INTEGER NOT NULL REFERENCES lists (id),
    after_id INTEGER NOT NULL,
    upto_id INTEGER NOT NULL CHECK (upto_id > after_id),
    actor TEXT
) STRICT;
CREATE INDEX list_activations_by_list ON list_activations (list_id, upto_id);

CREATE TABLE list_retirements (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    list_id INTEGER NOT NULL REFERENCES lists (id),
    reason TEXT NOT NULL,
    actor TEXT
) STRICT;

CREATE TABLE list_rules (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    persons INTEGER NOT NULL CHECK (persons IN (1, 2)),
    actor TEXT
) STRICT;

-- How long the reports of a channel are kept, or without a channel those of all others.
CREATE TABLE retention_rules (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    channel TEXT,
    days INTEGER CHECK (days BETWEEN 1 AND 36500),
    actor TEXT
) STRICT;

-- Where each entry of a list is, by what it lists and by its own name. It follows from list_rows.
CREATE TABLE list_keys (
    key INTEGER NOT NULL,
    row_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 4095),
    PRIMARY KEY (key, row_id, position)
) STRICT, WITHOUT ROWID;

-- Looking back: for how long checks are remembered, which are, and what turned up.
CREATE TABLE remember_rules (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    days INTEGER NOT NULL CHECK (days BETWEEN 0 AND 3650),
    actor TEXT
) STRICT;

CREATE TABLE checks (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    kind TEXT NOT NULL,
    scheme_id INTEGER NOT NULL REFERENCES schemes (id),
    days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 3650),
    actor TEXT,
    code BLOB NOT NULL CHECK (length(code) BETWEEN 32 AND 131072 AND length(code) % 32 = 0)
) STRICT;

CREATE TABLE alerts (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    report_item_id INTEGER NOT NULL REFERENCES report_items (id),
    item_id INTEGER REFERENCES items (id),
    case_id INTEGER REFERENCES cases (id),
    check_seq INTEGER REFERENCES events (seq),
    hold_id INTEGER REFERENCES holds (id),
    others INTEGER NOT NULL CHECK (others >= 1),
    relation TEXT NOT NULL,
    via TEXT NOT NULL,
    distance INTEGER NOT NULL CHECK (distance BETWEEN 0 AND 256),
    false_alarm_rate REAL NOT NULL CHECK (false_alarm_rate BETWEEN 0.0 AND 1.0),
    false_alarm_pairs INTEGER NOT NULL CHECK (false_alarm_pairs >= 0),
    -- Either what a case holds, or what was asked about.
    CHECK ((item_id IS NULL) <> (check_seq IS NULL)),
    CHECK (case_id IS NULL OR item_id IS NOT NULL),
    CHECK (hold_id IS NULL OR item_id IS NOT NULL AND case_id IS NULL)
) STRICT;
CREATE INDEX alerts_by_arrival ON alerts (report_item_id);
CREATE INDEX alerts_by_item ON alerts (item_id);
CREATE INDEX alerts_by_case ON alerts (case_id, item_id);
CREATE INDEX alerts_by_check ON alerts (check_seq);
CREATE INDEX alerts_by_hold ON alerts (hold_id);

CREATE TABLE alert_states (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    alert_id INTEGER NOT NULL REFERENCES alerts (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'seen', 'closed')),
    reason TEXT,
    actor TEXT
) STRICT;
CREATE INDEX alert_states_by_alert ON alert_states (alert_id, id, state);

-- Items known to be harmless, and those that are so no longer.
CREATE TABLE benign_marks (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    item_id INTEGER NOT NULL REFERENCES items (id),
    note TEXT NOT NULL,
    actor TEXT
) STRICT;
CREATE INDEX benign_marks_by_item ON benign_marks (item_id);

-- What the store was and is locked by. Never a key.
CREATE TABLE key_changes (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    locked_from TEXT NOT NULL,
    locked_to TEXT NOT NULL,
    actor TEXT
) STRICT;

CREATE TABLE benign_removals (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    mark_id INTEGER NOT NULL UNIQUE REFERENCES benign_marks (id),
    actor TEXT
) STRICT;

-- The flood guard: from how many cases on material is held back, what is, and what is no longer.
CREATE TABLE hold_rules (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    cases INTEGER CHECK (cases >= 0),
    actor TEXT
) STRICT;

CREATE TABLE holds (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    item_id INTEGER NOT NULL REFERENCES items (id),
    -- The first hold of the same flood, whose row may be gone.
    flood INTEGER NOT NULL CHECK (flood <= id),
    cases INTEGER NOT NULL CHECK (cases >= 1),
    recent INTEGER NOT NULL CHECK (recent BETWEEN 0 AND cases),
    usual INTEGER NOT NULL CHECK (usual >= 0),
    most INTEGER NOT NULL CHECK (most >= 0)
) STRICT;
CREATE INDEX holds_by_item ON holds (item_id);
CREATE INDEX holds_by_flood ON holds (flood, id);

CREATE TABLE hold_releases (
    id INTEGER PRIMARY KEY REFERENCES events (seq) DEFERRABLE INITIALLY DEFERRED,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    flood INTEGER NOT NULL UNIQUE,
    cases INTEGER CHECK (cases >= 0),
    reason TEXT NOT NULL,
    actor TEXT
) STRICT;

-- Which items tie nothing by themselves: the marked and the held ones and their copies, and those
-- that were held. It follows from benign_marks, holds and matches.
CREATE TABLE items_aside (
    item_id INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('harmless', 'held', 'released')),
    cause_id INTEGER NOT NULL,
    PRIMARY KEY (item_id, state, cause_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX items_aside_by_cause ON items_aside (cause_id);

-- How many reports reached how many other cases by their most far-reaching file. It follows from
-- the events.
CREATE TABLE reach_counts (
    kind TEXT NOT NULL,
    others INTEGER NOT NULL CHECK (others >= 1),
    reports INTEGER NOT NULL CHECK (reports >= 1),
    PRIMARY KEY (kind, others)
) STRICT, WITHOUT ROWID;

CREATE INDEX events_by_time ON events (at_ms);

-- As in version 1, and with what was decided about each link, and whether it ties nothing unless
-- somebody confirmed it.
CREATE VIEW links AS
SELECT
    later.case_id AS from_case_id, m.query_item_id AS from_item_id,
    earlier.case_id AS to_case_id, m.stored_item_id AS to_item_id,
    m.id AS match_id, m.relation, m.via, m.distance, m.orientation,
    m.second_distance, m.radius, m.inliers, m.region, m.false_alarm_rate, m.false_alarm_pairs,
    coalesce(
        (SELECT d.verdict FROM decisions AS d
         WHERE d.item_a_id = min(m.query_item_id, m.stored_item_id)
           AND d.item_b_id = max(m.query_item_id, m.stored_item_id)
           AND d.case_a_id IS NULL AND d.case_b_id IS NULL
         ORDER BY d.id DESC LIMIT 1),
        (SELECT a.state FROM items_aside AS a
         WHERE a.item_id IN (m.query_item_id, m.stored_item_id) AND a.state <> 'released'
         ORDER BY a.state LIMIT 1),
        'unreviewed'
    ) AS state,
    (SELECT a.state FROM items_aside AS a
     WHERE a.item_id IN (m.query_item_id, m.stored_item_id) AND a.state <> 'released'
     ORDER BY a.state LIMIT 1) AS aside
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
    0, 'rot0', NULL, 0, NULL, NULL, 0.0, 0,
    coalesce(
        (SELECT d.verdict FROM decisions AS d
         WHERE d.item_a_id = later.item_id AND d.item_b_id = later.item_id
           AND d.case_a_id = min(later.case_id, earlier.case_id)
           AND d.case_b_id = max(later.case_id, earlier.case_id)
         ORDER BY d.id DESC LIMIT 1),
        (SELECT a.state FROM items_aside AS a
         WHERE a.item_id = later.item_id AND a.state <> 'released' ORDER BY a.state LIMIT 1),
        'unreviewed'
    ),
    (SELECT a.state FROM items_aside AS a
     WHERE a.item_id = later.item_id AND a.state <> 'released' ORDER BY a.state LIMIT 1)
FROM report_items AS later
JOIN report_items AS earlier ON earlier.item_id = later.item_id AND earlier.id < later.id
WHERE EXISTS (SELECT 1 FROM codes AS c WHERE c.item_id = later.item_id AND c.searchable = 1);
