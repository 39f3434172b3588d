"""Trains the translator: requests to sketches. `python3 train.py --words WORDS.npz --out weights.safetensors corpus/*.jsonl`

Deterministic given the seed and the machine. On a GPU it takes minutes; on two cores an hour or two with --size small.
"""

import argparse
import math
import os
import random
import time

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

import reading
from corpus import Pools, joined, load, varied

TOKENS_MAX = 96
STEPS_MAX = 120
PAD, START, END = 0, 1, 2
SLOT_LETTERS = "fdpckvnbatxeumw"


class Words:
    """The frequent words of English with their vectors (GloVe), normalised."""

    def __init__(self, path):
        held = np.load(path, allow_pickle=True)
        self.index = {word: at for at, word in enumerate(held["words"])}
        self.vectors = held["vectors"].astype(np.float32)
        self.dim = self.vectors.shape[1]
        self.cache = {}

    def of(self, word):
        """Rows whose mean stands for the word; empty if it is unknown."""
        rows = self.cache.get(word)
        if rows is None:
            lower = word.lower()
            if lower in self.index:
                rows = [self.index[lower]]
            else:
                rows = [self.index[part] for part in reading.parts(word) if part in self.index][:6]
            if len(self.cache) < 500_000:
                self.cache[word] = rows
        return rows

    def known(self, word):
        return word.lower() in self.index


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
                has.add("absent")
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


def encode(example, pools, words, vocabulary, rng, noisy=True):
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
    if not tokens or len(tokens) > TOKENS_MAX:
        return None
    flags = noise(text, tokens, reading.flags(text, tokens, words.known), slots, rng)
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
    return text, tokens, flags, target


def collate(batch, words, size, device):
    """Encoded examples as tensors. Targets at or above `size` point at tokens."""
    wide = max(len(item[1]) for item in batch)
    steps = max(len(item[3]) for item in batch) + 1
    count = len(batch)
    rows = np.full((count, wide, 6), -1, np.int32)
    grams = np.full((count, wide, 24), -1, np.int32)
    flag = np.zeros((count, wide, len(reading.FLAGS)), np.float32)
    kind = np.zeros((count, wide), np.int64)
    here = np.zeros((count, wide), bool)
    inputs = np.full((count, steps), PAD, np.int64)
    target = np.full((count, steps), -100, np.int64)
    for number, (text, tokens, flags, wanted) in enumerate(batch):
        for at, (a, b) in enumerate(tokens):
            word = text[a:b]
            of = words.of(word)
            rows[number, at, : len(of)] = of
            gram = gram_of(word)
            grams[number, at, : len(gram)] = gram
            kind[number, at] = reading.kind(word)
            for name in flags[at]:
                flag[number, at, reading.FLAG[name]] = 1.0
            here[number, at] = True
        shifted = [step if step >= 0 else size + (-1 - step) for step in wanted]
        inputs[number, : len(wanted) + 1] = [START, *shifted]
        target[number, : len(wanted) + 1] = [*shifted, END]
    to = lambda array: torch.from_numpy(array).to(device, non_blocking=True)
    return to(rows), to(grams), to(flag), to(kind), to(here), to(inputs), to(target)


GRAMS = {}


def gram_of(word):
    found = GRAMS.get(word)
    if found is None:
        found = reading.grams(word)
        if len(GRAMS) < 500_000:
            GRAMS[word] = found
    return found


class Block(nn.Module):
    """A transformer layer with the norms first (Xiong et al. 2020)."""

    def __init__(self, dim, heads, wide, drop, cross):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.cross = cross
        if cross:
            self.norm_cross = nn.LayerNorm(dim)
            self.q = nn.Linear(dim, dim)
            self.kv = nn.Linear(dim, 2 * dim)
            self.out_cross = nn.Linear(dim, dim)
        self.norm_wide = nn.LayerNorm(dim)
        self.up = nn.Linear(dim, wide)
        self.down = nn.Linear(wide, dim)
        self.drop = nn.Dropout(drop)
        self.p = drop

    def split(self, x):
        b, t, d = x.shape
        return x.view(b, t, self.heads, d // self.heads).transpose(1, 2)

    def attend(self, q, k, v, mask, causal):
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, dropout_p=self.p if self.training else 0.0)
        return y.transpose(1, 2).flatten(2)

    def forward(self, x, mask, memory=None, memory_mask=None):
        q, k, v = (self.split(part) for part in self.qkv(self.norm(x)).chunk(3, -1))
        x = x + self.drop(self.out(self.attend(q, k, v, mask, causal=self.cross)))
        if self.cross:
            q = self.split(self.q(self.norm_cross(x)))
            k, v = (self.split(part) for part in self.kv(memory).chunk(2, -1))
            x = x + self.drop(self.out_cross(self.attend(q, k, v, memory_mask, causal=False)))
        return x + self.drop(self.down(self.drop(F.relu(self.up(self.norm_wide(x))))))


