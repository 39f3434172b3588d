"""Trains the translator: requests to sketches. `python3 train.py --encoder encoder.npz --out weights.safetensors corpus/*.jsonl`"""

import argparse
import collections
import math
import multiprocessing
import os
import random
import time

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

import reading
from batches import START, collate, encode, tensors, worker
from corpus import Pools, load
from net import Translator

SLOT_LETTERS = "fdpckvnbatxeumw"
RARE = 12  # requests with an operation, below which it is no word of the translator
AVERAGED = 4  # steps between updates of the average of the weights


@torch.no_grad()
def exact(model, batches):
    """Share of examples whose sketch comes out the same, greedily, step after step."""
    model.eval()
    right = total = 0
    for pieces, own, flag, kind, here, inputs, target in batches:
        memory = model.encode(pieces, own, flag, kind)
        said = torch.full((pieces.shape[0], 1), START, device=pieces.device)
        for _ in range(target.shape[1]):
            step = model.decode(memory, here, said)[:, -1].argmax(-1, keepdim=True)
            said = torch.cat([said, step], 1)
        same = ((said[:, 1:] == target) | (target == -100)).all(1)
        right += same.sum().item()
        total += len(same)
    model.train()
    return right / max(total, 1)


def groups(model, rate, encoder):
    """Parameters with their rates: what was pretrained learns slower, and only matrices decay."""
    out = {}
    for name, part in model.named_parameters():
        pretrained = name.startswith(("encoder.", "norm.", "place."))
        group = out.setdefault((pretrained, part.dim() > 1), {"params": [], "weight_decay": 0.05 if part.dim() > 1 else 0.0})
        group["params"].append(part)
        group["base"] = rate * encoder if pretrained else rate
    return list(out.values())


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("corpus", nargs="+")
    ask.add_argument("--encoder", required=True, help="what words.py gave")
    ask.add_argument("--out", required=True)
    ask.add_argument("--seconds", type=float, default=300)
    ask.add_argument("--steps", type=int, default=100_000)
    ask.add_argument("--batch", type=int, default=48)
    ask.add_argument("--held", type=int, default=400, help="examples that are not learned from")
    ask.add_argument("--compose", type=float, default=0.15)
    ask.add_argument("--rate", type=float, default=8e-4)
    ask.add_argument("--slower", type=float, default=0.3, help="the encoder's rate, as a share of the rate")
    ask.add_argument("--every", type=int, default=500, help="steps between reports")
    ask.add_argument("--resume", help="a checkpoint to go on from; the corpus may have grown")
    ask.add_argument("--checkpoint", help="where to keep one")
    ask.add_argument("--warm", type=float, default=0.0, help="where the schedule of the learning rate begins, 0 to 1")
    ask.add_argument("--drop", type=float, default=0.1)
    ask.add_argument("--workers", type=int, default=1, help="processes that make batches")
    args = ask.parse_args()
    torch.manual_seed(1)
    np.random.seed(1)
    start = np.load(args.encoder, allow_pickle=True)
    pieces = reading.Pieces(start["pieces"])
    examples = load(args.corpus)
    random.Random(7).shuffle(examples)
    held, shown = examples[: args.held], examples[args.held :]
    common = [piece for piece in list(pieces.index)[1000:8000] if piece.isalpha() and len(piece) > 2]
    pools = Pools(shown, common)
    counts = collections.Counter(word for example in examples for word in set(example.sketch) if not word.startswith("$"))
    # What hardly anybody asked for is not learned, only confused: such an operation is left to the search.
    names = sorted(word for word, count in counts.items() if count >= RARE or "." not in word or word[0] == "'")
    before = torch.load(args.resume, map_location="cpu") if args.resume else {"vocabulary": ["<pad>", "<s>", "</s>", *SLOT_LETTERS]}
    vocabulary = {word: at for at, word in enumerate(before["vocabulary"])}
    for name in names:
        vocabulary.setdefault(name, len(vocabulary))
    queue = multiprocessing.Queue(64)
    for number in range(args.workers):
        job = (args.corpus, [example.pieces for example in held], pools, pieces, vocabulary, 100 + number, args.batch, args.compose, queue)
        multiprocessing.Process(target=worker, args=job, daemon=True).start()
    model = Translator({name: start[name] for name in start.files if name != "pieces"}, len(vocabulary), drop=args.drop)
    if args.resume:
        restore(model, before["model"])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    half = torch.autocast(device.type, torch.bfloat16)
    model.to(device)
    weights = sum(part.numel() for part in model.parameters())
    print(f"{len(shown)} examples, {len(held)} held out, {len(vocabulary)} words, {weights/1e6:.1f} M weights", flush=True)
    rng = random.Random(3)
    tests = [item for item in (encode(example, pools, pieces, vocabulary, rng, noisy=False) for example in held) if item]
    tests.sort(key=lambda item: len(item[0]) + len(item[3]))
    tests = [tensors(collate(tests[at : at + 50], pieces, len(vocabulary)), device) for at in range(0, len(tests), 50)]
    optimiser = torch.optim.AdamW(groups(model, args.rate, args.slower), betas=(0.9, 0.98), fused=True)
    average = {name: part.detach().clone() for name, part in model.state_dict().items()}
    begin, step, sum_loss = time.time(), 0, 0.0
    while (gone := max((time.time() - begin) / args.seconds, step / args.steps)) < 1:
        along = args.warm + (1 - args.warm) * gone
        share = min(1, (step + 1) / 300) * (0.5 * (1 + math.cos(math.pi * along)) * 0.97 + 0.03)
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * share
        *inputs, target = tensors(queue.get(), device)
        with half:
            said = model(*inputs)
        loss = F.cross_entropy(said.float().flatten(0, 1), target.flatten(), ignore_index=-100)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        sum_loss += loss.detach()
        step += 1
        if step % AVERAGED == 0:
            keep = min(0.999, step / (step + 100)) ** AVERAGED
            with torch.no_grad():
                for name, part in model.state_dict().items():
                    average[name].lerp_(part, 1 - keep)
        if step % args.every == 0:
            report(model, average, tests, vocabulary, pieces, start, args, f"{time.time()-begin:6.0f} s step {step} loss {sum_loss/args.every:.4f}")
            sum_loss = 0.0
    report(model, average, tests, vocabulary, pieces, start, args, f"step {step}")


