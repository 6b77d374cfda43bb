"""Which works a claim comes from: the field `claims` of the entries in the bibliography."""

from __future__ import annotations

from pathlib import Path

import verified
from pybtex.database import parse_file
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError


def collect(app: Sphinx) -> None:
    """Read the bibliography; a work that names an unknown claim stops the build."""
    known = verified.entries(app.config.claims_book)
    works: dict[str, list[str]] = {}
    for name in app.config.bibtex_bibfiles:
        for key, entry in parse_file(str(Path(app.srcdir, name))).entries.items():
            for label in entry.fields.get("claims", "").split():
                if label not in known:
                    raise ExtensionError(f"{name}: {key} names the claim {label!r}, which does not exist")
                works.setdefault(label, []).append(key)
    app.config.claims_literature = works


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect after the claims are verified."""
    app.connect("builder-inited", collect, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
