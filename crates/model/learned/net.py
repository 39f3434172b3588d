"""The network: a pretrained encoder over word pieces, and a decoder over a small vocabulary and pointers to words.
`src/learned/net.rs` is the same in Rust."""

import math

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

import reading

DIM = 384  # of the encoder, as it was pretrained
ENCODER_HEADS = 12
WIDE = 1536
DECODER_DIM = 256
DECODER_HEADS = 4
DECODER_WIDE = 768
DECODERS = 2
STEPS_MAX = 120


def split(x, heads):
    b, t, d = x.shape
    return x.view(b, t, heads, d // heads).transpose(1, 2)


def attend(q, k, v, heads, mask, causal=False):
    q, k, v = split(q, heads), split(k, heads), split(v, heads)
    if q.is_cuda:
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
    else:
        # The fused operation's way back takes a quarter of the time on processors.
        weights = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if causal:
            mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril()
        if mask is not None:
            weights = weights.masked_fill(~mask, -1e9)
        y = weights.softmax(-1).to(v.dtype) @ v
    return y.transpose(1, 2).flatten(2)


class Drop(nn.Module):
    """Dropout in steps of 1/256, from random bytes: PyTorch's draws one number after the other on processors."""

    def __init__(self, share):
        super().__init__()
        self.below = round(share * 256)

    def forward(self, x):
        if not self.training or self.below == 0:
            return x
        if x.is_cuda:
            return F.dropout(x, self.below / 256)
        kept = np.frombuffer(np.random.bytes(x.numel()), np.uint8) >= self.below
        return x * torch.from_numpy(kept).view(x.shape).to(x.dtype).mul_(256 / (256 - self.below))


class Layer(nn.Module):
    """A layer of the encoder, with the norms last (Vaswani et al. 2017)."""

    def __init__(self, drop):
        super().__init__()
        self.qkv = nn.Linear(DIM, 3 * DIM)
        self.out = nn.Linear(DIM, DIM)
        self.norm = nn.LayerNorm(DIM)
        self.up = nn.Linear(DIM, WIDE)
        self.down = nn.Linear(WIDE, DIM)
        self.norm_wide = nn.LayerNorm(DIM)
        self.drop = Drop(drop)

    def forward(self, x, mask):
        q, k, v = self.qkv(x).chunk(3, -1)
        x = self.norm(x + self.drop(self.out(attend(q, k, v, ENCODER_HEADS, mask))))
        return self.norm_wide(x + self.drop(self.down(F.gelu(self.up(x), approximate="tanh"))))


class Block(nn.Module):
    """A layer of the decoder, with the norms first (Xiong et al. 2020)."""

    def __init__(self, drop):
        super().__init__()
        dim = DECODER_DIM
        self.norm = nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.norm_cross = nn.LayerNorm(dim)
        self.q = nn.Linear(dim, dim)
        self.kv = nn.Linear(dim, 2 * dim)
        self.out_cross = nn.Linear(dim, dim)
        self.norm_wide = nn.LayerNorm(dim)
        self.up = nn.Linear(dim, DECODER_WIDE)
        self.down = nn.Linear(DECODER_WIDE, dim)
        self.drop = Drop(drop)

    def forward(self, x, memory, mask):
        q, k, v = self.qkv(self.norm(x)).chunk(3, -1)
        x = x + self.drop(self.out(attend(q, k, v, DECODER_HEADS, None, causal=True)))
        k, v = self.kv(memory).chunk(2, -1)
        x = x + self.drop(self.out_cross(attend(self.q(self.norm_cross(x)), k, v, DECODER_HEADS, mask)))
        return x + self.drop(self.down(self.drop(F.relu(self.up(self.norm_wide(x))))))


class Translator(nn.Module):
    """Pieces in, sketches out. Pointers after Vinyals et al. 2015."""

    def __init__(self, held, size, drop=0.1):
        super().__init__()
        self.size = size
        # The vectors of word pieces stay as they were pretrained, as bytes with a scale for each row.
        vectors = torch.from_numpy(held["vectors"]).float() * torch.from_numpy(held["vectors.scale"]).float()[:, None]
        self.register_buffer("vectors", vectors, persistent=False)
        self.place = nn.Embedding(*held["place"].shape)
        self.norm = nn.LayerNorm(DIM)
        self.flag = nn.Linear(len(reading.FLAGS), DIM, bias=False)
        self.kind = nn.Embedding(reading.KIND_COUNT, DIM)
        layers = 1 + max(int(name.split(".")[0]) for name in held if name[0].isdigit())
        self.encoder = nn.ModuleList(Layer(drop) for _ in range(layers))
        self.into = nn.Linear(DIM, DECODER_DIM)
        self.norm_into = nn.LayerNorm(DECODER_DIM)
        self.token = nn.Embedding(size, DECODER_DIM)
        self.step = nn.Embedding(STEPS_MAX, DECODER_DIM)
        self.pointed = nn.Linear(DECODER_DIM, DECODER_DIM)
        self.decoder = nn.ModuleList(Block(drop) for _ in range(DECODERS))
        self.norm_decoder = nn.LayerNorm(DECODER_DIM)
        self.choose = nn.Linear(DECODER_DIM, size)
        self.query = nn.Linear(DECODER_DIM, DECODER_DIM)
        self.key = nn.Linear(DECODER_DIM, DECODER_DIM)
        self.drop = Drop(drop)
        for table in (self.kind, self.flag, self.token, self.step):
            nn.init.normal_(table.weight, std=0.05)
        with torch.no_grad():
            self.place.weight.copy_(torch.from_numpy(held["place"]))
            for part in ("weight", "bias"):
                getattr(self.norm, part).copy_(torch.from_numpy(held[f"norm.{part}"]))
                for at, layer in enumerate(self.encoder):
                    for name in ("qkv", "out", "norm", "up", "down", "norm_wide"):
                        getattr(getattr(layer, name), part).copy_(torch.from_numpy(held[f"{at}.{name}.{part}"]))

    def encode(self, pieces, own, flag, kind):
        """A row for each word. `own` is the word that a piece is of, -1 for the marks around all, -2 for padding."""
        words = flag.shape[1]
        of = torch.where(own < 0, words, own)
        told = F.pad(self.flag(flag) + self.kind(kind), (0, 0, 0, 1))
        wide = of.unsqueeze(-1).expand(-1, -1, DIM)
        x = self.norm(self.vectors[pieces] + self.place.weight[: pieces.shape[1]]) + told.gather(1, wide)
        x = self.drop(x)
        mask = (own != -2)[:, None, None, :]
        for layer in self.encoder:
            x = layer(x, mask)
        sums = x.new_zeros(x.shape[0], words + 1, DIM).scatter_add(1, wide, x)
        counts = x.new_zeros(x.shape[0], words + 1).scatter_add(1, of, torch.ones_like(of, dtype=x.dtype))
        x = (sums / counts.clamp(min=1).unsqueeze(-1))[:, :words]
        return self.norm_into(self.into(x))

    def decode(self, memory, here, inputs):
        pointing = inputs >= self.size
        at = (inputs - self.size).clamp(min=0)
        picked = self.pointed(memory).gather(1, at.unsqueeze(-1).expand(-1, -1, DECODER_DIM))
        x = torch.where(pointing.unsqueeze(-1), picked, self.token(inputs.clamp(max=self.size - 1)))
        x = self.drop(x + self.step.weight[: inputs.shape[1]])
        mask = here[:, None, None, :]
        for block in self.decoder:
            x = block(x, memory, mask)
        x = self.norm_decoder(x)
        points = self.query(x) @ self.key(memory).transpose(1, 2) / math.sqrt(DECODER_DIM)
        points = points.masked_fill(~here[:, None, :], -1e9)
        return torch.cat([self.choose(x), points], -1)

    def forward(self, pieces, own, flag, kind, here, inputs):
        return self.decode(self.encode(pieces, own, flag, kind), here, inputs)
