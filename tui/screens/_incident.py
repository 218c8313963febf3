"""How long it has not been well: from the moment the verdict left OK until it is OK again."""

from tui.engine.model import Status, Verdict


class Incident:
    """Keeps counting through worse, better and lost data; only OK ends it."""

    def __init__(self) -> None:
        self.since: float | None = None
        """When the verdict left OK; None while it is OK, or nobody knows yet."""
        self._was_ok = False

    def see(self, verdict: Verdict, now: float) -> None:
        """Take notice of a verdict."""
        if verdict.status is Status.OK:
            self.since, self._was_ok = None, True
        elif self.since is None and (self._was_ok or verdict.status is not Status.NO_DATA):
            self.since = now if verdict.since is None else verdict.since
