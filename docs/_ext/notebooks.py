"""Every executed page can be taken along as a notebook, byte for byte the same in every build.

Its claims are written out and its numbers filled in; its first cells say what to install, and set up what pages need.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import questions
import verified
from claimbox import quoted
from claims import formula_of
from docutils import nodes
from execution import cache_folder
from jupyter_cache import get_cache
from sphinx.application import Sphinx

FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<argument>[^\n]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
OPTION = re.compile(r"\A(?:---\n(?P<yaml>.*?)\n---\n|(?P<lines>(?::[\w-]+:[^\n]*\n)+))", re.DOTALL)
ROLE = re.compile(r"\{(?P<name>[\w:-]*)\}`(?P<text>[^`]+)`")
TARGET = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)
TITLED = re.compile(r"(.*?)\s*<([^>]+)>\Z", re.DOTALL)
SETUP = re.compile(r"^from page import [^\n]*$", re.MULTILINE)
DROPPED = {"bibliography", "toctree", "contents"}
FIRST = """This notebook is the page *{title}* of *{project}*.
To run it you need Python {python} or newer and, from the folder of the project:

```
python -m pip install . {packages}
```

The cell below is what every page starts with: it makes warnings errors and draws figures in the book's style."""


def link(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Tell the page's template where its notebook will be."""
    if executed(app, pagename).is_file():
        context["notebook"] = f"notebooks/{pagename}.ipynb"


def executed(app: Sphinx, pagename: str) -> Path:
    """Return the file that myst-nb left of an executed page."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"


class Resolver:
    """Turns the book's directives and roles into plain Markdown."""

    def __init__(self, app: Sphinx, pagename: str) -> None:
        self.app = app
        self.page = pagename
        self.folder = Path(app.outdir).parent / "jupyter_execute"

    def markdown(self, text: str) -> str:
        """Return the text without anything that only this site understands."""
        text = TARGET.sub("", text)
        text = FENCE.sub(self.directive, text)
        return ROLE.sub(self.role, text)

    def directive(self, match: re.Match[str]) -> str:
        """Write a directive as Markdown."""
        name, argument, body = match["name"], match["argument"].strip(), match["body"]
        if name in DROPPED:
            return ""
        if name in ("claim", "claim:claim"):
            return "\n".join(self.claim(argument, OPTION.sub("", body)))
        if name == "map":
            return "\n".join(self.map(argument)) + "\n"
        if name == "question":
            return "\n".join(self.question(*argument.split(maxsplit=1)))
        if name in ("math", "code-block"):
            return match[0].replace(f"{{{name}}}", "", 1) if name == "code-block" else f"$$\n{body}$$"
        if name in ("image", "figure"):
            return f"![]({argument})\n\n{self.markdown(OPTION.sub('', body))}"
        if name == "literalinclude":
            return f"*See `{argument}`.*"
        title = {"glue:figure": "", "grid": "", "grid-item": ""}.get(name, argument or name.capitalize())
        return f"**{title}**\n\n{self.markdown(OPTION.sub('', body))}" if title else self.markdown(OPTION.sub("", body))

    def claim(self, label: str, remark: str) -> Iterator[str]:
        """Write out a claim with its proof."""
        entry = verified.entries(self.app.config.claims_book)[label]
        yield f"**{entry.title}** ({', '.join(filter(None, (entry.kind, entry.verdict, entry.scope, entry.source)))})\n"
        if entry.says:
            sentence, case = quoted(entry.says)
            yield f"> {sentence}\n" + (f"\n{case.lstrip()}\n" if case else "")
        if entry.tex:
            yield f"$$\n{entry.tex}\n$$\n"
        for words, conditions in (("Given", entry.given), ("Equality holds exactly when", entry.equality)):
            if conditions:
                yield f"{words} {', '.join(f'${tex}$' for tex in conditions)}.\n"
        yield from (text + "\n" for text in (f"It fails. {entry.point}" if entry.point else "", entry.finding) if text)
        if remark.strip():
            yield self.markdown(remark)
        for tex, reason in entry.chain if len(entry.chain) > 2 else ():
            yield f"$${tex}$$\n" + (f"*{reason}*\n" if reason else "")

    def map(self, stem: str) -> Iterator[str]:
        """Write out what rests on what in a chapter."""
        entries = verified.entries(self.app.config.claims_book)
        for entry in (e for e in entries.values() if e.stem == stem and e.uses):
            yield f"- **{entry.title}** uses: {'; '.join(entries[label].title for label in entry.uses)}"

    def question(self, label: str, title: str) -> Iterator[str]:
        """Write a question, and the command that checks an answer."""
        yield f"**Exercise: {title}**\n\n{questions.found(self.app)[label].prompt}\n"
        yield f"Check your answer:\n\n```console\n{self.app.config.questions_command.format(label)}\n```\n"

    def role(self, match: re.Match[str]) -> str:
        """Write a role as Markdown."""
        name, text = match["name"], match["text"]
        titled = TITLED.match(text)
        if name in ("glue:", "glue:any", "glue:text"):
            return self.glued(text)
        if name == "claim:tex":
            label, _colon, row = text.partition(":")
            return f"${formula_of(verified.entries(self.app.config.claims_book)[label], row)}$"
        if titled:
            return titled[1]
        if name in ("question:ref", "question:number"):
            return next(asked[text] for asked in self.app.env.get_domain("question").pages.values() if text in asked)
        if name == "claim:ref":
            return str(verified.entries(self.app.config.claims_book)[text].title)
        if name == "doc":
            page = text.lstrip("/") if text.startswith("/") else (Path(self.page).parent / text).as_posix()
            found = self.app.env.titles.get(page)
            return found.astext() if found is not None else text
        return f"`{text}`" if name in ("func", "class", "py:func", "py:class", "py:obj") else text

    def glued(self, text: str) -> str:
        """Return the value of a glued number."""
        page, _colons, key = text.rpartition("::")
        where = (Path(self.page).parent / page).with_suffix("").as_posix() if page else self.page
        data = json.loads((self.folder / f"{where}.glue.json").read_text(encoding="utf-8"))[key]["data"]
        return str(data.get("text/latex") or data["text/plain"])


def visible(output: dict[str, Any]) -> bool:
    """Tell whether a reader sees this output: glued values are for the text, others for the scripts of the site."""
    glued = any(mime.startswith("application/papermill.record") for mime in output.get("data", {}))
    return not glued and not output.get("metadata", {}).get("for_the_site")


def notebook(app: Sphinx, pagename: str) -> dict[str, Any]:
    """Return the page as a notebook that stands on its own."""
    # What myst-nb leaves has no outputs when they came from the cache, so they are always taken from there.
    cache = get_cache(cache_folder(app, pagename))
    _key, book = cache.merge_match_into_notebook(nbformat.read(executed(app, pagename), as_version=4))
    resolver = Resolver(app, pagename)
    setup = Path(__file__).with_name("page.py").read_text(encoding="utf-8")
    title = app.env.titles[pagename].astext()
    first = FIRST.format(
        title=title, project=app.config.project, python="3.11", packages=" ".join(app.config.notebook_packages)
    )
    cells = [nbformat.v4.new_markdown_cell(first), nbformat.v4.new_code_cell(setup), *book.cells]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
        cell["metadata"] = {}
        if cell["cell_type"] == "markdown":
            cell["source"] = resolver.markdown(cell["source"])
        elif number > 1:
            cell["source"] = SETUP.sub("", cell["source"]).strip()
            cell["outputs"] = [o for o in cell["outputs"] if visible(o)]
    book["cells"] = [c for c in cells if c["source"].strip()]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    nbformat.validate(book)
    return book


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the notebooks beside the pages."""
    if exception or app.builder.format != "html":
        return
    for pagename in sorted(app.env.found_docs):
        if executed(app, pagename).is_file():
            target = Path(app.outdir) / "notebooks" / f"{pagename}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(notebook(app, pagename), indent=1, ensure_ascii=False, sort_keys=True)
            target.write_text(text + "\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the writing of pages."""
    app.add_config_value("notebook_packages", (), "html")
    app.connect("html-page-context", link)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
