"""The corpus: requests with marked slots and the sketches they mean. Every epoch sees them changed: other names, other
values, slips of the finger, two requests in one."""

import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

SLOT = re.compile(r"\{([a-z]\d+)(?:=([^:{}]*))?:([^{}]*)\}")
IDENT = re.compile(r"(?<![\w'.-])([fdpckvnbatxeumw]\d+)(?![\w.-])")


@dataclass
class Example:
    """Pieces of a request: (text, slot id or None, path that a slot stands for or None), and the sketch's words."""

    pieces: list = field(default_factory=list)
    sketch: list = field(default_factory=list)


def sketch_words(do):
    """A sketch as the words that the decoder gives: operations, `setting=`, literals, marks, and slot ids as `$c1`."""
    if do in ("none", "ask"):
        return [do]
    out = []
    for number, statement in enumerate(do.split(" ; ")):
        if number:
            out.append(";")
        for at, step in enumerate(statement.split(" > ")):
            if at:
                out.append(">")
            step = step.strip()
            condition = at == 0 and re.match(r"(if|unless) (@\d) ", step)
            if condition:
                out += condition.groups()
                step = step[condition.end() :]
            words = step.split(" ")
            if at == 0 and re.fullmatch(r"(here|stdin|found|@\d|[fdpux]\d+)(\+[fdp]\d+)*", step):
                for number_, source in enumerate(step.split("+")):
                    if number_:
                        out.append("+")
                    out.append(value(source)[0] if source in ("here", "stdin", "found") or source[0] == "@" else "$" + source)
                continue
            if words[0] == "each":
                out.append("each")
                words = words[1:]
            name, _, port = words[0].partition(":")
            out.append(name)
            if port:
                out.append(":" + port)
            rest = " ".join(words[1:])
            if name in ("save", "fill"):
                out += value(rest.strip())
                continue
            for setting, said in re.findall(r"([a-z-]+)=((?:'[^']*'|[^ ',]+)(?:,(?:'[^']*'|[^ ',]+))*)", rest):
                out.append(setting + "=")
                for count, item in enumerate(re.findall(r"'[^']*'|[^,]+", said)):
                    if count:
                        out.append(",")
                    out.extend(value(item))
    return out


def value(item):
    """A value: a slot, or a literal; a literal name may hold a slot ('sum of c1')."""
    if IDENT.fullmatch(item):
        return ["$" + item]
    inner = re.fullmatch(r"'(.*) of ([a-z]\d+)'", item)
    if inner:
        return [f"'{inner[1]} of", "$" + inner[2]]
    return [item]


def load(paths):
    out = []
    for path in paths:
        for line in Path(path).read_text().splitlines():
            if not line.strip():
                continue
            row = json.loads(line)
            pieces, at = [], 0
            for found in SLOT.finditer(row["say"]):
                if found.start() > at:
                    pieces.append((row["say"][at : found.start()], None, None))
                pieces.append((found[3], found[1], found[2]))
                at = found.end()
            if at < len(row["say"]):
                pieces.append((row["say"][at:], None, None))
            out.append(Example(pieces, sketch_words(row["do"])))
    return out


def end_of(path):
    name = path.rsplit("/", 1)[-1]
    lower = name.lower()
    for double in (".tar.gz", ".tar.xz", ".tar.bz2"):
        if lower.endswith(double):
            return double
    return "." + lower.rsplit(".", 1)[1] if "." in name else ""


# Operations that any file can be put through, whatever the end of its name.
ANY_FILE = {
    "data.hash", "data.size", "data.type", "data.is-text", "data.compress", "data.compare", "base64.encode", "hex.encode",
    "file.copy", "file.copy-into", "file.move", "file.rename", "file.delete", "file.information", "bundle.to-zip",
    "bundle.to-tar", "bundle.checksums",
}


def takes_any_file(sketch):
    """Whether nothing in a sketch depends on what its files are."""
    operations = {word for word in sketch if "." in word and word[0] not in "'$"}
    return bool(operations) and operations <= ANY_FILE


