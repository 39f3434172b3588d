//! Which step stands in which layer, and in which order.

use super::{DIAGRAM_STEPS_MAX, DiagramEdge, VERTICES_MAX};

/// Passes of the ordering; more change little (Gansner et al. 1993, section 3).
const PASSES: usize = 8;

/// A part of an edge, from one layer to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) upper: usize,
    pub(super) lower: usize,
    /// Position of the edge.
    pub(super) edge: usize,
}

/// Steps and bends in layers. Vertices from `steps` on are bends: places where an edge passes a layer.
#[derive(Clone, Debug)]
pub(super) struct Layers {
    pub(super) steps: usize,
    /// Vertices of each layer, from left to right.
    pub(super) rows: Vec<Vec<usize>>,
    /// Links from each layer to the next.
    pub(super) links: Vec<Vec<Link>>,
    /// Number of vertices.
    pub(super) vertices: usize,
}

impl Layers {
    /// `None` for a graph that is too large, has a circle, or an edge from or to nowhere.
    pub(super) fn of(steps: usize, edges: &[DiagramEdge]) -> Option<Self> {
        if steps > DIAGRAM_STEPS_MAX || edges.iter().any(|edge| edge.from >= steps || edge.to >= steps) {
            return None;
        }
        let layer = longest_paths(steps, edges)?;
        let depth = layer.iter().max().map_or(0, |last| last + 1);
        let mut layers = Self { steps, rows: vec![Vec::new(); depth], links: vec![Vec::new(); depth], vertices: steps };
        for (step, layer) in layer.iter().enumerate() {
            layers.rows[*layer].push(step);
        }
        for (edge, ends) in edges.iter().enumerate() {
            let mut upper = ends.from;
            for between in layer[ends.from] + 1..layer[ends.to] {
                let bend = layers.vertices;
                layers.vertices += 1;
                layers.rows[between].push(bend);
                layers.links[between - 1].push(Link { upper, lower: bend, edge });
                upper = bend;
            }
            layers.links[layer[ends.to] - 1].push(Link { upper, lower: ends.to, edge });
            if layers.vertices + edge > VERTICES_MAX {
                return None;
            }
        }
        layers.order();
        Some(layers)
    }

    /// The place of each vertex in its layer.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.vertices];
        for row in &self.rows {
            row.iter().enumerate().for_each(|(place, vertex)| places[*vertex] = place);
        }
        places
    }

    /// Sorts each layer by the mean place of the neighbours above, then below, in turn; keeps what crosses least.
    fn order(&mut self) {
        let (mut best, mut least) = (self.rows.clone(), self.crossings());
        for pass in 0..PASSES {
            if least == 0 {
                break;
            }
            let down = pass % 2 == 0;
            for step in 1..self.rows.len() {
                let layer = if down { step } else { self.rows.len() - 1 - step };
                self.sort(layer, down);
            }
            let crossings = self.crossings();
            if crossings < least {
                (best, least) = (self.rows.clone(), crossings);
            }
        }
        self.rows = best;
    }

    fn sort(&mut self, layer: usize, by_above: bool) {
        let places = self.places();
        let mut sums = vec![(0_usize, 0_usize); self.vertices];
        for link in &self.links[if by_above { layer - 1 } else { layer }] {
            let (own, other) = if by_above { (link.lower, link.upper) } else { (link.upper, link.lower) };
            sums[own].0 += places[other];
            sums[own].1 += 1;
        }
        // Who has no neighbours stays where it is. Means are compared as fractions, so that no rounding decides.
        let mean = |vertex: usize| if sums[vertex].1 == 0 { (places[vertex], 1) } else { sums[vertex] };
        self.rows[layer].sort_by(|a, b| {
            let ((a, of_a), (b, of_b)) = (mean(*a), mean(*b));
            (a * of_b).cmp(&(b * of_a))
        });
    }

    fn crossings(&self) -> usize {
        let places = self.places();
        let crossed = |links: &Vec<Link>| {
            let ends: Vec<_> = links.iter().map(|link| (places[link.upper], places[link.lower])).collect();
            let pairs = ends.iter().enumerate().flat_map(|(at, one)| ends[at + 1..].iter().map(move |two| (one, two)));
            pairs.filter(|(one, two)| (one.0 < two.0 && one.1 > two.1) || (one.0 > two.0 && one.1 < two.1)).count()
        };
        self.links.iter().map(crossed).sum()
    }
}

/// Longest path from a step without predecessors; such steps then move down to just above who needs them.
fn longest_paths(steps: usize, edges: &[DiagramEdge]) -> Option<Vec<usize>> {
    let mut layer = vec![0_usize; steps];
    let mut waits = vec![0_usize; steps];
    edges.iter().for_each(|edge| waits[edge.to] += 1);
    let free: Vec<bool> = waits.iter().map(|waits| *waits == 0).collect();
    let mut ready: Vec<usize> = (0..steps).filter(|step| free[*step]).collect();
    let mut done = 0;
    while let Some(step) = ready.pop() {
        done += 1;
        for edge in edges.iter().filter(|edge| edge.from == step) {
            layer[edge.to] = layer[edge.to].max(layer[step] + 1);
            waits[edge.to] -= 1;
            if waits[edge.to] == 0 {
                ready.push(edge.to);
            }
        }
    }
    for step in (0..steps).filter(|step| free[*step]) {
        let next = edges.iter().filter(|edge| edge.from == step).map(|edge| layer[edge.to]).min();
        layer[step] = next.map_or(layer[step], |next| next - 1);
    }
    (done == steps).then_some(layer)
}
