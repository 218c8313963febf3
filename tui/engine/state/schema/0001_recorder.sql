-- What each source was read to, and what was counted up to there.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    bookmark TEXT NOT NULL,   -- as Source.bookmark gave it
    counts TEXT NOT NULL,     -- JSON: the counters of the source and of its parser
    changed REAL NOT NULL     -- seconds since the epoch
);

-- Parsed events, many to a row: compressed they take a tenth of a row each.
CREATE TABLE batches (
    id INTEGER PRIMARY KEY,   -- in the order they were counted
    source INTEGER NOT NULL REFERENCES sources (id),
    first REAL NOT NULL,      -- the oldest and the newest moment within
    last REAL NOT NULL,
    n INTEGER NOT NULL,
    body BLOB NOT NULL        -- zlib over one JSON array per event and line
);
CREATE INDEX batches_by_time ON batches (last, first);

-- Figures of spans that are over, mergeable.
CREATE TABLE rollups (
    step INTEGER NOT NULL,    -- seconds: 1, 60 or 3600
    start INTEGER NOT NULL,   -- seconds since the epoch, a multiple of the step
    source INTEGER NOT NULL REFERENCES sources (id),
    series TEXT NOT NULL,     -- kind/stage/provider, or less where an event carries less
    n INTEGER NOT NULL,
    histogram BLOB,           -- bucket counts and sums of its latencies, NULL where it has none
    PRIMARY KEY (step, start, source, series)
) WITHOUT ROWID;
