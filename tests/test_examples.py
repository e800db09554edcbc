"""The examples in docstrings run as they are printed, and every measure has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import rareearth
from rareearth import measures

ELSEWHERE = {"rareearth.__main__", "rareearth.knowledge"}  # test_knowledge.py runs those that need an open graph
MODULES = [
    found.name
    for found in pkgutil.walk_packages(rareearth.__path__, f"{rareearth.__name__}.")
    if found.name not in ELSEWHERE
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


@pytest.mark.parametrize(
    "name", [f"{measures.__name__}.{found.name}" for found in pkgutil.iter_modules(measures.__path__)]
)
def test_every_measure_has_an_example(name: str) -> None:
    module = importlib.import_module(name)
    public = {
        function.__name__: function.__doc__ or ""
        for function in vars(module).values()
        if inspect.isfunction(function) and function.__module__ == name and not function.__name__.startswith("_")
    }
    assert {function for function, text in public.items() if ">>>" not in text} == set()
