"""The explorer of the plane of codes, as the page of the VAEs holds it: the script decodes what NumPy decodes."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from browsing import SITE, Visit, needs_site

pytest.importorskip("sphinx", reason="Sphinx is not installed: nox -s site brings it")
Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: nox -s site brings it")
EXTENSIONS = Path(__file__).parent.parent / "docs" / "_ext"
sys.path.insert(0, str(EXTENSIONS))

import explorer  # noqa: E402 - found on the path above
import notebooks  # noqa: E402

from genmodels.vae import decode  # noqa: E402

PAGE = "chapters/vae.html"
DATA = re.compile(r'(<latent-plane hidden(?:="")?><script type="application/json">)(.*?)(</script></latent-plane>)')
WEIGHTS = ("W_g", "b_g", "W_x", "b_x")
PLANE = "document.querySelector('latent-plane')"
DECODE = f"codes => codes.map(z => Array.from({PLANE}.decode(z)))"
ALONE = f"""() => {{ for (let e = {PLANE}; e.tagName !== 'ARTICLE'; e = e.parentElement)
    for (const other of [...e.parentElement.children]) if (other !== e) other.remove() }}"""
DRAWN = "name => document.querySelector(`latent-plane .${name}`).toDataURL()"

pytestmark = needs_site


@pytest.fixture(scope="module")
def given() -> dict[str, Any]:
    """Read what the page hands over to the script."""
    return json.loads(DATA.search((SITE / PAGE).read_text(encoding="utf-8"))[2])


def array(packed: dict[str, Any]) -> np.ndarray:
    """Unpack an array in the way of NumPy."""
    kind = np.dtype(packed["type"]).newbyteorder("<")
    return np.frombuffer(base64.b64decode(packed["base64"]), kind).reshape(packed["shape"]).astype(np.float64)


def decoded(given: dict[str, Any], codes: np.ndarray) -> np.ndarray:
    """Decode with the package what the page has handed over."""
    return decode({name: array(given[name]) for name in WEIGHTS}, codes, "tanh")[2]


def codes_of_the_plane(reach: float) -> np.ndarray:
    """Return sixty codes drawn from the square, and its corners and middle."""
    corners = [[a, b] for a in (-reach, 0, reach) for b in (-reach, 0, reach)]
    return np.concatenate([np.random.default_rng(0).uniform(-reach, reach, (60, 2)), corners])


@pytest.fixture
def visit(base: str, browser, request: pytest.FixtureRequest):
    """Open the page, in a window and a scheme that a test may choose."""
    width, scheme = getattr(request, "param", (1280, "light"))
    with Visit(browser, base + PAGE, base, width, scheme) as opened:
        opened.tab.wait_for_selector("latent-plane:not([hidden])")
        yield opened


def test_the_scripts_pixels_are_numpys(given: dict[str, Any], visit: Visit) -> None:
    """All over the plane the two decode the same float16 weights to the same image, to 1e-5 and far below."""
    codes = codes_of_the_plane(given["reach"])

    by_script = np.array(visit.tab.evaluate(DECODE, codes.tolist()))

    assert len(codes) >= 50
    assert by_script.shape == (len(codes), 784)
    assert np.abs(by_script - decoded(given, codes)).max() <= 1e-12


def test_wrong_weights_and_exchanged_numbers_are_noticed(given: dict[str, Any], visit: Visit) -> None:
    """The comparison above sees one weight that is off by a hundredth, and a code whose numbers changed places."""
    codes = codes_of_the_plane(given["reach"])
    weights = {name: array(given[name]) for name in WEIGHTS}
    weights["W_x"][400, 7] += 0.01

    by_script = np.array(visit.tab.evaluate(DECODE, codes.tolist()))

    assert np.abs(by_script - decode(weights, codes, "tanh")[2]).max() > 1e-5
    assert np.abs(by_script - decoded(given, codes[:, ::-1])).max() > 1e-5


def test_the_page_hands_over_what_it_trained(given: dict[str, Any]) -> None:
    """The decoder has the sizes of its images, and each training image has a code inside of the plane and a digit."""
    shapes = {name: tuple(given[name]["shape"]) for name in (*WEIGHTS, "codes")}
    h = shapes["b_g"][0]

    assert shapes == {"W_g": (h, 2), "b_g": (h,), "W_x": (784, h), "b_x": (784,), "codes": (len(given["labels"]), 2)}
    assert {given[name]["type"] for name in shapes} == {"float16"}
    assert len(given["labels"]) == 4000
    assert set(given["labels"]) == set("0123456789")
    assert np.abs(array(given["codes"])).max() < given["reach"]
    assert np.ptp(decoded(given, array(given["codes"])), axis=0).max() > 0.9  # it has learned something


def test_it_weighs_little(given: dict[str, Any]) -> None:
    """Data, script and style together add less than 200 kB to the page."""
    files = sum((SITE / "_static" / name).stat().st_size for name in ("explorer.js", "explorer.css"))

    assert len(json.dumps(given)) + files <= 200_000


def test_a_decode_takes_less_than_five_milliseconds(visit: Visit) -> None:
    """A hand that moves sees its image at once."""
    milliseconds = visit.tab.evaluate(
        f"""() => {{ const plane = {PLANE}, start = performance.now();
        for (let i = 0; i < 200; i += 1) plane.decode([Math.sin(i), Math.cos(i)]);
        return (performance.now() - start) / 200 }}"""
    )

    assert milliseconds < 5


def drawn(visit: Visit, name: str) -> np.ndarray:
    """Return the pixels of a drawing, with their four channels."""
    _, _, png = visit.tab.evaluate(DRAWN, name).partition(",")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))))


def at_point(visit: Visit) -> np.ndarray:
    """Return the code that the sliders say."""
    return np.array(visit.tab.evaluate(f"{PLANE}.code"))


def assert_shows(visit: Visit, given: dict[str, Any], code: np.ndarray) -> None:
    """The image, the sliders and the words belong to the code."""
    grey = drawn(visit, "decoded").reshape(-1, 4)
    expected = 255 * (1 - decoded(given, code[None])[0])
    assert np.abs(grey[:, :3] - expected[:, None]).max() <= 0.5 + 1e-6
    assert (grey[:, 3] == 255).all()

    sliders = visit.tab.locator("latent-plane input[type=range]")
    said = [float(sliders.nth(axis).get_attribute("aria-valuetext")) for axis in (0, 1)]
    assert said == pytest.approx(code, abs=0.005)

    visit.tab.wait_for_timeout(600)  # the words are said at intervals
    words = visit.tab.inner_text("latent-plane [role=status]").replace("−", "-").replace("\xa0", " ")
    nearest = given["labels"][np.argmin(((array(given["codes"]) - code) ** 2).sum(axis=1))]
    share = 100 * (1 - np.exp(-(code**2).sum() / 2))
    written = f"{share:.1f}" if share <= 99.9 else "more than 99.9"
    assert f"The code is ({code[0]:.2f}, {code[1]:.2f})." in words
    assert f", {written} % lie nearer to the middle" in words
    assert words.endswith(f"belongs to a {nearest}.")
    for name in ("decoded", "codes"):
        label = visit.tab.get_attribute(f"latent-plane .{name}", "aria-label").replace("−", "-")
        assert f"({code[0]:.2f}, {code[1]:.2f})" in label


def test_the_keyboard_alone_explores_the_plane(given: dict[str, Any], visit: Visit) -> None:
    """Tab reaches both sliders and the layer and leads out again; arrows move the point, the space key the layer."""
    tab, keys = visit.tab, visit.tab.keyboard
    focused = f"{PLANE}.contains(document.activeElement) ? document.activeElement.labels[0].textContent : ''"
    tab.evaluate(
        f"""[...document.querySelectorAll('article a[href], article summary')]
        .filter(e => e.compareDocumentPosition({PLANE}) & Node.DOCUMENT_POSITION_FOLLOWING).pop().focus()"""
    )
    start = at_point(visit)

    for _ in range(20):  # over what stands between the last link and the plane
        keys.press("Tab")
        if tab.evaluate(focused):
            break
    assert tab.evaluate(focused).startswith("First number, z1")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        keys.press(key)
    assert at_point(visit) == pytest.approx([start[0] + 0.15, start[1]])
    assert_shows(visit, given, at_point(visit))

    keys.press("Tab")
    assert tab.evaluate(focused).startswith("Second number, z2")
    keys.press("Home")
    keys.press("ArrowRight")
    assert at_point(visit) == pytest.approx([start[0] + 0.15, -given["reach"] + 0.05])
    assert_shows(visit, given, at_point(visit))

    keys.press("Tab")
    assert tab.evaluate(focused) == "show the codes of the training images"
    outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"  # where the keys go is seen
    before = drawn(visit, "codes")
    keys.press("Space")
    assert "Each numeral is the code of one training image" in tab.inner_text("latent-plane .legend")
    assert (drawn(visit, "codes") != before).mean() > 0.1
    keys.press("Space")
    assert (drawn(visit, "codes") == before).all()

    keys.press("Tab")
    assert tab.evaluate(focused) == ""
    assert tab.evaluate("document.activeElement.tagName") != "BODY"
    assert visit.said == []


def test_the_pointer_drags_the_point(given: dict[str, Any], visit: Visit) -> None:
    """Pressing moves the point, dragging takes it along, even out of the plane; without pressing nothing moves."""
    tab, mouse = visit.tab, visit.tab.mouse
    tab.locator("latent-plane .codes").scroll_into_view_if_needed()
    box = tab.locator("latent-plane .codes").bounding_box()

    def place(z_1: float, z_2: float) -> tuple[float, float]:
        along, up = (0.5 + z / (2 * given["reach"]) for z in (z_1, z_2))
        return box["x"] + along * box["width"], box["y"] + (1 - up) * box["height"]

    mouse.move(*place(1, -2))
    mouse.down()
    assert at_point(visit) == pytest.approx([1, -2], abs=0.06)
    mouse.move(*place(-2, 1.5), steps=4)
    assert at_point(visit) == pytest.approx([-2, 1.5], abs=0.06)
    assert_shows(visit, given, at_point(visit))
    mouse.move(*place(9, 0), steps=3)
    assert at_point(visit) == pytest.approx([given["reach"], 0], abs=0.06)
    mouse.up()
    mouse.move(*place(0, 0))
    assert at_point(visit) == pytest.approx([given["reach"], 0], abs=0.06)


def test_numerals_stand_where_the_codes_are(given: dict[str, Any], visit: Visit) -> None:
    """With the layer on there is ink around every code, and the empty parts of the plane are blank."""
    visit.tab.locator("latent-plane input[type=checkbox]").check()

    ink = drawn(visit, "codes")[..., :3].min(axis=2) < 250

    side = len(ink)
    codes = array(given["codes"])
    column = np.rint(side / 2 + codes[:, 0] * side / (2 * given["reach"])).astype(int)
    row = np.rint(side / 2 - codes[:, 1] * side / (2 * given["reach"])).astype(int)
    inside = (np.minimum(column, row) > 10) & (np.maximum(column, row) < side - 10)
    near = [ink[i - 8 : i + 9, j - 8 : j + 9].any() for i, j in zip(row[inside], column[inside], strict=True)]
    assert np.mean(near) == 1
    assert ink.mean() < 0.5


@pytest.mark.parametrize("visit", [(w, s) for w in (1280, 390) for s in ("light", "dark")], indirect=True)
def test_it_is_accessible_with_and_without_its_layer(visit: Visit) -> None:
    """Nothing that axe knows is wrong with it, nothing juts out, and the picture has made room for it."""
    from axe_playwright_python.sync_playwright import Axe

    assert visit.sideways() == []
    assert visit.tab.locator(".cell_output:has(latent-plane) > img").is_hidden()
    visit.tab.evaluate(ALONE)  # of a long page axe would read everything
    for shown in (False, True):
        visit.tab.locator("latent-plane input[type=checkbox]").set_checked(shown)
        options = {"resultTypes": ["violations"]}
        found = Axe().run(visit.tab, context="latent-plane", options=options).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    assert (visit.foreign, visit.failed, visit.said) == ([], [], [])


def test_it_works_from_the_file_system_with_the_network_blocked(given: dict[str, Any], browser) -> None:
    """Opened as a file, the page decodes and asks for nothing from elsewhere."""
    codes = codes_of_the_plane(given["reach"])[:5]

    with Visit(browser, f"{SITE.as_uri()}/{PAGE}", SITE.as_uri(), 1280, "light") as visit:
        by_script = np.array(visit.tab.evaluate(DECODE, codes.tolist()))
        assert np.abs(by_script - decoded(given, codes)).max() <= 1e-12
        assert (visit.foreign, visit.failed, visit.said) == ([], [], [])


def test_without_scripts_the_picture_stays(base: str, browser) -> None:
    """Who runs no scripts sees the plane as a picture, and no control that does nothing."""
    with browser.new_context(java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(base + PAGE)

        assert tab.locator(".cell_output:has(latent-plane) > img").is_visible()
        assert tab.locator("latent-plane").is_hidden()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda given: given["W_x"].update(base64=given["W_x"]["base64"][:-400]), id="bytes are missing"),
        pytest.param(lambda given: given["W_g"].update(shape=[2, 64]), id="rows for columns"),
        pytest.param(lambda given: given["b_g"].update(type="float32"), id="another type"),
        pytest.param(lambda given: given["b_x"].update(base64="AHwA" + given["b_x"]["base64"][4:]), id="infinite"),
        pytest.param(lambda given: given.pop("codes"), id="no codes"),
    ],
)
def test_data_in_another_form_leave_the_picture(spoil: Any, given: dict[str, Any], base: str, browser) -> None:
    """A script that can't read what it gets says so, and shows nothing."""
    changed = json.loads(json.dumps(given))
    spoil(changed)
    text = (SITE / PAGE).read_text(encoding="utf-8")
    text = DATA.sub(lambda m: m[1] + json.dumps(changed) + m[3], text)

    with browser.new_context() as context:
        tab, errors = context.new_page(), []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.route("**/" + PAGE, lambda route: route.fulfill(body=text, content_type="text/html"))
        tab.goto(base + PAGE)
        assert len(errors) == 1
        assert tab.locator(".cell_output:has(latent-plane) > img").is_visible()
        assert tab.locator("latent-plane").is_hidden()


