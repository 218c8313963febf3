import importlib

from tui.engine import model


def test_every_value_of_the_model_is_found_where_it_is_written() -> None:
    for name in model.__all__:
        home = importlib.import_module(f"tui.engine.model.{model._HOME[name]}")
        assert getattr(model, name) is getattr(home, name)
    assert model._HOME.keys() == set(model.__all__)
