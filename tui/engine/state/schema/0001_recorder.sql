-- What each source was read to, and what was counted up to there.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,       -- as shown
    spec TEXT NOT NULL,       -- what it is, wherever the program is called from
    bookmark TEXT NOT NULL,   -- as Source.bookmark gave it
    counts TEXT NOT NULL,     -- JSON: the totals since the very beginning
    changed REAL NOT NULL,    -- seconds since the epoch
    UNIQUE (name, spec)
);

-- Parsed events, many to a row, in the order they were counted.
CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: see rolled
    source INTEGER NOT NULL REFERENCES sources (id),
    first REAL NOT NULL,      -- the oldest and the newest moment within
    last REAL NOT NULL,
    n INTEGER NOT NULL,
    body BLOB NOT NULL        -- zlib over a JSON object: one list per field of an event that is not empty throughout
);
CREATE INDEX batches_by_time ON batches (first, last);

-- Up to which batch events entered the roll-ups.
CREATE TABLE rolled (batch INTEGER NOT NULL);
INSERT INTO rolled VALUES (0);

-- Figures of a minute or an hour, mergeable.
CREATE TABLE rollups (
    step INTEGER NOT NULL,    -- seconds: 60 or 3600
    start INTEGER NOT NULL,   -- seconds since the epoch, a multiple of the step
    source INTEGER NOT NULL REFERENCES sources (id),
    series TEXT NOT NULL,     -- kind/stage/provider, as far as the events carry them
    n INTEGER NOT NULL,
    histogram BLOB,           -- its latencies: JSON, bucket to count and sum; NULL where it has none
    PRIMARY KEY (step, start, source, series)
) WITHOUT ROWID;
