//! Columns, rows and routes, in character cells.

use super::DiagramEdge;
use super::layers::{Layers, Link};
use std::collections::BTreeSet;

/// Columns between neighbours of a layer.
const GAP: i64 = 3;
/// Most columns between two arrows that leave one box.
const FAN: i64 = 8;

/// A box's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A place on the way of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) x: i64,
    pub(super) y: i64,
}

/// Where everything is. Nothing has a negative place.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) rects: Vec<Rect>,
    /// For each edge its corners, from the lower border of one box to the upper border of the other; neighbouring
    /// corners share a column or a row.
    pub(super) routes: Vec<Vec<Point>>,
}

/// Lays out boxes of these sizes. `None` for a graph that [`Layers::of`] does not take.
pub(super) fn layout(sizes: &[(usize, usize)], edges: &[DiagramEdge]) -> Option<Layout> {
    let layers = Layers::of(sizes.len(), edges)?;
    let mut placing = Placing::new(&layers, sizes)?;
    for layer in 0..layers.rows.len() {
        placing.columns(layer);
        placing.leave(layer);
    }
    let mut layout = Layout { routes: vec![Vec::new(); edges.len()], ..Layout::default() };
    placing.rows(&mut layout);
    Some(layout)
}

/// What is known so far, by vertex.
struct Placing<'l> {
    layers: &'l Layers,
    sizes: Vec<(i64, i64)>,
    x: Vec<i64>,
    /// For each layer and link: the column that it leaves at, and that it arrives at.
    ways: Vec<Vec<(i64, i64)>>,
}

impl<'l> Placing<'l> {
    fn new(layers: &'l Layers, sizes: &[(usize, usize)]) -> Option<Self> {
        let mut arrows = vec![(0_i64, 0_i64); layers.vertices];
        for link in layers.links.iter().flatten() {
            arrows[link.upper].0 += 1;
            arrows[link.lower].1 += 1;
        }
        let mut all = Vec::with_capacity(layers.vertices);
        for (index, (out, into)) in arrows.iter().enumerate() {
            let (width, height) = match sizes.get(index) {
                Some((width, height)) => (i64::try_from(*width).ok()?, i64::try_from(*height).ok()?),
                None => (1, 0),
            };
            // Arrows leave at every second column and arrive at the ones between, if not straight from above.
            let least = if index < layers.steps { 2 * (*out).max(*into) + 5 } else { 1 };
            all.push((width.max(least), height));
        }
        let ways = layers.links.iter().map(|links| vec![(0, 0); links.len()]).collect();
        Some(Self { layers, sizes: all, x: vec![0; layers.vertices], ways })
    }

    /// Places a layer: each vertex as near as can be to below those that it hangs on.
    fn columns(&mut self, layer: usize) {
        let layers = self.layers;
        let row = &layers.rows[layer];
        let above: &[Link] = layer.checked_sub(1).map_or(&[], |above| &layers.links[above]);
        let ways: Vec<(i64, i64)> = layer.checked_sub(1).map_or_else(Vec::new, |above| self.ways[above].clone());
        let wanted: Vec<Option<i64>> = row
            .iter()
            .map(|vertex| {
                let outs = || above.iter().zip(&ways).filter(|(link, _)| link.lower == *vertex);
                let count = i64::try_from(outs().count()).unwrap_or(i64::MAX);
                let sum: i64 = outs().map(|(_, (out, _))| *out).sum();
                (count > 0).then(|| sum / count - self.sizes[*vertex].0 / 2)
            })
            .collect();
        let widths: Vec<i64> = row.iter().map(|vertex| self.sizes[*vertex].0 + GAP).collect();
        let near = nearest(&wanted, &widths);
        let mut next = i64::MIN;
        for (vertex, near) in row.iter().zip(near) {
            let mut x = near.max(next);
            if *vertex >= layers.steps {
                // A bend goes on where it arrives: at a column that nothing else leaves from.
                let taken: BTreeSet<i64> =
                    above.iter().zip(&ways).filter(|(link, _)| link.lower != *vertex).map(|(_, way)| way.0).collect();
                x += x.rem_euclid(2);
                while taken.contains(&x) {
                    x += 2;
                }
            }
            self.x[*vertex] = x;
            next = x + self.sizes[*vertex].0 + GAP;
        }
        if let Some(above) = layer.checked_sub(1) {
            self.arrive(above);
        }
    }

    /// Columns at which the links from a layer leave: even ones, spread about the middle of the box.
    fn leave(&mut self, layer: usize) {
        let places = self.layers.places();
        let links = &self.layers.links[layer];
        for vertex in &self.layers.rows[layer] {
            let mut own: Vec<usize> = (0..links.len()).filter(|index| links[*index].upper == *vertex).collect();
            own.sort_by_key(|index| (places[links[*index].lower], *index));
            let (x, width) = (self.x[*vertex], self.sizes[*vertex].0);
            if *vertex >= self.layers.steps {
                own.iter().for_each(|index| self.ways[layer][*index].0 = x);
                continue;
            }
            let count = i64::try_from(own.len()).unwrap_or(i64::MAX).max(1);
            let fan = ((width - 4) / count).clamp(2, FAN) / 2 * 2;
            let first = x + (width - fan * (count - 1)) / 2;
            let first = first + first.rem_euclid(2);
            (0_i64..).zip(&own).for_each(|(number, index)| self.ways[layer][*index].0 = first + fan * number);
        }
    }