class Translator(nn.Module):
    """Encoder over tokens; decoder over a small vocabulary and pointers to tokens (Vinyals et al. 2015)."""

    def __init__(self, vectors, size, dim=256, heads=4, wide=512, encoders=4, decoders=2, drop=0.15):
        super().__init__()
        self.size, self.dim = size, dim
        self.register_buffer("vectors", torch.from_numpy(vectors), persistent=False)
        self.word = nn.Linear(vectors.shape[1], dim)
        self.gram = nn.Embedding(reading.GRAM_BUCKETS, 64)
        self.gram_in = nn.Linear(64, dim, bias=False)
        self.flag = nn.Linear(len(reading.FLAGS), dim, bias=False)
        self.kind = nn.Embedding(reading.KIND_COUNT, dim)
        self.place = nn.Embedding(TOKENS_MAX, dim)
        self.encoder = nn.ModuleList(Block(dim, heads, wide, drop, cross=False) for _ in range(encoders))
        self.norm_encoder = nn.LayerNorm(dim)
        self.token = nn.Embedding(size, dim)
        self.step = nn.Embedding(STEPS_MAX, dim)
        self.pointed = nn.Linear(dim, dim)
        self.decoder = nn.ModuleList(Block(dim, heads, wide, drop, cross=True) for _ in range(decoders))
        self.norm_decoder = nn.LayerNorm(dim)
        self.choose = nn.Linear(dim, size)
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.drop = nn.Dropout(drop)
        for table in (self.gram, self.kind, self.place, self.token, self.step):
            nn.init.normal_(table.weight, std=0.05)

    def encode(self, rows, grams, flag, kind, here):
        known = (rows >= 0).float().unsqueeze(-1)
        vector = (self.vectors[rows.clamp(min=0).long()] * known).sum(2) / known.sum(2).clamp(min=1)
        present = (grams >= 0).float().unsqueeze(-1)
        gram = (self.gram(grams.clamp(min=0).long()) * present).sum(2) / present.sum(2).clamp(min=1)
        if self.training:
            # Now and then a word is seen by its letters only, or by its vector only.
            keep = (torch.rand_like(vector[..., :1]) > 0.04).float()
            vector = vector * keep
            gram = gram * ((torch.rand_like(vector[..., :1]) > 0.1) | (keep == 0)).float()
        x = self.word(vector) + self.gram_in(gram) + self.flag(flag) + self.kind(kind) + self.place.weight[: rows.shape[1]]
        x = self.drop(x)
        mask = here[:, None, None, :]
        for block in self.encoder:
            x = block(x, mask)
        return self.norm_encoder(x)

    def decode(self, memory, here, inputs):
        pointing = inputs >= self.size
        at = (inputs - self.size).clamp(min=0)
        picked = self.pointed(memory).gather(1, at.unsqueeze(-1).expand(-1, -1, self.dim))
        x = torch.where(pointing.unsqueeze(-1), picked, self.token(inputs.clamp(max=self.size - 1)))
        x = self.drop(x + self.step.weight[: inputs.shape[1]])
        mask = here[:, None, None, :]
        for block in self.decoder:
            x = block(x, None, memory, mask)
        x = self.norm_decoder(x)
        points = self.query(x) @ self.key(memory).transpose(1, 2) / math.sqrt(self.dim)
        points = points.masked_fill(~here[:, None, :], -1e9)
        return torch.cat([self.choose(x), points], -1)

    def forward(self, rows, grams, flag, kind, here, inputs):
        return self.decode(self.encode(rows, grams, flag, kind, here), here, inputs)