def report(model, average, tests, vocabulary, pieces, start, args, said):
    """Tells how far the average of the weights has come, and keeps it."""
    now = {name: part.clone() for name, part in model.state_dict().items()}
    model.load_state_dict(average)
    print(f"{said} held out {exact(model, tests):.3f}", flush=True)
    save(model, start, pieces, vocabulary, args.out)
    if args.checkpoint:
        torch.save({"vocabulary": list(vocabulary), "model": average}, args.checkpoint + ".new")
        os.replace(args.checkpoint + ".new", args.checkpoint)
    model.load_state_dict(now)


def restore(model, held):
    """Weights of a checkpoint; rows for words that are new since keep what they were drawn as."""
    own = model.state_dict()
    for name, part in held.items():
        if own[name].shape == part.shape:
            own[name].copy_(part)
        else:
            own[name][: part.shape[0]].copy_(part)
    model.load_state_dict(own)


def save(model, start, pieces, vocabulary, path):
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
    order = sorted(pieces.index, key=lambda piece: piece.encode())
    rows = [pieces.index[piece] for piece in order]
    out["vectors"] = start["vectors"][rows]
    out["vectors.scale"] = start["vectors.scale"][rows].astype(np.float32)
    save_file(out, path, metadata={"vocabulary": "\n".join(vocabulary), "pieces": "\n".join(order)})


if __name__ == "__main__":
    main()
