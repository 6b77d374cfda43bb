"""What every executed page starts with: ``from page import glue, plt, ...``.

A run that overflows, divides by zero or warns stops the build. Figures are SVG that come out the same byte for byte,
in colours that survive colour blindness and a dark page. Numbers are glued with the digits that they deserve.
"""

from __future__ import annotations

import math
import os
import warnings
from dataclasses import dataclass

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")  # before NumPy is loaded: the same seed then gives the same bits

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib_inline.backend_inline import set_matplotlib_formats

__all__ = ["BLACK", "BLUE", "GREEN", "GREY", "ORANGE", "PURPLE", "RED", "SKY", "glue", "np", "plt", "theory"]

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


def number(value: float | str, spec: str = "") -> Number:
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
        print(f"{key}: {number(value, spec)}")
    else:
        publish(key, number(value, spec), display=False)


def theory(ax: plt.Axes, value: float, label: str) -> None:
    """Draw the line that theory predicts beside the run's."""
    ax.axhline(value, color=BLACK, linewidth=1.1, linestyle=(0, (5, 3)), label=label, zorder=1)
