//! Layers of the transformers on the CPU: `learned/net.py` is the same in Python.

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
            let variance = row.dot(&row) / size(row.len());
            row /= (variance + 1e-5).sqrt();
            row *= &self.weight;
            row += &self.bias;
        }
        out
    }
}

/// A layer of the encoder, with the norms last (Vaswani et al. 2017): every position sees every other.
pub(super) struct Layer {
    pub(super) qkv: Linear,
    pub(super) out: Linear,
    pub(super) norm: Norm,
    pub(super) up: Linear,
    pub(super) down: Linear,
    pub(super) norm_wide: Norm,
}

impl Layer {
    pub(super) fn encode(&self, x: &Array2<f32>, heads: usize) -> Array2<f32> {
        let seen = self.attend(&self.qkv.of(x), heads);
        let x = self.norm.of(&(x + &self.out.of(&seen)));
        let mut wide = self.up.of(&x);
        wide.mapv_inplace(gelu);
        self.norm_wide.of(&(&x + &self.down.of(&wide)))
    }

    fn attend(&self, qkv: &Array2<f32>, heads: usize) -> Array2<f32> {
        let dim = self.out.weight.nrows();
        let head = dim / heads;
        let mut seen = Array2::zeros((qkv.nrows(), dim));
        for own in (0..heads).map(|at| at * head..(at + 1) * head) {
            let part = |at: usize| columns(qkv, at * dim + own.start..at * dim + own.end);
            let mut weights = part(0).dot(&part(1).t()) / size(head).sqrt();
            for mut row in weights.rows_mut() {
                let mut shares = row.to_owned();
                softmax(&mut shares);
                row.assign(&shares);
            }
            seen.slice_axis_mut(Axis(1), Slice::from(own.clone())).assign(&weights.dot(&part(2)));
        }
        seen
    }
}

/// A layer of the decoder, with the norms first (Xiong et al. 2020).
pub(super) struct Block {
    pub(super) norm: Norm,
    pub(super) qkv: Linear,
    pub(super) out: Linear,
    pub(super) norm_cross: Norm,
    pub(super) q: Linear,
    pub(super) kv: Linear,
    pub(super) out_cross: Linear,
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
    /// Keys and values of what the encoder gave, for [`Block::decode`].
    pub(super) fn remember(&self, encoded: &Array2<f32>) -> Memory {
        let kv = self.kv.of(encoded);
        let size = encoded.ncols();
        Memory { keys: columns(&kv, 0..size).to_owned(), values: columns(&kv, size..2 * size).to_owned() }
    }

    /// The layer for one more position of each hypothesis: `said[i]` is what row `i` of `x` looks back on.
    pub(super) fn decode(
        &self,
        x: &Array2<f32>,
        said: &mut [&mut Memory],
        encoded: &Memory,
        heads: usize,
    ) -> Array2<f32> {
        let size = x.ncols();
        let qkv = self.qkv.of(&self.norm.of(x));
        let mut seen = Array2::zeros(x.raw_dim());
        for (at, memory) in said.iter_mut().enumerate() {
            memory.push(part(qkv.row(at), size..2 * size), part(qkv.row(at), 2 * size..3 * size));
            seen.row_mut(at).assign(&attend(part(qkv.row(at), 0..size), memory, heads));
        }
        let mut x = x + &self.out.of(&seen);
        let q = self.q.of(&self.norm_cross.of(&x));
        for at in 0..x.nrows() {
            seen.row_mut(at).assign(&attend(q.row(at), encoded, heads));
        }
        x += &self.out_cross.of(&seen);
        let mut wide = self.up.of(&self.norm_wide.of(&x));
        wide.mapv_inplace(|value| value.max(0.0));
        x + self.down.of(&wide)
    }
}

/// Scaled dot-product attention of one query, head by head.
fn attend(query: ArrayView1<'_, f32>, memory: &Memory, heads: usize) -> Array1<f32> {
    let head = query.len() / heads;
    let mut out = Array1::zeros(query.len());
    for own in (0..heads).map(|at| at * head..(at + 1) * head) {
        let mut weights = columns(&memory.keys, own.clone()).dot(&part(query, own.clone())) / size(head).sqrt();
        softmax(&mut weights);
        let seen = weights.dot(&columns(&memory.values, own.clone()));
        out.slice_axis_mut(Axis(0), Slice::from(own)).assign(&seen);
    }
    out
}

/// The Gaussian error linear unit by its tanh form (Hendrycks and Gimpel 2016).
fn gelu(x: f32) -> f32 {
    const ROOT: f32 = 0.797_884_6; // √(2/π)
    0.5 * x * (1.0 + (ROOT * (x + 0.044_715 * x * x * x)).tanh())
}

/// A count as a number to divide by; no row here has more than 65,535 columns.
pub(super) fn size(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
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
