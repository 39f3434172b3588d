//! The trained weights, and the word pieces they know.

use super::net::{Block, Layer, Linear, Norm};
use ndarray::{Array1, Array2, ArrayViewMut1};
use safetensors::{Dtype, SafeTensors};

/// Attention heads of the encoder's and the decoder's layers; also in `learned/net.py`.
pub(super) const ENCODER_HEADS: usize = 12;
pub(super) const DECODER_HEADS: usize = 4;
/// Most tokens of a request; also in `learned/batches.py`.
pub(super) const TOKENS_MAX: usize = 96;

/// Everything the model has learned.
pub(super) struct Weights {
    /// Known word pieces in the order of their bytes, and a row of bytes with a scale for each.
    pieces: Vec<&'static str>,
    vectors: &'static [u8],
    scales: Vec<f32>,
    /// What the decoder can say beside pointers.
    pub(super) vocabulary: Vec<&'static str>,
    pub(super) place: Array2<f32>,
    pub(super) norm: Norm,
    pub(super) flag: Linear,
    pub(super) kind: Array2<f32>,
    pub(super) encoder: Vec<Layer>,
    pub(super) into: Linear,
    pub(super) norm_into: Norm,
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

    fn layer(&self, at: &str) -> Option<Layer> {
        Some(Layer {
            qkv: self.linear(&format!("{at}.qkv"))?,
            out: self.linear(&format!("{at}.out"))?,
            norm: self.norm(&format!("{at}.norm"))?,
            up: self.linear(&format!("{at}.up"))?,
            down: self.linear(&format!("{at}.down"))?,
            norm_wide: self.norm(&format!("{at}.norm_wide"))?,
        })
    }

    fn block(&self, at: &str) -> Option<Block> {
        Some(Block {
            norm: self.norm(&format!("{at}.norm"))?,
            qkv: self.linear(&format!("{at}.qkv"))?,
            out: self.linear(&format!("{at}.out"))?,
            norm_cross: self.norm(&format!("{at}.norm_cross"))?,
            q: self.linear(&format!("{at}.q"))?,
            kv: self.linear(&format!("{at}.kv"))?,
            out_cross: self.linear(&format!("{at}.out_cross"))?,
            norm_wide: self.norm(&format!("{at}.norm_wide"))?,
            up: self.linear(&format!("{at}.up"))?,
            down: self.linear(&format!("{at}.down"))?,
        })
    }

    /// Layers `name.0`, `name.1` … as many as there are; nothing if there are none or one is not whole.
    fn stack<T>(&self, name: &str, read: impl Fn(&Self, &str) -> Option<T>) -> Option<Vec<T>> {
        let mut out = Vec::new();
        while self.0.tensor(&format!("{name}.{}.qkv.weight", out.len())).is_ok() {
            out.push(read(self, &format!("{name}.{}", out.len()))?);
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
        let pieces: &'static str = held.get("pieces")?.clone().leak();
        let vocabulary: &'static str = held.get("vocabulary")?.clone().leak();
        let reader = Reader(SafeTensors::deserialize(bytes).ok()?);
        let vectors = reader.0.tensor("vectors").ok()?.data();
        Some(Self {
            pieces: pieces.split('\n').collect(),
            vectors,
            scales: reader.floats("vectors.scale")?,
            vocabulary: vocabulary.split('\n').collect(),
            place: reader.matrix("place.weight")?,
            norm: reader.norm("norm")?,
            flag: reader.linear("flag")?,
            kind: reader.matrix("kind.weight")?,
            encoder: reader.stack("encoder", Reader::layer)?,
            into: reader.linear("into")?,
            norm_into: reader.norm("norm_into")?,
            token: reader.matrix("token.weight")?,
            step: reader.matrix("step.weight")?,
            pointed: reader.linear("pointed")?,
            decoder: reader.stack("decoder", Reader::block)?,
            norm_decoder: reader.norm("norm_decoder")?,
            choose: reader.linear("choose")?,
            query: reader.linear("query")?,
            key: reader.linear("key")?,
        })
    }

    /// Most word pieces of a request, with the marks around them.
    pub(super) fn pieces_max(&self) -> usize {
        self.place.nrows()
    }

    /// Numbers in the vector of a word piece.
    pub(super) fn width(&self) -> usize {
        self.place.ncols()
    }

    /// Most words of a sketch.
    pub(super) fn steps_max(&self) -> usize {
        self.step.nrows()
    }

    /// The number of a word piece. O(log of their count).
    pub(super) fn piece(&self, text: &str) -> Option<usize> {
        self.pieces.binary_search(&text).ok()
    }

    /// The text of a word piece.
    #[cfg(test)]
    pub(super) fn piece_text(&self, piece: usize) -> &'static str {
        self.pieces[piece]
    }

    /// Writes the vector of a word piece to `out`.
    pub(super) fn vector(&self, piece: usize, mut out: ArrayViewMut1<'_, f32>) {
        let row = self.vectors.chunks_exact(out.len().max(1)).nth(piece).unwrap_or_default();
        let scale = self.scales.get(piece).copied().unwrap_or(0.0);
        for (value, byte) in out.iter_mut().zip(row) {
            *value = f32::from(byte.cast_signed()) * scale;
        }
    }
}
