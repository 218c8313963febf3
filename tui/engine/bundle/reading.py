"""Opens a bundle from elsewhere: nothing of it is believed before it was checked."""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.engine.bundle import _layout as layout
from tui.engine.bundle._place import FolderPlace, Place, ZipPlace
from tui.engine.errors import SourceError
from tui.engine.safe_text import safe_text
from tui.engine.text import t

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}(?:/[A-Za-z0-9][\w.-]{0,99})?", re.ASCII)
_SCHEMA = re.compile(r"voxtop\.bundle/(\d{1,6})")
_OURS = int(layout.SCHEMA.rpartition("/")[2])
_CHUNK = 1024**2
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError, TypeError)
"""What a file that is cut off, encrypted, or was never ours makes the readers of zip and JSON raise."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose events are what its manifest says."""

    sources: Mapping[Path, str]
    """The files with events, unpacked, and the names of their sources (outside text)."""


def is_bundle(path: Path) -> bool:
    """Tell whether a path is meant as a bundle: a folder, or a zip file by its name or first bytes."""
    if path.is_dir() or path.suffix.lower() == ".zip":
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def open_bundle(path: Path, folder: Path) -> Bundle:
    """Check the events of a bundle and unpack them into an empty folder; the rest is for people and may be edited.

    Raises:
        SourceError: it cannot be read, is none of ours, was changed or cut off, or is of a newer version.
    """
    try:
        with closing(FolderPlace(path) if path.is_dir() else ZipPlace(path)) as place:
            manifest = _manifest(place)
            unpacked = {}
            for number, (name, source) in enumerate(_sources(place, manifest).items()):
                target = folder / f"{number}.jsonl"
                _unpack(place, name, manifest["files"][name], target)
                unpacked[target] = source
            return Bundle(unpacked)
    except _NewerError as error:
        raise _refused(path, "newer", version=error.version) from error
    except OSError as error:
        reason = safe_text(error.strerror or str(error))
        raise SourceError(t("sources.unreadable", path=safe_text(str(path)), reason=reason)) from error
    except _BROKEN as error:
        raise _refused(path, "broken") from error


class _NewerError(Exception):
    """It was written by a version that knows more."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


def _refused(path: Path, key: str, **values: object) -> SourceError:
    return SourceError(t(f"bundle.{key}", path=safe_text(str(path)), **values), t(f"bundle.{key}_remedy"))


def _manifest(place: Place) -> dict[str, Any]:
    """Return the manifest of a bundle of today's layout.

    Raises:
        ValueError: there is none, or it is another thing.
    """
    if layout.MANIFEST not in place.sizes or len(place.sizes) > layout.MOST_FILES:
        raise ValueError(layout.MANIFEST)
    with place.open(layout.MANIFEST) as file:
        body = file.read(layout.MANIFEST_BYTES + 1)
    if len(body) > layout.MANIFEST_BYTES:
        raise ValueError(layout.MANIFEST)
    found = json.loads(body)
    schema = _SCHEMA.fullmatch(found["schema"])
    if schema is None:
        raise ValueError(found["schema"])
    if int(schema[1]) > _OURS:
        raise _NewerError(int(schema[1]))
    return dict(found)


def _sources(place: Place, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the sources by file.

    Raises:
        ValueError: a file is not there, lies elsewhere, or all together are too large.
    """
    found = {str(name): str(source) for name, source in manifest["sources"].items()}
    for name in found:
        if not (_NAME.fullmatch(name) and name.startswith(f"{layout.EVENTS}/") and name in place.sizes):
            raise ValueError(name)
    if not found or len(set(found.values())) < len(found):
        raise ValueError(layout.EVENTS)
    if sum(int(manifest["files"][name]["bytes"]) for name in found) > layout.MOST_BYTES:
        raise ValueError(layout.EVENTS)
    return found


def _unpack(place: Place, name: str, facts: Mapping[str, Any], target: Path) -> None:
    """Copy one file; it never gets longer than the manifest says.

    Raises:
        ValueError: it is not what the manifest says.
    """
    left, seen = int(facts["bytes"]), hashlib.sha256()
    with place.open(name) as file, target.open("xb") as out:
        while chunk := file.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise ValueError(name)
            seen.update(chunk)
            out.write(chunk)
    if left or seen.hexdigest() != facts["sha256"]:
        raise ValueError(name)
