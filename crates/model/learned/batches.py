"""Examples as the network sees them, changed anew each time."""

import os
import random

import numpy as np
import torch

import reading
from corpus import joined, load, unsaid, varied
from net import STEPS_MAX

TOKENS_MAX = 96
PIECES_MAX = 200  # with the marks at both ends
PAD, START, END = 0, 1, 2
UNSAID = 0.1  # share of the requests that leave out their file, where they can

def noise(text, tokens, flags, slots, rng):
    """Flags for what exists: as the surroundings would tell, with their mistakes."""
    owner = {}
    for slot, start, end, stands, described in slots:
        for at, (a, b) in enumerate(tokens):
            if a < end and b > start:
                owner[at] = (slot, start, end, stands, described)
    told = {}
    for at, (a, b) in enumerate(tokens):
        word = text[a:b]
        has = flags[at]
        mine = owner.get(at)
        if mine is None:
            if "mark" in has:
                continue
            chance = rng.random()
            if "path" in has:
                has.add(rng.choice(["directory", "absent", "file"]))
            elif word.isalpha() and len(word) > 2:
                if chance < 0.025:
                    has.add("column")
                elif chance < 0.04:
                    has.add("cell")
                elif chance < 0.055:
                    has.add("key")
                elif chance < 0.065:
                    has.add("directory")
            continue
        slot, start, end, _, described = mine
        letter = slot[0]
        if slot not in told:
            told[slot] = rng.random()
        sure = told[slot]
        if letter == "f":
            if "path" in has or not described and sure < 0.9:
                has.add("file")
            elif described and sure < 0.15:
                has.add(rng.choice(["file", "directory"]))
        elif letter == "d":
            if sure < 0.85:
                has.add("directory")
        elif letter == "p":
            if "path" in has:
                has.add("absent" if sure < 0.85 else "file")
        elif letter == "c":
            if sure < 0.88:
                has.add("column")
            elif sure < 0.92:
                has.add("key")
        elif letter == "k":
            if sure < 0.85:
                has.add("key")
            elif sure < 0.9:
                has.add("column")
        elif letter == "v":
            if sure < 0.7:
                has.add("cell")
        elif letter in "xe" and "path" in has:
            has.add("absent")
    return flags


def encode(example, pools, pieces, vocabulary, rng, noisy=True):
    """An example as arrays, or nothing if it is too long."""
    if noisy:
        text, slots = varied(example, pools, rng)
    else:
        text, slots = "", []
        for piece, slot, path in example.pieces:
            if slot:
                slots.append((slot, len(text), len(text) + len(piece), path or piece, path is not None))
            text += piece
    tokens = reading.split(text)
    cut = [pieces.of(text[a:b]) for a, b in tokens]
    if not tokens or len(tokens) > TOKENS_MAX or sum(map(len, cut)) + 2 > PIECES_MAX:
        return None
    flags = noise(text, tokens, reading.flags(text, tokens, pieces.known), slots, rng)
    spans = {}
    for slot, start, end, _, _ in slots:
        inside = [at for at, (a, b) in enumerate(tokens) if a < end and b > start]
        if not inside:
            return None
        spans[slot] = (inside[0], inside[-1])
    target = []
    for word in example.sketch:
        if word.startswith("$"):
            first, last = spans[word[1:]]
            target += [vocabulary.get(word[1]), -1 - first, -1 - last]
        else:
            target.append(vocabulary.get(word))
        if target and None in target:
            return None
    if len(target) + 1 > STEPS_MAX:
        return None
    kinds = [reading.kind(text[a:b]) for a, b in tokens]
    return cut, kinds, flags, target


def collate(batch, pieces, size):
    """Encoded examples as arrays, small because they go from process to process. Targets at or above `size` point at words."""
    count = len(batch)
    wide = max(len(item[0]) for item in batch)
    long = max(sum(map(len, item[0])) for item in batch) + 2
    steps = max(len(item[3]) for item in batch) + 1
    piece = np.zeros((count, long), np.int16)
    own = np.full((count, long), -2, np.int16)
    flag = np.zeros((count, wide, len(reading.FLAGS)), bool)
    kind = np.zeros((count, wide), np.int8)
    here = np.zeros((count, wide), bool)
    inputs = np.full((count, steps), PAD, np.int16)
    target = np.full((count, steps), -100, np.int16)
    for number, (cut, kinds, flags, wanted) in enumerate(batch):
        row = [pieces.open] + [one for word in cut for one in word] + [pieces.close]
        of = [-1] + [at for at, word in enumerate(cut) for _ in word] + [-1]
        piece[number, : len(row)] = row
        own[number, : len(row)] = of
        kind[number, : len(kinds)] = kinds
        here[number, : len(cut)] = True
        for at, names in enumerate(flags):
            for name in names:
                flag[number, at, reading.FLAG[name]] = True
        shifted = [step if step >= 0 else size + (-1 - step) for step in wanted]
        inputs[number, : len(wanted) + 1] = [START, *shifted]
        target[number, : len(wanted) + 1] = [*shifted, END]
    return piece, own, flag, kind, here, inputs, target


def tensors(arrays, device):
    """What collate gave, where and as the network takes it."""
    piece, own, flag, kind, here, inputs, target = (torch.from_numpy(array).to(device, non_blocking=True) for array in arrays)
    return piece.long(), own.long(), flag.float(), kind.long(), here, inputs.long(), target.long()


def shares(examples):
    """How often each example is shown, added up: what few have is shown more, or a table's filter would be most of it."""
    counts = {}
    for example in examples:
        for name in {word for word in example.sketch if "." in word and word[0] not in "'$"}:
            counts[name] = counts.get(name, 0) + 1
    total, out = 0.0, []
    for example in examples:
        rarest = min((counts[word] for word in example.sketch if word in counts), default=300)
        total += rarest**-0.4
        out.append(total)
    return out


def worker(corpus, held, pools, pieces, vocabulary, seed, batch, compose, out):
    """Fills a queue with batches, for ever."""
    rng = random.Random(seed)
    torch.set_num_threads(1)
    read = doing = often = often_doing = None
    while True:
        # The corpus may grow while it is learned from.
        if read != (read := max(os.path.getmtime(path) for path in corpus)):
            examples = [example for example in load(corpus) if example.pieces not in held]
            doing = [example for example in examples if example.sketch[0] not in ("none", "ask")]
            often, often_doing = shares(examples), shares(doing)
        items = []
        while len(items) < batch * 16:
            if rng.random() < compose:
                one, two = rng.choices(doing, cum_weights=often_doing, k=2)
                if one.sketch.count(";") + two.sketch.count(";") > 2:
                    continue
                example = joined(one, two, rng)
            else:
                example = rng.choices(examples, cum_weights=often)[0]
                if rng.random() < UNSAID:
                    example = unsaid(example) or example
            item = encode(example, pools, pieces, vocabulary, rng)
            if item:
                items.append(item)
        # Examples of like length go together.
        items.sort(key=lambda item: sum(map(len, item[0])) + len(item[3]))
        groups = [items[at : at + batch] for at in range(0, len(items), batch)]
        rng.shuffle(groups)
        for group in groups:
            out.put(collate(group, pieces, len(vocabulary)))
