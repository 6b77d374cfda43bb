"""Generative models in plain NumPy, written line by line beside their equations.

A name is imported when it is first used, so that ``import genmodels`` costs nothing::

    from genmodels import Autoencoder, data
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genmodels.autoencoder import Autoencoder as Autoencoder
    from genmodels.embedding import DigitEmbedding as DigitEmbedding
    from genmodels.gan import GAN as GAN
    from genmodels.optim import Schedule as Schedule
    from genmodels.rnn import RNN as RNN
    from genmodels.sweep import sweep as sweep
    from genmodels.training import Divergence as Divergence
    from genmodels.vae import VAE as VAE

__version__ = "0.1.0"
__all__ = ["GAN", "RNN", "VAE", "Autoencoder", "DigitEmbedding", "Divergence", "Schedule", "data", "sweep"]

_HOMES = {
    "Autoencoder": "genmodels.autoencoder",
    "DigitEmbedding": "genmodels.embedding",
    "Divergence": "genmodels.training",
    "GAN": "genmodels.gan",
    "RNN": "genmodels.rnn",
    "Schedule": "genmodels.optim",
    "VAE": "genmodels.vae",
}
_MODULES = {
    "activations",
    "augmentation",
    "autoencoder",
    "data",
    "embedding",
    "evaluation",
    "gan",
    "losses",
    "optim",
    "rnn",
    "sweep",
    "training",
    "vae",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(f"genmodels.{name}")
    raise AttributeError(f"module 'genmodels' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES})
