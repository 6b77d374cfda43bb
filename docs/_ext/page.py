"""What every executed page starts with: ``from page import glue, plt, ...``.

A run that overflows, divides by zero or warns stops the build. Figures are SVG that come out the same byte for byte,
in colours that survive colour blindness and a dark page. Numbers are glued with the digits that they deserve.
"""

from __future__ import annotations

import base64
import json
import math
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")  # before NumPy is loaded: the same seed then gives the same bits

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib_inline.backend_inline import set_matplotlib_formats
from scipy.special import stdtrit

__all__ = [
    "BLACK", "BLUE", "GREEN", "GREY", "ORANGE", "PURPLE", "RED", "SKY",
    "committed", "gallery", "glue", "hand_over", "np", "picture", "plt", "theory", "with_interval",
]

# Okabe and Ito's colours, darkened until each has a contrast of 3 : 1 on white and, inverted, on black.
BLUE, ORANGE, GREEN, PURPLE, RED, SKY = "#0067A8", "#C26A00", "#007F5C", "#A8508A", "#C0392B", "#2B87BD"
BLACK, GREY = "#1F2328", "#767B83"

np.seterr(all="raise", under="ignore")  # an underflow to zero is what exp(-800) is
warnings.filterwarnings("error", category=RuntimeWarning)
warnings.filterwarnings("error", category=UserWarning, module="matplotlib")
set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None})
mpl.rcParams.update(
    {
        "svg.hashsalt": "generative-models-verified",
        "svg.fonttype": "path",
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "figure.figsize": (7.2, 3.6),
        "figure.facecolor": "none",
        "figure.constrained_layout.use": True,
        "savefig.facecolor": "none",
        "axes.facecolor": "none",
        "axes.edgecolor": GREY,
        "axes.labelcolor": BLACK,
        "axes.titlecolor": BLACK,
        "axes.titlesize": 10.5,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, PURPLE, RED, SKY]),
        "grid.color": GREY,
        "grid.alpha": 0.22,
        "grid.linewidth": 0.6,
        "lines.linewidth": 1.7,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelcolor": BLACK,
        "ytick.labelcolor": BLACK,
        "text.color": BLACK,
        "legend.frameon": False,
        "image.cmap": "gray",
        "image.interpolation": "nearest",
    }
)


@dataclass(frozen=True)
class Number:
    """A number as prose shows it: HTML on the page, plain text elsewhere."""

    mantissa: str
    exponent: int | None = None

    def __repr__(self) -> str:
        if self.exponent is None:
            return self.mantissa
        return f"{self.mantissa} × 10^{self.exponent}"

    def _repr_html_(self) -> str:
        tail = "" if self.exponent is None else f" × 10<sup>{self.exponent}</sup>".replace("-", "−")
        return f'<span class="run">{self.mantissa.replace("-", "−")}{tail}</span>'

    def _repr_latex_(self) -> str:
        tail = "" if self.exponent is None else f" \\times 10^{{{self.exponent}}}"
        return f"${self.mantissa.replace(',', '{,}')}{tail}$"


def as_written(value: float | str, spec: str = "") -> Number:
    """Write a value with a format specification; a power of ten is written as such."""
    text = value if isinstance(value, str) else format(value, spec or (",d" if isinstance(value, int) else ".3g"))
    mantissa, e, exponent = text.partition("e")
    if e and exponent.lstrip("+-").isdigit() and not isinstance(value, str):
        return Number(mantissa, int(exponent))
    return Number(text)


def glue(key: str, value: float | str, spec: str = "") -> None:
    """Give a number a name, to be read in the text; anything but a finite number stops the page."""
    value = value.item() if isinstance(value, np.generic) else value
    if not isinstance(value, str) and not math.isfinite(value):
        raise ValueError(f"{key} is {value}: a page shows finite numbers only")
    try:
        from myst_nb import glue as publish
    except ImportError:  # a downloaded notebook, where the reader wants to see it
        print(f"{key}: {as_written(value, spec)}")
    else:
        publish(key, as_written(value, spec), display=False)


def packed(array: np.ndarray) -> dict:
    """Write an array as its shape, its type and its bytes, the last index first, the low byte first, in base64."""
    if not np.isfinite(array).all():
        raise ValueError("an array holds values that are not finite: a page shows finite numbers only")
    data = array.astype(array.dtype.newbyteorder("<")).tobytes()
    return {"shape": array.shape, "type": array.dtype.name, "base64": base64.b64encode(data).decode("ascii")}


def hand_over(element: str, **values: object) -> None:
    """Give values to a script of the site, in an HTML element that shows nothing unless the script makes it.

    A downloaded notebook leaves the element out: what a reader shall see there is the picture beside it.
    """
    text = json.dumps({k: packed(v) if isinstance(v, np.ndarray) else v for k, v in values.items()})
    text = text.replace("<", "\\u003c")  # no value can end the element
    html = f'<{element} hidden><script type="application/json">{text}</script></{element}>'
    display({"text/html": html, "text/plain": ""}, raw=True, metadata={"for_the_site": True})


def committed(name: str) -> dict:
    """Read the results of a long run, which `nox -s runs` has made, from the project's folder docs/data."""
    places = [Path("../data", name), Path("docs/data", name)]  # seen from a page, and from the project's folder
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise FileNotFoundError(f"{name} lies in the project's folder docs/data: start this notebook from the project")
    return json.loads(path.read_text(encoding="utf-8"))


def theory(ax: plt.Axes, value: float, label: str) -> None:
    """Draw the line that theory predicts beside the run's."""
    ax.axhline(value, color=BLACK, linewidth=1.1, linestyle=(0, (5, 3)), label=label, zorder=1)


def picture(ax: plt.Axes, image: np.ndarray, side: int = 28, **style: object) -> None:
    """Draw ink dark on light paper, without axes."""
    style = {"cmap": "gray_r", "vmin": 0, "vmax": 1, **style}
    ax.imshow(np.reshape(image, (-1, side)).clip(style["vmin"], style["vmax"]), **style)
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set(visible=True, color=GREY, linewidth=0.6)


def gallery(title: str, rows: dict[str, np.ndarray], side: int = 28, **style: object) -> None:
    """Draw rows of eight pictures, each row with its name above it."""
    fig, axes = plt.subplots(len(rows), 8, figsize=(4.8, 0.3 + 0.92 * len(rows)))
    for line, (words, pictures) in zip(axes, rows.items(), strict=True):
        for ax, image in zip(line, pictures, strict=True):
            picture(ax, image, side, **style)
        line[0].text(0, 1.08, words, transform=line[0].transAxes, fontsize=9).set_in_layout(False)
    fig.get_layout_engine().set(h_pad=0.16)
    fig.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=10.5)


def with_interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of repetitions and the half width of its 95 % interval by Student's distribution."""
    values = np.asarray(values, dtype=np.float64)
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return values.mean(axis=0), stdtrit(len(values) - 1, 0.975) * error