# Words that lead up to a file, and operations that need nothing else to tell which file is meant.
LEADS = re.compile(r"[ ,]*\b(in|from|of|inside|out of|within|according to|as per|by|on|using|off)( (the|my|our|this))?\s*$", re.IGNORECASE)
TELLING = ("calendar.", "contacts.", "log.", "access-log.", "mail.", "feed.")
UNTELLING = ("file.", "directory.", "bundle.", "archive.", "data.", "image.", "sqlite.", "reader.")


def unsaid(example):
    """The example without the words that say its file, where what is left tells which one is meant; else nothing."""
    files = [at for at, (_, slot, _) in enumerate(example.pieces) if slot and slot[0] in "fd"]
    operations = [word for word in example.sketch if "." in word and word[0] not in "'$"]
    if len(files) != 1 or not operations or example.sketch[0] != "$" + example.pieces[files[0]][1]:
        return None
    told = any(word[0] == "$" and word[1] in "cvk" for word in example.sketch) or operations[0].startswith(TELLING)
    if (
        not told
        or example.sketch.count(example.sketch[0]) > 1
        or {"over", "each", "+", "fill"} & set(example.sketch)
        or any(name.startswith(UNTELLING) for name in operations)
    ):
        return None
    at = files[0]
    before = example.pieces[at - 1] if at else ("", None, None)
    after = example.pieces[at + 1] if at + 1 < len(example.pieces) else ("", None, None)
    lead = LEADS.search(before[0]) if before[1] is None else None
    if lead and (after[1] is None and not after[0][:1].isalnum()):
        pieces = [*example.pieces[: at - 1], (before[0][: lead.start()], None, None), *example.pieces[at + 1 :]]
    elif at == 0 and after[1] is None and re.match(r"\s*[:,-]\s", after[0]):
        pieces = [(re.sub(r"^\s*[:,-]\s+", "", after[0]), None, None), *example.pieces[2:]]
    else:
        return None
    if pieces and pieces[0][1] is None:
        pieces[0] = (pieces[0][0].lstrip(" ,"), None, None)
    pieces = [piece for piece in pieces if piece[0]]
    return Example(pieces, ["found", *example.sketch[1:]]) if pieces else None


class Pools:
    """What else could stand in a slot, from the whole corpus."""

    def __init__(self, examples, words):
        self.by = {}
        self.words = words
        for example in examples:
            for text, slot, path in example.pieces:
                if slot and text.strip():
                    self.by.setdefault(self.key(slot, text, path), []).append(text)

    @staticmethod
    def key(slot, text, path):
        if slot[0] in "fp":
            # A description is not exchanged for a path: the words around it differ.
            plain = path is None and ("." in text or "/" in text)
            return (slot[0], end_of(text)) if plain else (slot[0], None)
        if slot[0] == "n":
            return ("n", text.isdigit())
        return (slot[0], None)

    def any_file(self, text, rng):
        """Another path of an existing file, of whatever kind; a description stays."""
        names = [key for key in self.by if key[0] == "f" and key[1]]
        return rng.choice(self.by[rng.choice(names)]) if "." in text or "/" in text else text

    def other(self, slot, text, path, rng):
        if slot[0] in "fp" and (path is not None or not ("." in text or "/" in text)):
            return text
        if slot[0] in "twmue":
            return text if rng.random() < 0.7 else rng.choice(self.by.get(self.key(slot, text, path)) or [text])
        if slot[0] == "n":
            return str(rng.randint(2, 200)) if text.isdigit() and int(text) > 1 else text
        if slot[0] in "cvkx" and rng.random() < 0.35:
            many = rng.choice([1, 1, 1, 2, 2, 3]) if slot[0] != "k" else rng.choice([1, 2])
            join = rng.choice([" ", " ", "_", "."]) if slot[0] in "ck" else " "
            made = join.join(rng.choice(self.words) for _ in range(many))
            return made.title() if slot[0] in "vx" and rng.random() < 0.5 else made
        choices = self.by.get(self.key(slot, text, path)) or [text]
        chosen = rng.choice(choices)
        if slot[0] in "fp" and rng.random() < 0.3:
            end = end_of(chosen)
            stem = rng.choice(["_", "-", ""]).join(rng.choice(self.words) for _ in range(rng.choice([1, 2])))
            folder = rng.choice(self.words) + "/" if rng.random() < 0.4 else ""
            chosen = folder + stem + end
        return chosen


