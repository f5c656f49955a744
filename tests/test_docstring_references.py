"""Docstrings refer to code that exists, also after it was renamed."""

from pathlib import Path

from tests import sources
from tests.docstring_references import find_unknown_parameters, find_unresolved_references
from tests.sources import SourceFile

PLANTED = '''"""Opens :class:`Door`, :class:`bot.clock.Clock` and :func:`gone`."""

class Door:
    """Has :attr:`lock` and :meth:`gone_too`."""

    def __init__(self, key: str) -> None:
        """Opens with *key*, not with *card*."""
        self.lock = key
'''


def test_references_of_docstrings_resolve() -> None:
    """Every role of a docstring names something that is defined or can be imported."""
    assert [
        line for s in sources.load_all_sources() for line in find_unresolved_references(s)
    ] == []


def test_parameters_in_docstrings_exist() -> None:
    """A name in asterisks is a parameter of the function, or a field of the class, around it."""
    assert [line for s in sources.load_all_sources() for line in find_unknown_parameters(s)] == []


def test_stale_references_are_found(tmp_path: Path) -> None:
    """A name that no longer exists is reported: of a module, a class, and a parameter."""
    planted = tmp_path / "planted.py"
    planted.write_text(PLANTED)
    source = SourceFile(planted)

    assert find_unresolved_references(source) == [f"{planted}: gone", f"{planted}: gone_too"]
    assert find_unknown_parameters(source) == [f"{planted}: *card*"]