def test_only_pages_with_a_plane_load_the_script() -> None:
    """No other page carries what it does not use."""
    loading = {p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html") if "explorer.js" in p.read_text("utf-8")}

    assert loading == {PAGE}


def test_the_notebook_has_the_picture_and_not_the_data() -> None:
    """The download shows the plane as a picture, and leaves out what only the site's script can read."""
    text = (SITE / "notebooks" / PAGE).with_suffix(".ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    (cell,) = [c for c in cells if 'hand_over(\n    "latent-plane"' in "".join(c["source"])]

    assert [o["data"].keys() & {"image/svg+xml", "text/html"} for o in cell["outputs"]] == [{"image/svg+xml"}]
    assert "application/json" not in json.dumps([c.get("outputs") for c in cells])


def test_what_is_handed_over_drops_out_of_a_notebook() -> None:
    """An output is left out when it says that it is for the site."""
    shown = {"output_type": "display_data", "data": {"text/html": "<b>x</b>"}, "metadata": {}}

    assert notebooks.visible(shown)
    assert not notebooks.visible({**shown, "metadata": {"for_the_site": True}})


HANDED = """
import page
from page import np
page.display = lambda bundle, **options: print(bundle["text/html"], options)
page.hand_over("a-b", x=np.array([[1, 2], [3, 4]], np.float16, order="F"), words="</script><b>")
try:
    page.hand_over("a-b", x=np.array([1, np.nan]))
except ValueError as error:
    print(error)
"""


def test_values_are_handed_over_as_they_are() -> None:
    """Bytes lie row by row, no text can end the element, and what is not finite stops the page."""
    paths = os.pathsep.join([str(EXTENSIONS), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-c", HANDED]

    said = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True
    ).stdout

    text, refused = said.splitlines()
    html, options = text.split("</script></a-b> ")
    values = json.loads(html.removeprefix('<a-b hidden><script type="application/json">'))
    assert "<b>" not in html
    assert values["words"] == "</script><b>"
    assert array(values["x"]).tolist() == [[1, 2], [3, 4]]
    assert options == "{'raw': True, 'metadata': {'for_the_site': True}}"
    assert "not finite" in refused


def test_the_script_comes_with_an_element_only() -> None:
    """The extension looks at the body of a page."""
    added: list[str] = []
    app = SimpleNamespace(add_js_file=lambda name, **_: added.append(name), add_css_file=added.append)
    explorer.add(app, "a", "page.html", {"body": "<p>a latent-plane</p>"}, None)
    explorer.add(app, "search", "search.html", {}, None)
    assert added == []

    explorer.add(app, "b", "page.html", {"body": "<latent-plane hidden></latent-plane>"}, None)
    assert added == ["explorer.js", "explorer.css"]
