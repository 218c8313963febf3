"""How a bundle is laid out: a folder, or the same folder as a zip file."""

SCHEMA = "voxtop.bundle/1"
MANIFEST = "manifest.json"
POST_MORTEM = "post-mortem.md"
FIGURES = "figures.json"
ALERTS = "alerts.json"
PLAYBOOKS = "playbooks.json"
EVENTS = "events"
SCREENS = "screens"
CHARTS = "charts"

MOST_FILES = 500
MOST_BYTES = 500_000_000
"""All files of a bundle together, unpacked; a larger one is none of ours."""
MANIFEST_BYTES = 1_000_000