    /// Columns at which the links from a layer arrive: straight below where they left if the box is there, else an odd
    /// one. So no column is used by two links, and a row is all that they can share.
    fn arrive(&mut self, layer: usize) {
        let links = &self.layers.links[layer];
        for vertex in &self.layers.rows[layer + 1] {
            let (x, width) = (self.x[*vertex], self.sizes[*vertex].0);
            if *vertex >= self.layers.steps {
                let own = (0..links.len()).filter(|index| links[*index].lower == *vertex);
                own.for_each(|index| self.ways[layer][index].1 = x);
                continue;
            }
            let inside = x + 1..x + width - 1;
            let mut own: Vec<usize> = (0..links.len()).filter(|index| links[*index].lower == *vertex).collect();
            own.sort_by_key(|index| (self.ways[layer][*index].0, *index));
            // The first of those from the left, and the last of those from the right, arrive farthest outside.
            let (mut left, mut right) = (x + 1, x + width - 2);
            left += 1 - left.rem_euclid(2);
            right -= 1 - right.rem_euclid(2);
            for index in &own {
                let out = self.ways[layer][*index].0;
                if inside.contains(&out) {
                    self.ways[layer][*index].1 = out;
                } else if out < x + 1 {
                    self.ways[layer][*index].1 = left;
                    left += 2;
                }
            }
            for index in own.iter().rev() {
                let way = &mut self.ways[layer][*index];
                if way.0 >= x + width - 1 {
                    way.1 = right;
                    right -= 2;
                }
            }
        }
    }

    /// Rows of layers and of the tracks between them; fills the layout.
    fn rows(&self, layout: &mut Layout) {
        let left = self.x.iter().min().copied().unwrap_or(0);
        let mut top = 0;
        layout.rects = vec![Rect { x: 0, y: 0, width: 0, height: 0 }; self.layers.steps];
        for (layer, row) in self.layers.rows.iter().enumerate() {
            let height = row.iter().map(|vertex| self.sizes[*vertex].1).max().unwrap_or(0);
            for vertex in row.iter().filter(|vertex| **vertex < self.layers.steps) {
                let (width, height) = self.sizes[*vertex];
                layout.rects[*vertex] = Rect { x: self.x[*vertex] - left, y: top, width, height };
                layout.width = layout.width.max(self.x[*vertex] - left + width);
            }
            let (tracks, count) = tracks(&self.ways[layer]);
            let below = top + height;
            let next = below + count.max(1);
            for ((link, (out, into)), track) in self.layers.links[layer].iter().zip(&self.ways[layer]).zip(tracks) {
                let begin = if link.upper < self.layers.steps { top + self.sizes[link.upper].1 - 1 } else { top };
                let (out, into) = (out - left, into - left);
                layout.width = layout.width.max(out + 1).max(into + 1);
                let turn = below + track;
                for point in [(out, begin), (out, turn), (into, turn), (into, next)].map(|(x, y)| Point { x, y }) {
                    add(&mut layout.routes[link.edge], point);
                }
            }
            layout.height = below;
            top = next;
        }
    }
}

/// Adds a corner; one that only goes on in the same direction takes the place of the last.
fn add(route: &mut Vec<Point>, point: Point) {
    if route.last() == Some(&point) {
        return;
    }
    if let [.., before, last] = route.as_slice() {
        let straight = (before.x == last.x && last.x == point.x) || (before.y == last.y && last.y == point.y);
        if straight {
            route.pop();
        }
    }
    route.push(point);
}

/// A row for each link that turns, so that no two that share a row meet; and how many rows that takes. This is the
/// left-edge rule of channel routing (Hashimoto and Stevens 1971).
fn tracks(ways: &[(i64, i64)]) -> (Vec<i64>, i64) {
    let mut turning: Vec<usize> = (0..ways.len()).filter(|index| ways[*index].0 != ways[*index].1).collect();
    turning.sort_by_key(|index| (ways[*index].0.min(ways[*index].1), *index));
    let mut rows = vec![0; ways.len()];
    let mut ends: Vec<i64> = Vec::new();
    for index in turning {
        let (from, to) = (ways[index].0.min(ways[index].1), ways[index].0.max(ways[index].1));
        let free = ends.iter().position(|end| *end + 1 < from).unwrap_or(ends.len());
        match ends.get_mut(free) {
            Some(end) => *end = to,
            None => ends.push(to),
        }
        rows[index] = i64::try_from(free).unwrap_or(i64::MAX);
    }
    (rows, i64::try_from(ends.len()).unwrap_or(i64::MAX))
}

/// Places in order, each at least its predecessor's width after it, with the least sum of squares from what is wanted
/// (pool adjacent violators). Who wants nothing stands beside its predecessor.
fn nearest(wanted: &[Option<i64>], widths: &[i64]) -> Vec<i64> {
    // Without the widths before it, a place only has to be no less than the one before.
    let mut offsets = Vec::with_capacity(widths.len());
    let mut sum = 0;
    for width in widths {
        offsets.push(sum);
        sum += width;
    }
    let mut pools: Vec<(i64, i64, usize)> = Vec::new();
    let mut last = 0;
    for (wanted, offset) in wanted.iter().zip(&offsets) {
        last = wanted.map_or(last, |wanted| wanted - offset);
        pools.push((last, 1, 1));
        while let [.., before, own] = pools.as_slice() {
            if before.0 * own.1 <= own.0 * before.1 {
                break;
            }
            let joined = (before.0 + own.0, before.1 + own.1, before.2 + own.2);
            pools.truncate(pools.len() - 2);
            pools.push(joined);
        }
    }
    let values = pools.iter().flat_map(|(sum, count, members)| std::iter::repeat_n(sum.div_euclid(*count), *members));
    values.zip(&offsets).map(|(value, offset)| value + offset).collect()
}
