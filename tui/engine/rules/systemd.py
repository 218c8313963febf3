"""``voxtop rules systemd``: a unit that runs ``voxtop watch`` with no more rights than reading takes."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tui.engine.named import absolute
from tui.engine.text import t

_UNIT = """\
# {head}
[Unit]
Description={about}
Documentation=man:systemd.exec(5)
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
WatchdogSec=30
ExecStart={command}
Restart=always
RestartSec=5
User=voxtop
DynamicUser=yes
# {groups}
SupplementaryGroups=adm systemd-journal
StateDirectory=voxtop
StateDirectoryMode=0700
ConfigurationDirectory=voxtop
Environment=XDG_STATE_HOME=%S XDG_CONFIG_HOME=%E
# {secrets}
EnvironmentFile=-%E/voxtop/secrets.env
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
LockPersonality=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
MemoryMax=512M
TasksMax=128

[Install]
WantedBy=multi-user.target
"""


def unit_file(sources: Sequence[str], listen: str) -> str:
    """Return the unit for these sources; files are named in full, as a service starts in the root directory."""
    words = [
        str(_program()),
        "watch",
        "--listen",
        listen,
        *(map(absolute, sources) if sources else ["/var/log/app.log"]),
    ]
    return _UNIT.format(
        head=t("rules.head_systemd"),
        about=t("rules.unit"),
        groups=t("rules.unit_groups"),
        secrets=t("rules.unit_secrets"),
        command=" ".join(map(_quoted, words)),
    )


def _program() -> Path:
    """Return the program as it runs here, else where a tool usually is."""
    here = Path(sys.argv[0])
    return here.resolve() if here.name == "voxtop" and here.exists() else Path("/usr/local/bin/voxtop")


def _quoted(word: str) -> str:
    """Return a word as systemd reads it: percent signs and dollars are its own."""
    plain = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")
    if any(char in " \t\"';" for char in plain):
        return '"' + plain.replace('"', '\\"') + '"'
    return plain
