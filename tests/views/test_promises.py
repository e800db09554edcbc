"""The ledger of promises: what has come of each, on which claims that is based, and as of which day."""

from __future__ import annotations

import pytest
from conftest import Folder

from rareearth import edtf, namespaces
from rareearth.dataset import Dataset
from rareearth.errors import DateError
from rareearth.store import nquads, oxigraph
from rareearth.store.oxigraph import Oxigraph
from rareearth.views import promises

RECORDS = {
    "ore-works": "Company", "mill-works": "Company", "the-plant": "MagnetPlant",
    "neodymium": "Material", "samarium": "Material",
}  # fmt: skip


def store_of(folder: Folder, *pages: tuple[str, str]) -> Oxigraph:
    """The store of pages, each with its date of publication and its claims; their ids are page-1, page-2 …"""
    for old in folder.data.rglob("*.yaml"):
        old.unlink()
    named = [id_ for id_ in RECORDS if any(id_ in claims for _, claims in pages)]
    for id_ in named:
        folder.write(f"entities/{id_}.yaml", f"{RECORDS[id_]}:\n  {id_}:\n    name: {id_.replace('-', ' ').title()}\n")
    folder.write("entities/daily.yaml", "Publisher:\n  daily:\n    name: Daily\n")
    for number, (published, claims) in enumerate(pages, 1):
        head = (
            f"source:\n  title: '[{number}]'\n  publisher: daily\n  url: https://example.org/{number}\n  language: en\n"
        )
        dated = f"  published: {published}\n" if published else ""
        folder.write(f"sources/page-{number}.yaml", f"{head}{dated}claims:\n{claims}")
    return oxigraph.memory(nquads.lines(folder.dataset()))


def states(store: Oxigraph, as_of: str | None = None) -> dict[str, str]:
    """The state of the promise of each page."""
    return {promise.claim.source: promise.state for promise in promises.read(store, as_of)}


PLANNED = "  - the-plant startsOn {}:\n      status: planned\n"
SUPPLY = "  - ore-works supplies mill-works:\n      status: {}\n{}"


@pytest.mark.parametrize(
    ("later", "state", "overdue"),
    [
        ("  - the-plant startsOn 2023-06", "kept", 0),
        ("  - the-plant startsOn 2024-01-31:\n      when: 2024-01-31", "kept", 31),
        (PLANNED.format("2026"), "superseded", 0),
        (PLANNED.format("2023"), "late", 548),  # the same date again is the same promise
        ("  - the-plant startsOn 2023:\n      status: ended", "dropped", 0),
        ("  - ore-works supplies mill-works", "late", 548),
    ],
    ids=["kept", "kept late", "superseded", "repeated", "dropped", "another matter"],
)
def test_what_came_of_a_date(folder: Folder, later: str, state: str, overdue: int) -> None:
    store = store_of(folder, ("2021-05-01", PLANNED.format("2023")), ("2025-07-01", later.rstrip("\n") + "\n"))
    [promise] = [p for p in promises.read(store) if p.claim.source == "page-1"]
    assert (promise.state, promise.overdue) == (state, overdue)
    assert str(promise.due) == "2023-12-31"
    assert str(promise.made) == "2021-05-01"
    assert promise.age == 1522
    assert {claim.source for claim in promise.because} == (set() if state == "late" else {"page-2"})


def test_nothing_is_assumed_of_a_promise_without_a_date(folder: Folder) -> None:
    store = store_of(folder, ("2011-08", SUPPLY.format("planned", "")), ("2025", "  - mill-works supplies ore-works\n"))
    [promise] = promises.read(store)
    assert (promise.state, promise.due, promise.overdue, promise.because) == ("nothing heard", None, 0, ())


def test_the_time_of_a_promise_is_its_date_if_it_lies_after_the_page(folder: Folder) -> None:
    store = store_of(
        folder,
        ("2021-05-01", SUPPLY.format("planned", "      when: 2021-04\n")),
        ("2021-05-01", SUPPLY.format("announced", "      when: 2023\n")),
        ("2021-05-01", SUPPLY.format("pledged", "      since: 2024\n")),
    )
    due = {promise.claim.source: str(promise.due) for promise in promises.read(store)}
    assert due == {"page-1": "None", "page-2": "2023-12-31", "page-3": "2024-12-31"}


