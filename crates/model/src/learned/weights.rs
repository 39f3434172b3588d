//! The trained weights, and the words they know.

use super::net::{Attention, Block, Linear, Norm};
use ndarray::{Array1, Array2};
use safetensors::{Dtype, SafeTensors};

/// Buckets of letter groups; also in `learned/reading.py`.
pub(super) const GRAM_BUCKETS: u32 = 4096;
/// Attention heads of every layer; also in `learned/train.py`.
pub(super) const HEADS: usize = 4;

/// Everything the model has learned.
pub(super) struct Weights {
    /// Known words in the order of their bytes, and a row of bytes with a scale for each.
    words: Vec<&'static str>,
    vectors: &'static [u8],
    scales: Vec<f32>,
    /// What the decoder can say beside pointers.
    pub(super) vocabulary: Vec<&'static str>,
    pub(super) word: Linear,
    pub(super) gram: Array2<f32>,
    pub(super) gram_in: Linear,
    pub(super) flag: Linear,
    pub(super) kind: Array2<f32>,
    pub(super) place: Array2<f32>,
    pub(super) encoder: Vec<Block>,
    pub(super) norm_encoder: Norm,
    pub(super) token: Array2<f32>,
    pub(super) step: Array2<f32>,
    pub(super) pointed: Linear,
    pub(super) decoder: Vec<Block>,
    pub(super) norm_decoder: Norm,
    pub(super) choose: Linear,
    pub(super) query: Linear,
    pub(super) key: Linear,
}

/// Reads tensors by name.
struct Reader(SafeTensors<'static>);

impl Reader {
    fn floats(&self, name: &str) -> Option<Vec<f32>> {
        let tensor = self.0.tensor(name).ok()?;
        (tensor.dtype() == Dtype::F32).then(|| {
            let four = |bytes: &[u8]| bytes.try_into().map_or(0.0, f32::from_le_bytes);
            tensor.data().chunks_exact(4).map(four).collect()
        })
    }

    /// A matrix of bytes with a scale for each row.
    fn matrix(&self, name: &str) -> Option<Array2<f32>> {
        let tensor = self.0.tensor(name).ok()?;
        let &[rows, columns] = tensor.shape() else { return None };
        if tensor.dtype() != Dtype::I8 {
            return None;
        }
        let scales = self.floats(&format!("{name}.scale"))?;
        let mut out = Vec::with_capacity(rows * columns);
        for (row, scale) in tensor.data().chunks_exact(columns.max(1)).zip(&scales) {
            out.extend(row.iter().map(|byte| f32::from(byte.cast_signed()) * scale));
        }
        Array2::from_shape_vec((rows, columns), out).ok()
    }

    fn vector(&self, name: &str) -> Option<Array1<f32>> {
        self.floats(name).map(Array1::from_vec)
    }

    fn linear(&self, name: &str) -> Option<Linear> {
        Some(Linear { weight: self.matrix(&format!("{name}.weight"))?, bias: self.vector(&format!("{name}.bias")) })
    }

    fn norm(&self, name: &str) -> Option<Norm> {
        Some(Norm { weight: self.vector(&format!("{name}.weight"))?, bias: self.vector(&format!("{name}.bias"))? })
    }

    fn blocks(&self, name: &str) -> Option<Vec<Block>> {
        let mut out = Vec::new();
        while self.0.tensor(&format!("{name}.{}.qkv.weight", out.len())).is_ok() {
            let of = |part: &str| format!("{name}.{}.{part}", out.len());
            let cross = match self.linear(&of("q")) {
                Some(q) => Some(Attention {
                    norm: self.norm(&of("norm_cross"))?,
                    q,
                    kv: self.linear(&of("kv"))?,
                    out: self.linear(&of("out_cross"))?,
                }),
                None => None,
            };
            out.push(Block {
                norm: self.norm(&of("norm"))?,
                qkv: self.linear(&of("qkv"))?,
                out: self.linear(&of("out"))?,
                cross,
                norm_wide: self.norm(&of("norm_wide"))?,
                up: self.linear(&of("up"))?,
                down: self.linear(&of("down"))?,
            });
        }
        (!out.is_empty()).then_some(out)
    }
}

impl Weights {
    /// Reads weights as `learned/train.py` writes them; nothing if they are of another form.
    pub(super) fn load(bytes: &'static [u8]) -> Option<Self> {
        let (_, metadata) = SafeTensors::read_metadata(bytes).ok()?;
        let held = metadata.metadata().as_ref()?;
        // Kept for as long as the process lives, like the bytes they come from.
        let words: &'static str = held.get("words")?.clone().leak();
        let vocabulary: &'static str = held.get("vocabulary")?.clone().leak();
        let reader = Reader(SafeTensors::deserialize(bytes).ok()?);
        let vectors = reader.0.tensor("vectors").ok()?.data();
        Some(Self {
            words: words.split('\n').collect(),
            vectors,
            scales: reader.floats("vectors.scale")?,
            vocabulary: vocabulary.split('\n').collect(),
            word: reader.linear("word")?,
            gram: reader.matrix("gram.weight")?,
            gram_in: reader.linear("gram_in")?,
            flag: reader.linear("flag")?,
            kind: reader.matrix("kind.weight")?,
            place: reader.matrix("place.weight")?,
            encoder: reader.blocks("encoder")?,
            norm_encoder: reader.norm("norm_encoder")?,
            token: reader.matrix("token.weight")?,
            step: reader.matrix("step.weight")?,
            pointed: reader.linear("pointed")?,
            decoder: reader.blocks("decoder")?,
            norm_decoder: reader.norm("norm_decoder")?,
            choose: reader.linear("choose")?,
            query: reader.linear("query")?,
            key: reader.linear("key")?,
        })
    }

    /// Most tokens of a request.
    pub(super) fn tokens_max(&self) -> usize {
        self.place.nrows()
    }

    /// Most words of a sketch.
    pub(super) fn steps_max(&self) -> usize {
        self.step.nrows()
    }

    /// Whether the word itself is known, not only its parts.
    pub(super) fn knows(&self, lower: &str) -> bool {
        self.words.binary_search(&lower).is_ok()
    }

    /// Adds a known word's vector to `out`; whether it is known. O(log of the words).
    pub(super) fn add(&self, lower: &str, out: &mut [f32]) -> bool {
        let Ok(at) = self.words.binary_search(&lower) else { return false };
        let row = self.vectors.chunks_exact(out.len().max(1)).nth(at).unwrap_or_default();
        let scale = self.scales.get(at).copied().unwrap_or(0.0);
        for (sum, byte) in out.iter_mut().zip(row) {
            *sum += f32::from(byte.cast_signed()) * scale;
        }
        true
    }

    /// Components of a word's vector.
    pub(super) fn word_size(&self) -> usize {
        self.word.weight.ncols()
    }
}
