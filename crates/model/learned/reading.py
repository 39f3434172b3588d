"""Tokens and features of a request. `src/learned/token.rs` and `features.rs` are the same in Rust; a test compares them."""

import re
import unicodedata

OPEN = "\"'“‘([{<«"
CLOSE = ".,;:?!)]}\"'”’»…"
QUOTES_OPEN, QUOTES_CLOSE = "\"'“‘«", "\"'”’»"
SIGNS = re.compile(r"([<>=≥≤≠]+|[,;()\[\]\"“”])")

# Ends of file names, by what they make of a file.
KINDS = {
    "csv": 1, "tsv": 2, "tab": 2, "json": 3, "jsonl": 4, "ndjson": 4, "yaml": 5, "yml": 5, "toml": 6, "ini": 7, "cfg": 7,
    "conf": 7, "env": 7, "txt": 8, "text": 8, "md": 9, "markdown": 9, "log": 10, "html": 11, "htm": 11, "xml": 12, "rss": 12,
    "atom": 12, "eml": 13, "mbox": 14, "ics": 15, "vcf": 16, "zip": 17, "tar": 18, "tgz": 18, "gz": 19, "xz": 19, "bz2": 19,
    "zst": 19, "png": 20, "jpg": 20, "jpeg": 20, "gif": 20, "bmp": 20, "webp": 20, "tiff": 20, "svg": 21, "sqlite": 22,
    "db": 22, "sqlite3": 22,
}
KIND_COUNT = 24  # 0 is no path, 23 a path of another kind

FLAGS = [
    "capital", "capitals", "digit", "number", "path", "url", "quoted", "mark", "day", "clock", "file", "directory", "absent",
    "column", "cell", "key", "underscore", "unknown", "hex", "mail", "pattern", "possessive", "first", "comma",
]
FLAG = {name: at for at, name in enumerate(FLAGS)}

NUMBER = re.compile(r"[+-]?[$€£]?\d[\d,._]*(%|°?[A-Za-z]{0,3})")
DAY = re.compile(r"\d{4}-\d{1,2}(-\d{1,2})?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?([ap]m)?")
HEX = re.compile(r"[0-9a-fA-F]{8,}")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def split(text):
    """Tokens as (start, end) in characters."""
    out = []
    for chunk in re.finditer(r"\S+", text):
        start, end = chunk.span()
        while end - start > 1 and text[start] in OPEN and not (text[start] == "<" and text[start + 1] in "=> "):
            out.append((start, start + 1))
            start += 1
        tail = []
        while end - start > 1 and text[end - 1] in CLOSE and text[start:end] not in ("..", "..."):
            end -= 1
            tail.append((end, end + 1))
        out.extend(middle(text, start, end))
        out.extend(reversed(tail))
    return out


def middle(text, start, end):
    chunk = text[start:end]
    if "://" in chunk:
        return [(start, end)]
    out, at = [], start
    for found in SIGNS.finditer(chunk):
        a, b = start + found.start(), start + found.end()
        digits = found.group() == "," and a > start and b < end and text[a - 1].isdigit() and text[b].isdigit()
        if digits:
            continue
        if a > at:
            out.append((at, a))
        out.append((a, b))
        at = b
    if at < end:
        out.append((at, end))
    parts = []
    for a, b in out:
        if b - a > 2 and text[b - 2 : b].lower() in ("'s", "’s"):
            parts += [(a, b - 2), (b - 2, b)]
        else:
            parts.append((a, b))
    return parts


def quoted(text, tokens):
    """For each token whether it stands between quotation marks."""
    inside = [False] * len(tokens)
    at = 0
    while at < len(tokens):
        a, b = tokens[at]
        if b - a == 1 and text[a] in QUOTES_OPEN and (a == 0 or not text[a - 1].isalnum()):
            want = QUOTES_CLOSE[QUOTES_OPEN.index(text[a])]
            for end in range(at + 1, len(tokens)):
                c, d = tokens[end]
                if d - c == 1 and text[c] == want and (d == len(text) or not text[d].isalnum()):
                    for step in range(at + 1, end):
                        inside[step] = True
                    at = end
                    break
        at += 1
    return inside


