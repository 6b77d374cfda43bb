"""What binds a claim to a function: the claim's formula, its named mistakes, its value, how near is near enough."""

import numpy as np
import pytest

from genmath.book import find
from genmath.bridge import instantiate
from genmath.calc import Claim
from genmath.likelihood import SOFTPLUS
from genmath.surface import Let

TOLERANCE = 1e-12
SMOOTH = {**SOFTPLUS, "phi": SOFTPLUS["softplus"]}  # what hidden layers have where nothing else is said


def claim(label):
    found = find(label)
    assert isinstance(found, Claim), f"{label} is no claim with a chain"
    return found


def formula(label):
    """The end of a claim's chain."""
    return claim(label).links[-1].right


def mistakes(label):
    """The claim's named mistakes; without one a twin could not fail."""
    named = [m.right for m in claim(label).mistakes]
    assert named, f"{label} names no mistake"
    return named


def value(node, functions=SMOOTH, sizes=None, **arrays):
    """An expression on those of the arrays that it names."""
    return instantiate(node, functions, sizes, **{name: a for name, a in arrays.items() if name in node.names})


def staged(node, arrays, functions=SMOOTH):
    """The same, with the abbreviations in it evaluated before, each once: they are put among the arrays."""

    def evaluated(part):
        if not isinstance(part, Let):
            return None
        if part.frozen.name not in arrays:
            arrays[part.frozen.name] = staged(part.body, arrays, functions)
        return part.frozen

    return value(node.replace(evaluated), functions, **arrays)


def agree(computed, wanted):
    """Hold two arrays together to twelve digits."""
    wanted = np.asarray(wanted, dtype=float).reshape(np.shape(computed))
    np.testing.assert_allclose(computed, wanted, rtol=0, atol=TOLERANCE * max(1.0, np.abs(wanted).max()))


def disagree(computed, wrong):
    """A wrong formula must be noticed."""
    with pytest.raises(AssertionError):
        agree(computed, wrong)
