"""What Python sees in requests, for the test that Rust sees the same: `python3 parity.py encoder.npz corpus/*.jsonl > parity.jsonl`."""

import json
import random
import sys

import numpy as np

import reading
from corpus import load

ODD = [
    "Tom's  list.csv: keep 'Mr X', amount>=1,000 (net)!", "get https://a.b/?c=d, then <= 5", "“curly” ‘quotes’ …", "a@b.co x@y 3.5% $20 £1,2 10MB 5°C",
    "2024-03-05 1/2/24 5.3.2024 09:00 9:30pm 1:2:3", ".csv *.tar.gz ~/x ../y . .. ...", "don't 'quoted bit' O'Neil's", "deadBEEF01 0123abcd", "(a) [b] {c} <d> x<y>=z",
    "netAmountEUR net_amount-2 ünïcode Straße", "", " ", "''", "\"open only", "a,b;c 1,2 1,", "<= >= <> < >", "x’s y's 's", "l'été «mot»",
]
names = np.load(sys.argv[1], allow_pickle=True)["pieces"]
pieces = reading.Pieces(names)
examples = load(sys.argv[2:])
random.Random(5).shuffle(examples)
texts = ODD + ["".join(text for text, _, _ in example.pieces) for example in examples[:200]]
for text in texts:
    tokens = reading.split(text)
    flags = reading.flags(text, tokens, pieces.known)
    size = lambda at: len(text[:at].encode())
    row = []
    for (a, b), has in zip(tokens, flags):
        word = text[a:b]
        row.append({"at": [size(a), size(b)], "flags": sorted(has), "kind": reading.kind(word), "pieces": [names[piece] for piece in pieces.of(word)]})
    print(json.dumps({"text": text, "tokens": row}, ensure_ascii=False))