def is_path(word):
    if NUMBER.fullmatch(word) or DAY.fullmatch(word) or CLOCK.fullmatch(word) or MAIL.fullmatch(word) or "://" in word:
        return False
    return len(word) > 1 and any(mark in word.strip(".") or word.startswith(".") for mark in "./\\*~" )


def kind(word):
    """What the end of a path says of the file; 0 for what is no path."""
    if not is_path(word):
        return 0
    end = word.rsplit("/", 1)[-1].rsplit(".", 1)
    lower = word.lower()
    if lower.endswith((".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst")):
        return 18
    return KINDS.get(end[1].lower(), 23) if len(end) == 2 else 23


def flags(text, tokens, known):
    """Features that depend on the text alone, as sets of names."""
    inside = quoted(text, tokens)
    out = []
    for at, (a, b) in enumerate(tokens):
        word = text[a:b]
        has = set()
        letters = [letter for letter in word if letter.isalpha()]
        if letters and letters[0].isupper():
            has.add("capital")
        if len(letters) > 1 and all(letter.isupper() for letter in letters):
            has.add("capitals")
        if any(letter.isdigit() for letter in word):
            has.add("digit")
        if NUMBER.fullmatch(word):
            has.add("number")
        if "://" in word:
            has.add("url")
        elif MAIL.fullmatch(word):
            has.add("mail")
        elif DAY.fullmatch(word):
            has.add("day")
        elif CLOCK.fullmatch(word):
            has.add("clock")
        elif is_path(word):
            has.add("path")
            if word.startswith((".", "*")):
                has.add("pattern")
        if inside[at]:
            has.add("quoted")
        if not any(letter.isalnum() for letter in word):
            has.add("mark")
        if "," in word or ";" in word:
            has.add("comma")
        if "_" in word:
            has.add("underscore")
        if HEX.fullmatch(word) and any(letter.isdigit() for letter in word):
            has.add("hex")
        if word.lower() in ("'s", "’s"):
            has.add("possessive")
        if at == 0:
            has.add("first")
        if not known(word):
            has.add("unknown")
        out.append(has)
    return out


PIECES_MAX = 6  # of a word; what is longer is a name, and told by its flags


class Pieces:
    """Word pieces by greedy longest match (Wu et al. 2016), as MiniLM reads them: lower case, without accents."""

    def __init__(self, pieces):
        self.index = {piece: at for at, piece in enumerate(pieces)}
        self.unknown, self.open, self.close = (self.index[mark] for mark in ("[UNK]", "[CLS]", "[SEP]"))
        self.cache = {}

    def known(self, word):
        return bare(word) in self.index

    def of(self, word):
        """Numbers of the pieces; at least one, at most PIECES_MAX."""
        found = self.cache.get(word)
        if found is None:
            found = [piece for run in runs(word) for piece in self.cut(run)][:PIECES_MAX] or [self.unknown]
            if len(self.cache) < 500_000:
                self.cache[word] = found
        return found

    def cut(self, run):
        out, at = [], 0
        while at < len(run):
            for end in range(min(len(run), at + PIECE_LETTERS_MAX), at, -1):
                piece = self.index.get(("##" if at else "") + run[at:end])
                if piece is not None:
                    break
            else:
                return [self.unknown]
            out.append(piece)
            at = end
        return out


PIECE_LETTERS_MAX = 24


def bare(word):
    """The word in lower case, without accents."""
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", word.lower()))


def runs(word):
    """The letters and digits that stand together, and each mark by itself; a capital in a name begins a run."""
    spaced = bare(re.sub(r"([a-z])([A-Z])", r"\1 \2", word))
    return re.findall(r"[^\W_]+|[^\s\w]|_", spaced)
