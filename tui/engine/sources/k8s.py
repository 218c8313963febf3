"""``k8s:NAMESPACE/SELECTOR``: the logs of pods, through the user's own kubectl."""

import re

from tui.engine.errors import UsageError
from tui.engine.safe_text import safe_text
from tui.engine.sources._command import LocalRunner
from tui.engine.sources._containers.attachment import Attachment
from tui.engine.sources._containers.container import Wanted as WantedContainers
from tui.engine.sources._opening import Opening
from tui.engine.sources._pods.instance import Wanted
from tui.engine.sources._pods.kubectl import Kubectl
from tui.engine.sources._reading import Reading
from tui.engine.sources._stream import StreamSource
from tui.engine.text import t

SCHEMES = ("k8s",)

STALE_S = 15.0
_NAME = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
_SPEC = re.compile(rf"(?P<namespace>{_NAME})/(?P<pods>[^\s#-][^#\0\n]*)(?:#(?P<container>{_NAME}))?")


def open_spec(rest: str, name: str, opening: Opening) -> StreamSource:
    """Open ``k8s:NAMESPACE/SELECTOR`` or ``k8s:NAMESPACE/POD``, with ``#CONTAINER`` for one container of each pod."""
    shown = name or f"k8s:{rest}"
    spec = _SPEC.fullmatch(rest)
    if spec is None:
        raise UsageError(t("sources.k8s_address", value=safe_text(shown)), t("sources.k8s_address_remedy"))
    wanted = Wanted(spec["namespace"], spec["pods"], spec["container"] or "")
    reading = Reading(shown, "k8s", opening.clock, stale_after_s=STALE_S, expect_every_s=opening.options.expect_every_s)
    kubectl = Kubectl(wanted, LocalRunner(), opening.clock)
    attachment = Attachment(kubectl.connected, WantedContainers(wanted.pods), opening, reading, what="cluster")
    return StreamSource(shown, opening, attachment.attach, reading)