@torch.no_grad()
def exact(model, batches):
    """Share of examples whose sketch comes out the same, greedily, step after step."""
    model.eval()
    right = total = 0
    for rows, grams, flag, kind, here, inputs, target in batches:
        memory = model.encode(rows, grams, flag, kind, here)
        said = torch.full((rows.shape[0], 1), START, device=rows.device)
        for _ in range(target.shape[1]):
            step = model.decode(memory, here, said)[:, -1].argmax(-1, keepdim=True)
            said = torch.cat([said, step], 1)
        wanted = target != -100
        same = ((said[:, 1:] == target) | ~wanted).all(1)
        right += same.sum().item()
        total += len(same)
    model.train()
    return right / max(total, 1)


def worker(corpus, held, pools, words, vocabulary, seed, batch, compose, out):
    """Fills a queue with batches, for ever."""
    rng = random.Random(seed)
    torch.set_num_threads(1)
    read = doing = None
    while True:
        # The corpus may grow while it is learned from.
        if read != (read := max(os.path.getmtime(path) for path in corpus)):
            examples = [example for example in load(corpus) if example.pieces not in held]
            doing = [example for example in examples if example.sketch[0] not in ("none", "ask")]
        items = []
        while len(items) < batch * 8:
            if rng.random() < compose:
                one, two = rng.choice(doing), rng.choice(doing)
                if one.sketch.count(";") + two.sketch.count(";") > 2:
                    continue
                example = joined(one, two, rng)
            else:
                example = rng.choice(examples)
            item = encode(example, pools, words, vocabulary, rng)
            if item:
                items.append(item)
        # Examples of like length go together.
        items.sort(key=lambda item: len(item[1]) + len(item[3]))
        groups = [items[at : at + batch] for at in range(0, len(items), batch)]
        rng.shuffle(groups)
        for group in groups:
            out.put([tensor for tensor in collate(group, words, len(vocabulary), "cpu")])


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("corpus", nargs="+")
    ask.add_argument("--words", required=True)
    ask.add_argument("--out", required=True)
    ask.add_argument("--seconds", type=float, default=300)
    ask.add_argument("--steps", type=int, default=100_000)
    ask.add_argument("--batch", type=int, default=64)
    ask.add_argument("--workers", type=int, default=1)
    ask.add_argument("--held", type=float, default=0.05)
    ask.add_argument("--dim", type=int, default=256)
    ask.add_argument("--compose", type=float, default=0.2)
    ask.add_argument("--rate", type=float, default=6e-4)
    ask.add_argument("--every", type=int, default=1000, help="steps between reports")
    ask.add_argument("--resume", help="a checkpoint to go on from; the corpus may have grown")
    ask.add_argument("--checkpoint", help="where to keep one")
    ask.add_argument("--warm", type=float, default=0.0, help="where the schedule of the learning rate begins, 0 to 1")
    ask.add_argument("--drop", type=float, default=0.2)
    args = ask.parse_args()
    torch.manual_seed(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    words = Words(args.words)
    examples = load(args.corpus)
    random.Random(7).shuffle(examples)
    held = examples[: int(len(examples) * args.held)]
    shown = examples[int(len(examples) * args.held) :]
    common = [word for word in list(words.index)[:6000] if word.isalpha() and len(word) > 2]
    pools = Pools(shown, common)
    names = sorted({word for example in examples for word in example.sketch if not word.startswith("$")})
    before = torch.load(args.resume, map_location="cpu") if args.resume else {"vocabulary": ["<pad>", "<s>", "</s>", *SLOT_LETTERS]}
    vocabulary = {word: at for at, word in enumerate(before["vocabulary"])}
    for name in names:
        vocabulary.setdefault(name, len(vocabulary))
    model = Translator(words.vectors, len(vocabulary), dim=args.dim, wide=2 * args.dim, drop=args.drop).to(device)
    if args.resume:
        restore(model, before["model"])
    weights = sum(part.numel() for part in model.parameters())
    print(f"{len(shown)} examples, {len(held)} held out, {len(vocabulary)} words, {weights/1e6:.1f} M weights on {device}", flush=True)
    rng = random.Random(3)
    tests = [item for item in (encode(example, pools, words, vocabulary, rng, noisy=False) for example in held[:160]) if item]
    tests = [collate(tests[at : at + 64], words, len(vocabulary), device) for at in range(0, len(tests), 64)]
    import torch.multiprocessing as mp

    mp.set_sharing_strategy("file_system")
    queue = mp.Queue(64)
    for number in range(args.workers):
        mp.Process(target=worker, args=(args.corpus, [example.pieces for example in held], pools, words, vocabulary, 100 + number, args.batch, args.compose, queue), daemon=True).start()
    decay = [p for n, p in model.named_parameters() if p.dim() > 1]
    rest = [p for n, p in model.named_parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}], lr=args.rate, betas=(0.9, 0.98))
    average = {name: part.detach().clone() for name, part in model.state_dict().items()}
    begin, step, sum_loss = time.time(), 0, 0.0
    while True:
        gone = max((time.time() - begin) / args.seconds, step / args.steps)
        if gone >= 1:
            break
        along = args.warm + (1 - args.warm) * gone
        rate = args.rate * min(1, (step + 1) / 400) * (0.5 * (1 + math.cos(math.pi * along)) * 0.97 + 0.03)
        for group in optimiser.param_groups:
            group["lr"] = rate
        rows, grams, flag, kind, here, inputs, target = (part.to(device, non_blocking=True) for part in queue.get())
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
            logits = model(rows, grams, flag, kind, here, inputs)
        loss = F.cross_entropy(logits.float().flatten(0, 1), target.flatten(), ignore_index=-100)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        sum_loss += loss.detach()
        step += 1
        keep = min(0.999, step / (step + 100))
        if step % 4 == 0:
            with torch.no_grad():
                for name, part in model.state_dict().items():
                    average[name].lerp_(part, 1 - keep**4) if part.dtype.is_floating_point else average[name].copy_(part)
        if step % args.every == 0:
            print(f"{time.time()-begin:6.0f} s step {step} loss {sum_loss.item()/args.every:.4f} held out {exact(model, tests):.3f}", flush=True)
            sum_loss = 0.0
            if args.checkpoint:
                torch.save({"vocabulary": list(vocabulary), "model": average}, args.checkpoint + ".new")
                os.replace(args.checkpoint + ".new", args.checkpoint)
                keep_model = {name: part.clone() for name, part in model.state_dict().items()}
                model.load_state_dict(average)
                save(model, words, vocabulary, args.out)
                model.load_state_dict(keep_model)
    model.load_state_dict(average)
    print(f"step {step}: held out {exact(model, tests):.3f}", flush=True)
    save(model, words, vocabulary, args.out)


