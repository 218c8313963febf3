"""The user's own keys: which action each belongs to, and what is wrong with one."""

import difflib
import pkgutil
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module

from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

import tui.screens
import widgets
from tui.engine.errors import ConfigError
from tui.engine.text import t
from tui.screens.dashboard import DashboardScreen
from widgets import Panel

MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "meta", "hyper"})

SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+h": "backspace"}
"""A terminal sends the same for these as for another key."""

RESERVED = frozenset({"ctrl+c", "ctrl+z"})

Usual = dict[str, tuple[str, ...]]
"""The keys that actions have by themselves, by the id of the action."""

_NAMED = sorted({key.value for key in Keys} | {*KEY_NAME_REPLACEMENTS.values()})


def check_keys(keys: Mapping[str, str], program: Iterable[BindingType]) -> None:
    """Refuse keys for actions that do not exist, that no terminal sends, or that two actions of one place would share.

    Args:
        keys: Keys, with commas between several, by the id of their action.
        program: The bindings of the program itself, which hold everywhere.

    Raises:
        ConfigError: names the id, the key and what to do.
    """
    known = usual_keys(program)
    for identity, wanted in keys.items():
        if identity not in known:
            close = difflib.get_close_matches(identity, known, n=1)
            remedy = t("config.did_you_mean", key=close[0]) if close else t("keymap.known")
            raise ConfigError(t("keymap.unknown", id=identity), remedy)
        for key in _split(wanted):
            _check_key(identity, key)
    for place in _places(program):
        _refuse_shared(keys, place)


def usual_keys(program: Iterable[BindingType]) -> Usual:
    """Return every action that can be given other keys."""
    found: Usual = {}
    for place in _places(program):
        found |= place
    return dict(sorted(found.items()))


def _places(program: Iterable[BindingType]) -> list[Usual]:
    """Return the actions that are within reach of a key at the same time, for each place there is."""
    everywhere = _with_ids(BindingsMap(program))
    kinds = _kinds()
    dashboard = everywhere | kinds[DashboardScreen]
    panels = [dashboard | usual for kind, usual in kinds.items() if issubclass(kind, Panel)]
    return [*panels, *(everywhere | usual for kind, usual in kinds.items() if not issubclass(kind, Panel))]


def _check_key(identity: str, key: str) -> None:
    if key in SAME or key in RESERVED:
        why = t("keymap.same", other=SAME[key]) if key in SAME else t("keymap.reserved")
        raise ConfigError(t("keymap.unbindable", id=identity, key=key, reason=why), t("keymap.remedy"))
    *modifiers, name = key.split("+") if len(key) > 1 else [key]
    if not MODIFIERS.issuperset(modifiers) or not _is_key(name):
        close = difflib.get_close_matches(key, _NAMED, n=1)
        remedy = t("config.did_you_mean", key=close[0]) if close else t("keymap.remedy")
        raise ConfigError(t("keymap.no_key", id=identity, key=key), remedy)


def _is_key(name: str) -> bool:
    if len(name) == 1 or name in _NAMED:
        return name.isprintable() and not name.isspace()
    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return False
    return True


def _refuse_shared(keys: Mapping[str, str], place: Usual) -> None:
    """Refuse a key that would mean two things in one place because the user said so."""
    taken: dict[str, str] = {}
    for identity, usual in place.items():
        for key in _normal(keys[identity]) if identity in keys else usual:
            other = taken.setdefault(key, identity)
            theirs, mine = (identity, other) if other in keys else (other, identity)
            always = key in place[mine] and key in place[theirs]
            if mine != theirs and mine in keys and not always:
                raise ConfigError(
                    t("keymap.shared", key=key, id=mine, other=theirs), t("keymap.shared_remedy", other=theirs)
                )


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",")]


def _normal(keys: str) -> list[str]:
    """Return keys by the names that bindings have."""
    return [*BindingsMap([Binding(keys, "any")]).key_to_bindings]


def _with_ids(bindings: BindingsMap) -> Usual:
    found: Usual = {}
    for key, binding in bindings:
        if binding.id:
            found[binding.id] = (*found.get(binding.id, ()), key)
    return found


@cache
def _kinds() -> dict[type[DOMNode], Usual]:
    """Return the actions with keys of every screen and widget of ours."""
    found: dict[type[DOMNode], Usual] = {}
    for package in (tui.screens, widgets):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for kind in vars(import_module(module.name)).values():
                if isinstance(kind, type) and issubclass(kind, DOMNode) and kind.__module__ == module.name:
                    # A screen of ours says its keys in KEYS, to have them in the user's language.
                    bindings = [BindingsMap(getattr(kind, "KEYS", ())), kind._merge_bindings()]  # noqa: SLF001 - nothing public tells
                    usual = _with_ids(BindingsMap.merge(bindings))
                    if usual:
                        found[kind] = usual
    return found