def test_what_is_kept_is_what_was_promised(folder: Folder) -> None:
    """Of another material it is another promise, and less than the number is not enough."""
    magnets = "      material: {}\n      amount: {} t/a\n"
    capacity = "  - the-plant capacity {} t/a:\n      status: {}\n"
    for amount, material, kept in (("50", "neodymium", True), ("50", "samarium", False)):
        store = store_of(
            folder,
            ("2021", SUPPLY.format("planned", magnets.format("neodymium", "40"))),
            ("2023", SUPPLY.format("held", magnets.format(material, amount)).replace("      status: held\n", "")),
        )
        assert states(store) == {"page-1": "kept" if kept else "nothing heard"}
    for built, kept in (("1000", True), ("1500", True), ("999", False)):
        now = capacity.format(built, "held").replace("      status: held\n", "").replace("t/a:", "t/a")
        store = store_of(folder, ("2021", capacity.format("1000", "planned")), ("2023", now))
        assert states(store) == {"page-1": "kept" if kept else "nothing heard"}


def test_what_was_so_before_does_not_keep_a_promise(folder: Folder) -> None:
    store = store_of(
        folder,
        ("2021", SUPPLY.format("planned", "")),
        ("2023", "  - ore-works supplies mill-works:\n      when: 2015\n"),
    )
    assert states(store) == {"page-1": "nothing heard"}


def test_as_of_a_day_only_what_was_known_then_counts(folder: Folder) -> None:
    store = store_of(folder, ("2021-05-01", PLANNED.format("2023")), ("2024-07-01", "  - the-plant startsOn 2023-06\n"))
    assert states(store, "2020") == {}
    assert states(store, "2022-03-04") == {"page-1": "open"}
    assert states(store, "2024-06") == {"page-1": "late"}
    assert states(store, "2024-07") == states(store) == {"page-1": "kept"}
    with pytest.raises(DateError, match="expected a day, month or year"):
        promises.read(store, "2024/..")


def test_opinions_and_descriptions_are_no_promises(folder: Folder) -> None:
    store = store_of(
        folder,
        ("2021", "  - the-plant cost 5000000 USD:\n      status: planned\n"),
        ("2021", SUPPLY.format("planned", "      kind: assessment\n      stance: neutral\n")),
        ("2021", SUPPLY.format("pledged", "      kind: speech\n      by: ore-works\n")),
    )
    assert states(store) == {"page-3": "nothing heard"}


def test_the_promises_of_an_actor(folder: Folder) -> None:
    store = store_of(
        folder,
        ("2021", PLANNED.format("2023")),
        ("2021", SUPPLY.format("planned", "")),
        ("2021", "  - the-plant startsOn 2024:\n      kind: speech\n      by: mill-works\n      status: pledged\n"),
    )
    of = promises.read(store, actors=[namespaces.ENTITY + "mill-works"])
    assert sorted(promise.claim.source for promise in of) == ["page-2", "page-3"]


def test_the_lines_of_a_promise_name_the_claims(folder: Folder) -> None:
    store = store_of(folder, ("2021-05-01", PLANNED.format("2023")), ("2025", "  - the-plant startsOn 2024-01-31\n"))
    [promise] = promises.read(store)
    first, second, third = promises.lines(promise)
    assert first == "kept: The Plant starts on 2023  (planned)"
    assert "due 2023-12-31" in second
    assert promise.claim.id in second
    assert promise.because[0].id in third


def test_a_page_of_a_year_alone_does_not_move_the_ledger_to_its_end(store: Oxigraph, dataset: Dataset) -> None:
    """The day of the newest page is no later than any page is known to be; overdue days would count from the future."""
    published = [edtf.parse(source.published) for source in dataset.sources.values() if source.published]
    newest = max(days.first for days in published if days.first)
    assert newest < max(days.last for days in published if days.last), "there is such a page"
    assert {promise.day for promise in promises.read(store)} == {newest}