def restore(model, held):
    """Weights of a checkpoint; rows for words that are new since keep what they were drawn as."""
    own = model.state_dict()
    for name, part in held.items():
        if own[name].shape == part.shape:
            own[name].copy_(part)
        else:
            own[name][: part.shape[0]].copy_(part)
    model.load_state_dict(own)


def save(model, words, vocabulary, path):
    """Matrices as bytes with a scale for each row, the rest as 32-bit floats."""
    from safetensors.numpy import save_file

    out = {}
    for name, part in model.state_dict().items():
        array = part.float().cpu().numpy()
        if array.ndim == 2:
            scale = np.maximum(np.abs(array).max(1), 1e-8) / 127
            out[name] = np.clip(np.round(array / scale[:, None]), -127, 127).astype(np.int8)
            out[name + ".scale"] = scale.astype(np.float32)
        else:
            out[name] = array.astype(np.float32)
    order = sorted(words.index, key=lambda word: word.encode())
    vectors = words.vectors[[words.index[word] for word in order]]
    scale = np.abs(vectors).max(1) / 127
    out["vectors"] = np.round(vectors / scale[:, None]).astype(np.int8)
    out["vectors.scale"] = scale.astype(np.float32)
    save_file(out, path, metadata={"vocabulary": "\n".join(vocabulary), "words": "\n".join(order)})


if __name__ == "__main__":
    main()