JOINS = [
    " and then ", ", then ", ". Then ", ". After that ", ", and ", " and ", "; then ", ". Also ", ". also ", ", and also ",
    ", afterwards ", " then ", ". And ", ". ", ", plus ", ". Next, ", ". Finally ", " and after that ", " & ",
]
BEFORE = [
    "please ", "Please ", "pls ", "can you ", "Can you ", "could you please ", "Could you ", "hi, ", "Hello, ", "hey ", "I need you to ", "kindly ",
    "I'd like you to ", "would you ", "just ", "ok ", "now ", "quickly ", "Hi! ",
]
AFTER = [" please", ", please", " thanks", ", thanks", ". Thank you!", " pls", " for me", ", ok?", " thx", ". Thanks in advance", "?", "!", "."]


def lower_first(text):
    return text[:1].lower() + text[1:] if len(text) > 1 and not text[1].isupper() else text


def joined(one, two, rng):
    """Two requests in one."""
    many = one.sketch.count(";") + 1
    renamed = {}
    for text, slot, path in two.pieces:
        if slot:
            renamed[slot] = f"{slot[0]}{int(slot[1:]) + 20}"
    pieces = [(text, slot, path) for text, slot, path in one.pieces]
    if pieces and pieces[-1][1] is None:
        pieces[-1] = (pieces[-1][0].rstrip(" .?!"), None, None)
    second = [(text, renamed.get(slot), path) for text, slot, path in two.pieces]
    if second and second[0][1] is None and rng.random() < 0.7:
        second[0] = (lower_first(second[0][0]), None, None)
    words = []
    for word in two.sketch:
        if word.startswith("$"):
            words.append("$" + renamed[word[1:]])
        elif word.startswith("@"):
            words.append(f"@{int(word[1:]) + many}")
        else:
            words.append(word)
    return Example(pieces + [(rng.choice(JOINS), None, None)] + second, one.sketch + [";"] + words)


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def mistype(word, rng):
    at = rng.randrange(len(word))
    way = rng.random()
    if way < 0.3 and len(word) > 2:
        return word[:at] + word[at + 1 :]
    if way < 0.55:
        return word[:at] + word[at] + word[at:]
    if way < 0.85 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice(LETTERS) + word[at + 1 :]


def varied(example, pools, rng):
    """The example, changed in what does not matter: the text, and its slots as (id, start, end)."""
    swap = 0.6 if rng.random() < 0.8 else 0.0
    typos = 0.06 if rng.random() < 0.35 else 0.0
    text, slots = "", []
    if rng.random() < 0.12:
        text = rng.choice(BEFORE)
    small = rng.random() < 0.15
    any_file = takes_any_file(example.sketch)
    for number, (piece, slot, path) in enumerate(example.pieces):
        if slot is None:
            if number == 0 and text:
                piece = lower_first(piece)
            if typos:
                piece = re.sub(r"[A-Za-z]{4,}", lambda found: mistype(found[0], rng) if rng.random() < typos else found[0], piece)
            text += piece.lower() if small else piece
            continue
        said = pools.other(slot, piece, path, rng) if rng.random() < swap else piece
        if any_file and slot[0] == "f" and path is None and rng.random() < 0.5:
            said = pools.any_file(said, rng)
        if slot[0] == "v" and text.endswith(("un", "non-")):
            said = piece
        if typos and slot[0] in "c" and len(said) > 4 and rng.random() < typos:
            said = mistype(said, rng)
        if small and slot[0] not in "fdpuxek":
            said = said.lower()
        slots.append((slot, len(text), len(text) + len(said), said if path is None else path, path is not None))
        text += said
    if rng.random() < 0.3:
        text = text.rstrip(" .?!")
    if rng.random() < 0.1:
        text = text.rstrip(" .?!") + rng.choice(AFTER)
    return text, slots
