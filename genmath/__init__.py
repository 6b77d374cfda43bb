"""The mathematics of generative models, stated once and verified: claims, proofs, counterexamples."""
