//! Places of a plane that stand over a threshold, each in one piece.

use ndarray::Array2;

use crate::imaging::Plane;

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    /// First and last row, first and last column.
    pub(super) rows: [usize; 2],
    pub(super) columns: [usize; 2],
    /// Pixels in it, and the one in its middle.
    pub(super) pixels: usize,
    pub(super) middle: (usize, usize),
    /// The plane where it is highest.
    pub(super) strength: f32,
}

/// Fewer pixels are none: a square millimetre and a half at the comparison's resolution.
const FEWEST: usize = 24;

/// All patches, the largest first.
pub(super) fn patches(plane: &Plane, over: f32) -> Vec<Patch> {
    let (rows, columns) = plane.dim();
    let mut seen = Array2::from_elem((rows, columns), false);
    let mut patches = Vec::new();
    for start in ndarray::indices((rows, columns)) {
        if seen[start] || plane[start] <= over {
            continue;
        }
        seen[start] = true;
        let mut open = vec![start];
        let mut patch = Patch {
            rows: [start.0; 2],
            columns: [start.1; 2],
            pixels: 0,
            middle: start,
            strength: 0.0,
        };
        let mut sums = [0, 0];
        while let Some((row, column)) = open.pop() {
            patch.pixels += 1;
            sums = [sums[0] + row, sums[1] + column];
            patch.rows = [patch.rows[0].min(row), patch.rows[1].max(row)];
            patch.columns = [patch.columns[0].min(column), patch.columns[1].max(column)];
            patch.strength = patch.strength.max(plane[[row, column]]);
            let beside = [
                (row.wrapping_sub(1), column),
                (row + 1, column),
                (row, column.wrapping_sub(1)),
                (row, column + 1),
            ];
            for at in beside {
                if at.0 < rows && at.1 < columns && !seen[at] && plane[at] > over {
                    seen[at] = true;
                    open.push(at);
                }
            }
        }
        patch.middle = (sums[0] / patch.pixels, sums[1] / patch.pixels);
        if patch.pixels >= FEWEST {
            patches.push(patch);
        }
    }
    patches.sort_by_key(|patch| std::cmp::Reverse(patch.pixels));
    patches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_in_one_piece() {
        let plane = Plane::from_shape_fn((20, 30), |(row, column)| {
            let within = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
                rows.contains(&row) && columns.contains(&column)
            };
            let alone = (row, column) == (18, 1);
            let large = within(9..15, 10..20);
            if within(2..8, 3..9) {
                3.0
            } else if large {
                5.0
            } else if alone {
                9.0
            } else {
                0.0
            }
        });
        let patches = patches(&plane, 2.0);
        let sizes: Vec<usize> = patches.iter().map(|patch| patch.pixels).collect();
        assert_eq!(sizes, [60, 36]);
        assert_eq!((patches[0].rows, patches[0].columns), ([9, 14], [10, 19]));
        assert_eq!(patches[1].middle, (4, 5));
    }
}
