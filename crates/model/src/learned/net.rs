//! Layers of the transformer, with the norms first (Xiong et al. 2020), on the CPU.

use super::weights::HEADS;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice};
use std::ops::Range;

/// `y = x Wᵀ + b`.
pub(super) struct Linear {
    /// A row for each output.
    pub(super) weight: Array2<f32>,
    pub(super) bias: Option<Array1<f32>>,
}

impl Linear {
    /// Each row of `x` through the layer.
    pub(super) fn of(&self, x: &Array2<f32>) -> Array2<f32> {
        let y = x.dot(&self.weight.t());
        match &self.bias {
            Some(bias) => y + bias,
            None => y,
        }
    }
}

/// Layer normalisation (Ba et al. 2016).
pub(super) struct Norm {
    pub(super) weight: Array1<f32>,
    pub(super) bias: Array1<f32>,
}

impl Norm {
    pub(super) fn of(&self, x: &Array2<f32>) -> Array2<f32> {
        let mut out = x.clone();
        for mut row in out.rows_mut() {
            let mean = row.mean().unwrap_or(0.0);
            row -= mean;
            let variance = row.dot(&row) / f32::from(u16::try_from(row.len()).unwrap_or(u16::MAX));
            row /= (variance + 1e-5).sqrt();
            row *= &self.weight;
            row += &self.bias;
        }
        out
    }
}

/// Attention of the decoder to the encoder's rows.
pub(super) struct Attention {
    pub(super) norm: Norm,
    pub(super) q: Linear,
    pub(super) kv: Linear,
    pub(super) out: Linear,
}

/// One layer; the decoder's have attention to the encoder.
pub(super) struct Block {
    pub(super) norm: Norm,
    pub(super) qkv: Linear,
    pub(super) out: Linear,
    pub(super) cross: Option<Attention>,
    pub(super) norm_wide: Norm,
    pub(super) up: Linear,
    pub(super) down: Linear,
}

/// Keys and values, a row for each position.
#[derive(Clone)]
pub(super) struct Memory {
    pub(super) keys: Array2<f32>,
    pub(super) values: Array2<f32>,
}

impl Memory {
    /// Nothing yet, with rows of this size.
    pub(super) fn empty(size: usize) -> Self {
        Self { keys: Array2::zeros((0, size)), values: Array2::zeros((0, size)) }
    }

    /// One position more.
    fn push(&mut self, key: ArrayView1<'_, f32>, value: ArrayView1<'_, f32>) {
        // The rows have the size of the matrix by construction of the layers.
        let _ = self.keys.push_row(key);
        let _ = self.values.push_row(value);
    }
}

impl Block {
    /// The encoder's layer: every position sees every other.
    pub(super) fn encode(&self, x: &Array2<f32>) -> Array2<f32> {
        let size = x.ncols();
        let qkv = self.qkv.of(&self.norm.of(x));
        let memory = Memory {
            keys: columns(&qkv, size..2 * size).to_owned(),
            values: columns(&qkv, 2 * size..3 * size).to_owned(),
        };
        let mut seen = Array2::zeros(x.raw_dim());
        for at in 0..x.nrows() {
            seen.row_mut(at).assign(&attend(part(qkv.row(at), 0..size), &memory));
        }
        self.widen(x + &self.out.of(&seen))
    }

    /// Keys and values of what the encoder gave, for [`Block::decode`].
    pub(super) fn remember(&self, encoded: &Array2<f32>) -> Option<Memory> {
        let kv = self.cross.as_ref()?.kv.of(encoded);
        let size = encoded.ncols();
        Some(Memory { keys: columns(&kv, 0..size).to_owned(), values: columns(&kv, size..2 * size).to_owned() })
    }

    /// The decoder's layer for one more position of each hypothesis: `said[i]` is what row `i` of `x` looks back on.
    pub(super) fn decode(&self, x: &Array2<f32>, said: &mut [&mut Memory], encoded: &Memory) -> Array2<f32> {
        let size = x.ncols();
        let qkv = self.qkv.of(&self.norm.of(x));
        let mut seen = Array2::zeros(x.raw_dim());
        for (at, memory) in said.iter_mut().enumerate() {
            memory.push(part(qkv.row(at), size..2 * size), part(qkv.row(at), 2 * size..3 * size));
            seen.row_mut(at).assign(&attend(part(qkv.row(at), 0..size), memory));
        }
        let mut x = x + &self.out.of(&seen);
        if let Some(cross) = &self.cross {
            let q = cross.q.of(&cross.norm.of(&x));
            for at in 0..x.nrows() {
                seen.row_mut(at).assign(&attend(q.row(at), encoded));
            }
            x += &cross.out.of(&seen);
        }
        self.widen(x)
    }

    fn widen(&self, x: Array2<f32>) -> Array2<f32> {
        let mut wide = self.up.of(&self.norm_wide.of(&x));
        wide.mapv_inplace(|value| value.max(0.0));
        x + self.down.of(&wide)
    }
}

/// Scaled dot-product attention of one query, head by head.
fn attend(query: ArrayView1<'_, f32>, memory: &Memory) -> Array1<f32> {
    let size = query.len();
    let head = size / HEADS;
    let scale = 1.0 / f32::from(u16::try_from(head).unwrap_or(u16::MAX)).sqrt();
    let mut out = Array1::zeros(size);
    for own in (0..HEADS).map(|at| at * head..(at + 1) * head) {
        let mut weights = columns(&memory.keys, own.clone()).dot(&part(query, own.clone())) * scale;
        softmax(&mut weights);
        let seen = weights.dot(&columns(&memory.values, own.clone()));
        out.slice_axis_mut(Axis(0), Slice::from(own)).assign(&seen);
    }
    out
}

fn columns(of: &Array2<f32>, range: Range<usize>) -> ArrayView2<'_, f32> {
    of.slice_axis(Axis(1), Slice::from(range))
}

fn part(of: ArrayView1<'_, f32>, range: Range<usize>) -> ArrayView1<'_, f32> {
    of.slice_axis_move(Axis(0), Slice::from(range))
}

fn softmax(row: &mut Array1<f32>) {
    let most = row.fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    row.mapv_inplace(|value| (value - most).exp());
    let sum = row.sum();
    *row /= sum;
}

/// Logarithms of the shares that [`softmax`] gives.
pub(super) fn log_softmax(row: &mut Array1<f32>) {
    let most = row.fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    let sum: f32 = row.iter().map(|value| (value - most).exp()).sum();
    *row -= most + sum.ln();
}
