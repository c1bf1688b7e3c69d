//! The true point spread, and what each symbol looks like through it.

use nalgebra::{DMatrix, DVector};
use ndarray::{Array2, Axis};
use tumar::imaging::Mm;
use tumar::inspect::recognition::field::Field;
use tumar::inspect::recognition::templates::{Alphabet, Imaging, LENGTH, Template};
use tumar::inspect::stacking::grid::{ACROSS, ALONG};

/// Bins over which the point spread is followed, along and across, and from one node to the next:
/// it is linear between them.
const REACH: isize = 12;
const NODE: isize = 2;
/// How the glyphs are drawn before it: hardly blurred.
const DRAWN: Imaging = Imaging { along: 0.0, down: 0.0, blur: Mm(0.015) };
/// Against taps that the letters do not show.
const RIDGE: f64 = 1e-4;

/// The symbols of an alphabet as drawn.
pub(crate) fn drawn(alphabet: &Alphabet) -> Vec<Template> {
    alphabet.templates(&(0..alphabet.symbols.len()).collect::<Vec<_>>(), &DRAWN)
}

/// A point spread that is the same both ways round: offsets across and along, with their share.
pub(crate) struct Kernel(Vec<([isize; 2], f32)>);

impl Kernel {
    /// The one that turns the drawn `text` into the field, by weighted least squares.
    pub(crate) fn fit<'t>(field: &Field, text: impl Iterator<Item = &'t Template>) -> Self {
        let n = field.length();
        let drawn = Array2::from_shape_vec((ACROSS, n), field.render(text)).unwrap_or_default();
        let means = drawn.mean_axis(Axis(1)).unwrap_or_default();
        let at = |row: isize, column: isize| match usize::try_from(row).ok().filter(|&r| r < ACROSS)
        {
            Some(row) => drawn[[row, column.rem_euclid(n as isize) as usize]],
            // Other lines stand there, each begun elsewhere in the text.
            None => means[row.rem_euclid(ACROSS as isize) as usize],
        };
        let taps: Vec<Vec<([isize; 2], f32)>> = nodes().map(tent).collect();
        let mut table = Array2::<f32>::zeros((taps.len(), ACROSS * n));
        for (tap, mut line) in taps.iter().zip(table.rows_mut()) {
            for (bin, (value, weight)) in line.iter_mut().zip(&field.weights).enumerate() {
                let (row, column) = ((bin / n) as isize, (bin % n) as isize);
                let sum = tap.iter().map(|&([y, x], share)| share * at(row - y, column - x));
                *value = sum.sum::<f32>() * weight.sqrt();
            }
        }
        let square = table.dot(&table.t());
        let values = field.heights.iter().zip(&field.weights).map(|(h, w)| h * w.sqrt());
        let product = table.dot(&values.collect::<ndarray::Array1<f32>>());
        let mean = f64::from(square.diag().mean().unwrap_or(1.0));
        let matrix = DMatrix::from_fn(taps.len(), taps.len(), |i, j| {
            f64::from(square[[i, j]]) + if i == j { RIDGE * mean } else { 0.0 }
        });
        let right = DVector::from_iterator(taps.len(), product.iter().map(|&v| f64::from(v)));
        let solved = matrix.cholesky().map(|c| c.solve(&right)).unwrap_or(right);
        let scaled = |(tap, height): (&Vec<([isize; 2], f32)>, &f64)| -> Vec<([isize; 2], f32)> {
            tap.iter().map(|&(at, share)| (at, share * *height as f32)).collect()
        };
        Self(taps.iter().zip(solved.iter()).flat_map(scaled).collect())
    }

    /// Symbols as drawn, as they look.
    pub(crate) fn apply(&self, drawn: &[Template]) -> Vec<Template> {
        drawn.iter().map(|template| self.spread(template)).collect()
    }

    fn spread(&self, drawn: &Template) -> Template {
        let line = |row: usize| &drawn.near[row * LENGTH..][..LENGTH];
        let sums: Vec<f32> = (0..ACROSS).map(|row| line(row).iter().sum()).collect();
        let mut near = vec![0.0f32; drawn.near.len()];
        let mut far = [0.0f32; ACROSS];
        for &([y, x], share) in &self.0 {
            for row in 0..ACROSS {
                let from = row as isize - y;
                let Some(from) = usize::try_from(from).ok().filter(|&from| from < ACROSS) else {
                    let other = from.rem_euclid(ACROSS as isize) as usize;
                    far[row] += share * (drawn.far[other] + sums[other]);
                    continue;
                };
                far[row] += share * drawn.far[from];
                let out = &mut near[row * LENGTH..][..LENGTH];
                let skip = x.unsigned_abs();
                let (out, line) = if x >= 0 {
                    (&mut out[skip..], &line(from)[..LENGTH - skip])
                } else {
                    (&mut out[..LENGTH - skip], &line(from)[skip..])
                };
                out.iter_mut().zip(line).for_each(|(o, v)| *o += share * v);
            }
        }
        Template { near, far }
    }
}

/// One of each pair of opposite nodes.
fn nodes() -> impl Iterator<Item = [isize; 2]> {
    let steps = REACH / NODE - 1;
    let all = (0..=steps).flat_map(move |y| (-steps..=steps).map(move |x| [y * NODE, x * NODE]));
    all.filter(|&[y, x]| y > 0 || x >= 0)
}

/// A node and its opposite, each falling evenly to nothing at the next.
fn tent(node: [isize; 2]) -> Vec<([isize; 2], f32)> {
    let around = || 1 - NODE..NODE;
    let share = |d: isize| 1.0 - d.unsigned_abs() as f32 / NODE as f32;
    let one = around().flat_map(|dy| around().map(move |dx| [dy, dx])).flat_map(|[dy, dx]| {
        let share = share(dy) * share(dx);
        [1, -1].map(|sign| ([sign * (node[0] + dy), sign * (node[1] + dx)], share))
    });
    one.collect()
}

const _: () = assert!(REACH as usize <= ALONG);
