r"""Sizes: what equation (10) counts, what it leaves out, and how wide the first weights are.

Chapter ``docs/chapters/autoencoder.md``.  Notation: ``d`` numbers in a sample, ``k`` numbers in a code, at the sheet's
sizes 784 and 32.  Contents: ratios in numbers and in bits, the decoder shipped, He's and Xavier's variances, and what
the sheet says of them.
"""

from __future__ import annotations

import sympy as sp

from genmath.autoencoder import MNIST, z
from genmath.calc import Claim, Counterexample, Link, Mistake, Statement
from genmath.notation import d, k, x
from genmath.rules import NonNegative
from genmath.surface import Count, Node, Num, Quotient, Relation, as_node


def ratio(
    label: str,
    title: str,
    start: Node,
    end: Node,
    reason: str,
    wrong: Mistake,
    given: tuple[Relation, ...] = MNIST,
    source: str = "(10)",
) -> Claim:
    """A claim about sizes."""
    return Claim(label, title, start, (Link("=", end, reason),), source, given=given, mistakes=(wrong,))


def number(value: object) -> Num:
    """An exact number."""
    return Num(sp.Rational(value))


as_bytes = Quotient(8 * Count(x), 32 * Count(z))
shipped = Num(35 * k + d * k + d)

COMPRESSION = (
    ratio(
        "ae-compression",
        "Numbers in, numbers out",
        Quotient(Count(x), Count(z)),
        Num(d) / k,
        "count the entries of both columns",
        Mistake("upside down", Num(k) / d),
        (),
    ),
    ratio(
        "ae-compression-mnist",
        "Numbers in, numbers out, at the sheet's sizes",
        Quotient(Count(x), Count(z)),
        number("49/2"),
        "at the sheet's sizes",
        Mistake("upside down", number("2/49")),
    ),
    ratio(
        "ae-compression-bits",
        "Bits in, bits out: bytes against 32-bit floats",
        as_bytes,
        number("49/8"),
        "8 bits a pixel, 32 bits a number of the code",
        Mistake("numbers counted as bits", number("49/2")),
    ),
    ratio(
        "ae-compression-bits-double",
        "Bytes against 64-bit floats",
        Quotient(8 * Count(x), 64 * Count(z)),
        number("49/16"),
        "8 bits a pixel, 64 bits a number of the code",
        Mistake("numbers counted as bits", number("49/2")),
    ),
    ratio(
        "ae-compression-binary",
        "A black-and-white image against 64-bit floats",
        Quotient(Count(x), 64 * Count(z)),
        number("49/128"),
        "1 bit a pixel, 64 bits a number of the code",
        Mistake("8 bits a pixel", number("49/16")),
    ),
    ratio(
        "ae-break-even",
        "Images that pay for the decoder",
        Num(sp.ceiling((d * k + d) / (d - k))),
        as_node(35),
        "what the decoder costs over what one image saves, rounded up",
        Mistake("without the decoder's biases", as_node(34)),
    ),
    Claim(
        "ae-compression-shipped",
        "With the decoder shipped, 35 images are the first that pay",
        shipped,
        (Link("<", Num(35 * d), "codes and decoder against pixels", NonNegative(as_node(448))),),
        "(10)",
        given=MNIST,
        mistakes=(Mistake("less than half", Num(35 * d / 2), "<"),),
    ),
    Claim(
        "ae-compression-shipped-34",
        "With the decoder shipped, 34 images do not pay",
        Num(34 * k + d * k + d),
        (Link(">", Num(34 * d), "codes and decoder against pixels", NonNegative(as_node(304))),),
        "(10)",
        given=MNIST,
        mistakes=(Mistake("the decoder forgotten", Num(34 * d), "<"),),
    ),
)

INITIALISATION = (
    ratio(
        "init-encoder-ratio",
        "He's variance over Xavier's in the encoder",
        Quotient(Num(2 / d), Num(2 / (d + k))),
        number("51/49"),
        "at the sheet's sizes",
        Mistake("the two are the same", as_node(1)),
        source="1.2",
    ),
    ratio(
        "init-decoder-ratio",
        "He's variance over Xavier's in the decoder",
        Quotient(Num(2 / k), Num(2 / (d + k))),
        number("51/2"),
        "at the sheet's sizes",
        Mistake("the two are the same", as_node(1)),
        source="1.2",
    ),
)

COUNTEREXAMPLES = (
    Counterexample(
        "ae-numbers-are-not-bits",
        "24.5 counts numbers, not size",
        "The quotient of original size and compressed size is 24.5. Here the sizes are counted in bits.",
        Relation(as_bytes, "=", number("49/2")),
        "(10)",
        ("ae-compression-bits", "ae-compression-binary", "ae-compression-shipped"),
        sizes={d: 784, k: 32},
    ),
    Counterexample(
        "ae-binary-code-is-smaller",
        "The sheet's own images grow",
        "The code of an image is smaller than the image. Here a pixel is black or white, as in the sheet's images, "
        "and a number of the code has 64 bits, as in its arrays.",
        Relation(as_node(64) * Count(z), "<", Count(x)),
        "(10)",
        ("ae-compression-binary",),
        sizes={d: 784, k: 32},
    ),
    Counterexample(
        "ae-init-encoder-xavier",
        "The initialisation named Xavier: encoder",
        "Weights with the variance 2 over the number of inputs are called Xavier's.",
        Relation(Num(2 / d), "=", Num(2 / (d + k))),
        "1.2",
        ("init-encoder-ratio",),
        sizes={d: 784, k: 32},
    ),
    Counterexample(
        "ae-init-decoder-xavier",
        "The initialisation named Xavier: decoder",
        "Weights with the variance 2 over the number of inputs are called Xavier's, in the decoder too.",
        Relation(Num(2 / k), "=", Num(2 / (d + k))),
        "1.2",
        ("init-decoder-ratio",),
        sizes={d: 784, k: 32},
    ),
)

STATEMENTS: tuple[Statement, ...] = (*COMPRESSION, *INITIALISATION, *COUNTEREXAMPLES)
