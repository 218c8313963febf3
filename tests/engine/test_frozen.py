import pickle
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace

import pytest

from tui.engine.frozen import frozen


@frozen
class Ours:
    name: str
    sizes: tuple[int, ...] = ()
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usual:
    name: str
    sizes: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


@frozen
class Same:
    name: str
    sizes: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


def test_a_frozen_value_is_shown_compared_and_replaced_as_a_frozen_dataclass_is() -> None:
    ours, usual = Same("a", (1, 2)), Usual("a", (1, 2))

    assert repr(ours) == repr(usual).replace("Usual", "Same")
    assert hash(ours) == hash(usual)
    assert ours == Same("a", (1, 2))
    assert ours.__eq__(usual) is NotImplemented
    assert ours != Same("b", (1, 2))
    assert asdict(ours) == asdict(usual)
    assert replace(ours, name="b") == Same("b", (1, 2))
    assert not hasattr(ours, "__dict__")


def test_a_frozen_value_has_no_room_for_anything_else() -> None:
    ours = Ours("a")

    with pytest.raises(AttributeError):
        ours.other = 1  # type: ignore[attr-defined]
    assert ours == Ours("a")


def test_a_frozen_value_outlives_a_copy_and_a_way_through_a_pipe() -> None:
    ours = Ours("a", words={"b": "c"})

    assert deepcopy(ours) == pickle.loads(pickle.dumps(ours)) == ours  # noqa: S301 - our own
    assert deepcopy(ours).words is not ours.words
