//! Where points lie densest.

use ndarray::Array2;

/// Step of the search, in the units of the points: half a line pitch, or half a millimetre on a
/// page. A guess: the portrait's edges are found anew from the letters.
const STEP: f64 = 0.5;

/// The box of this size that holds the most points; in the middle of all the best ones.
#[must_use]
pub fn densest(points: &[[f64; 2]], size: [f64; 2]) -> [[f64; 2]; 2] {
    let axis = |i: usize| {
        let low = points.iter().map(|p| p[i]).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(|p| p[i]).fold(f64::NEG_INFINITY, f64::max);
        (low - size[i], ((high - low + size[i]) / STEP).max(0.0) as usize + 1)
    };
    if points.is_empty() {
        return [[0.0, size[0]], [0.0, size[1]]];
    }
    let ((left, columns), (top, rows)) = (axis(0), axis(1));
    // Summed-area table of the counts (Crow 1984).
    let (bw, bh) = ((size[0] / STEP).round() as usize, (size[1] / STEP).round() as usize);
    let mut sums = Array2::<u32>::zeros((rows + bh + 2, columns + bw + 2));
    for p in points {
        let cell = [((p[1] - top) / STEP) as usize + 1, ((p[0] - left) / STEP) as usize + 1];
        sums[cell] += 1;
    }
    for i in 1..sums.nrows() {
        for j in 1..sums.ncols() {
            sums[[i, j]] =
                sums[[i, j]] + sums[[i - 1, j]] + sums[[i, j - 1]] - sums[[i - 1, j - 1]];
        }
    }
    let count = |i: usize, j: usize| {
        sums[[i + bh, j + bw]] + sums[[i, j]] - sums[[i, j + bw]] - sums[[i + bh, j]]
    };
    let mut best = (0, [0.0; 2], 0.0);
    for i in 0..=rows {
        for j in 0..=columns {
            let here = count(i, j);
            if here > best.0 {
                best = (here, [0.0; 2], 0.0);
            }
            if here == best.0 {
                best.1 = [best.1[0] + j as f64, best.1[1] + i as f64];
                best.2 += 1.0;
            }
        }
    }
    let corner = [left + best.1[0] / best.2 * STEP, top + best.1[1] / best.2 * STEP];
    [[corner[0], corner[0] + size[0]], [corner[1], corner[1] + size[1]]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_is_where_the_points_are() {
        let grid = (0..400).map(|i| [f64::from(i % 20) + 30.0, f64::from(i / 20) - 7.0]);
        let strays = (0..50).map(|i| [f64::from(i) * 3.0 - 40.0, f64::from(i * i % 90) - 30.0]);
        let points: Vec<[f64; 2]> = grid.chain(strays).collect();
        let [across, down] = densest(&points, [20.0, 20.0]);
        assert!((across[0] - 29.5).abs() <= 1.0 && (down[0] + 7.5).abs() <= 1.0, "{across:?}");
        assert!((across[1] - across[0] - 20.0).abs() < 1e-9);
        let [across, down] = densest(&[], [3.0, 4.0]);
        assert!((across[1] - 3.0).abs() < 1e-9 && (down[1] - 4.0).abs() < 1e-9);
    }
}
