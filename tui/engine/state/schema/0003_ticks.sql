-- Steps of playbooks that somebody has done; those of earlier incidents stay for a year.
CREATE TABLE ticks (
    playbook TEXT NOT NULL,
    step INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (playbook, step, at)
) WITHOUT ROWID;
