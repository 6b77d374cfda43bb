"""Which works a claim comes from: the field `claims` of the entries in the bibliography."""

from __future__ import annotations

import functools
from pathlib import Path

import verified
from pybtex.database import parse_file
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError


@functools.cache
def works(path: Path) -> dict[str, list[str]]:
    """Return the keys of the works that each label names."""
    found: dict[str, list[str]] = {}
    for key, entry in parse_file(str(path)).entries.items():
        for label in entry.fields.get("claims", "").split():
            found.setdefault(label, []).append(key)
    return found


def check(app: Sphinx) -> None:
    """Stop the build where a work names a claim that does not exist."""
    known = verified.entries(app.config.claims_book)
    for label, keys in works(Path(app.srcdir, app.config.claims_literature)).items():
        if label not in known:
            raise ExtensionError(f"{app.config.claims_literature}: {keys[0]} names the unknown claim {label!r}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect after the claims are verified."""
    app.add_config_value("claims_literature", "refs.bib", "env", str)
    app.connect("builder-inited", check, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
