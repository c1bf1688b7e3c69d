//! Ink shares → dots of a device, row by row: clustered dots, error diffusion, blue noise.
//!
//! Ulichney, Digital Halftoning (1987), for all three. Every method keeps the mean.

use std::sync::LazyLock;

use super::conditions::Kernel;
use super::noise::{Gauss, mix};
use crate::imaging::Plane;

impl Kernel {
    /// Shares by row below (0..3) and column ahead (−2..=2).
    const fn shares(self) -> [[f32; 5]; 3] {
        match self {
            Self::FloydSteinberg => [
                [0.0, 0.0, 0.0, 7.0 / 16.0, 0.0],
                [0.0, 3.0 / 16.0, 5.0 / 16.0, 1.0 / 16.0, 0.0],
                [0.0; 5],
            ],
            Self::Stucki => [
                [0.0, 0.0, 0.0, 8.0 / 42.0, 4.0 / 42.0],
                [2.0 / 42.0, 4.0 / 42.0, 8.0 / 42.0, 4.0 / 42.0, 2.0 / 42.0],
                [1.0 / 42.0, 2.0 / 42.0, 4.0 / 42.0, 2.0 / 42.0, 1.0 / 42.0],
            ],
        }
    }
}

/// A source of device rows: the ink of pixel (x / repeat, y / repeat), as the nearest-neighbour
/// enlargement of a raster image processor.
pub(super) struct Source<'a> {
    pub(super) ink: &'a Plane,
    pub(super) repeat: usize,
}

impl Source<'_> {
    /// Device dots across and down.
    pub(super) fn size(&self) -> [usize; 2] {
        [self.ink.ncols() * self.repeat, self.ink.nrows() * self.repeat]
    }

    fn fill(&self, y: usize, out: &mut [f32]) {
        if y.is_multiple_of(self.repeat) {
            let row = self.ink.row(y / self.repeat);
            for (block, &v) in out.chunks_exact_mut(self.repeat).zip(row) {
                block.fill(v);
            }
        }
    }

    /// No halftone: each dot takes exactly its ink.
    pub(super) fn continuous(&self, mut emit: impl FnMut(usize, &[f32])) {
        let [width, height] = self.size();
        let mut row = vec![0.0; width];
        for y in 0..height {
            self.fill(y, &mut row);
            emit(y, &row);
        }
    }

    /// Clustered dots on a screen of `frequency` cells a dot (across, down), turned by `angle`
    /// radians; round dots in the lights, round holes in the shadows.
    pub(super) fn clustered(
        &self,
        frequency: [f64; 2],
        angle: f64,
        seed: u64,
        mut emit: impl FnMut(usize, &[f32]),
    ) {
        const TURN: f64 = 4_294_967_296.0;
        let [width, height] = self.size();
        let (sin, cos) = angle.sin_cos();
        let step = |cycles: f64| (cycles * TURN).round() as i64 as u32;
        let [ux, uy] = [step(frequency[0] * cos), step(frequency[1] * sin)];
        let [vx, vy] = [step(-frequency[0] * sin), step(frequency[1] * cos)];
        let start = [mix(seed, 1) as u32, mix(seed, 2) as u32];
        let (mut row, mut dots) = (vec![0.0; width], vec![0.0; width]);
        for y in 0..height {
            self.fill(y, &mut row);
            let mut u = start[0].wrapping_add(uy.wrapping_mul(y as u32));
            let mut v = start[1].wrapping_add(vy.wrapping_mul(y as u32));
            for (dot, &ink) in dots.iter_mut().zip(&row) {
                let threshold = CLUSTER[(u >> 26 << 6 | v >> 26) as usize];
                *dot = if ink > threshold { 1.0 } else { 0.0 };
                u = u.wrapping_add(ux);
                v = v.wrapping_add(vx);
            }
            emit(y, &dots);
        }
    }

    /// Error diffusion to `levels` (2 or more) dot sizes.
    pub(super) fn diffuse(
        &self,
        kernel: Kernel,
        levels: u8,
        seed: u64,
        mut emit: impl FnMut(usize, &[f32]),
    ) {
        let [width, height] = self.size();
        let (mut row, mut dots) = (vec![0.0; width], vec![0.0; width]);
        // Two spare cells on either side take the error that leaves the sheet.
        let mut errors: [Vec<f32>; 3] = std::array::from_fn(|_| vec![0.0; width + 4]);
        let top = f32::from(levels.max(2) - 1);
        for y in 0..height {
            self.fill(y, &mut row);
            let mut gauss = Gauss::new(seed, y);
            let run = Run { row: &row, top };
            let scan = match (kernel, y % 2 == 0) {
                (Kernel::FloydSteinberg, true) => Run::floyd::<true>,
                (Kernel::FloydSteinberg, false) => Run::floyd::<false>,
                (Kernel::Stucki, true) => Run::stucki::<true>,
                (Kernel::Stucki, false) => Run::stucki::<false>,
            };
            scan(&run, &mut errors, &mut dots, &mut gauss);
            errors.rotate_left(1);
            errors[2].fill(0.0);
            emit(y, &dots);
        }
    }

    /// Comparison with a blue-noise mask, to `levels` (2 or more) dot sizes.
    pub(super) fn blue_noise(&self, levels: u8, seed: u64, mut emit: impl FnMut(usize, &[f32])) {
        let [width, height] = self.size();
        let (mut row, mut dots) = (vec![0.0; width], vec![0.0; width]);
        let top = f32::from(levels.max(2) - 1);
        let start = [mix(seed, 1) as usize % MASK, mix(seed, 2) as usize % MASK];
        for y in 0..height {
            self.fill(y, &mut row);
            let line = &BLUE[(y + start[1]) % MASK * MASK..][..MASK];
            for (x, (dot, &ink)) in dots.iter_mut().zip(&row).enumerate() {
                let threshold = line[(x + start[0]) % MASK];
                *dot = whole((ink * top + 1.0 - threshold).min(top)) / top;
            }
            emit(y, &dots);
        }
    }
}

/// One row of error diffusion.
struct Run<'a> {
    row: &'a [f32],
    top: f32,
}

impl Run<'_> {
    /// The dot of a wish, and what it misses. A little noise on the threshold breaks the worms
    /// and the start-up lag at edges (Ulichney 1987, section 8.3).
    #[inline]
    fn dot(&self, wish: f32, gauss: &mut Gauss) -> (f32, f32) {
        let level = wish * self.top + 0.5 + 0.06 * gauss.next();
        let dot = whole(level.min(self.top)) / self.top;
        (dot, wish - dot)
    }

    fn floyd<const FORTH: bool>(
        &self,
        errors: &mut [Vec<f32>; 3],
        dots: &mut [f32],
        gauss: &mut Gauss,
    ) {
        let [now, below, _] = errors;
        let width = self.row.len();
        const S: [[f32; 5]; 3] = Kernel::FloydSteinberg.shares();
        let mut ahead = 0.0;
        for i in 0..width {
            let x = if FORTH { i } else { width - 1 - i };
            let (dot, error) = self.dot(self.row[x] + now[x + 2] + ahead, gauss);
            dots[x] = dot;
            ahead = S[0][3] * error;
            let (back, front) = if FORTH { (x + 1, x + 3) } else { (x + 3, x + 1) };
            below[back] += S[1][1] * error;
            below[x + 2] += S[1][2] * error;
            below[front] += S[1][3] * error;
        }
    }

    fn stucki<const FORTH: bool>(
        &self,
        errors: &mut [Vec<f32>; 3],
        dots: &mut [f32],
        gauss: &mut Gauss,
    ) {
        let [now, below, lower] = errors;
        let width = self.row.len();
        const S: [[f32; 5]; 3] = Kernel::Stucki.shares();
        let mut ahead = [0.0; 2];
        for i in 0..width {
            let x = if FORTH { i } else { width - 1 - i };
            let (dot, error) = self.dot(self.row[x] + now[x + 2] + ahead[0], gauss);
            dots[x] = dot;
            ahead = [ahead[1] + S[0][3] * error, S[0][4] * error];
            // Rows 1 and 2 of the kernel are their own mirror images.
            for ((b, l), (s1, s2)) in
                below[x..x + 5].iter_mut().zip(&mut lower[x..x + 5]).zip(S[1].iter().zip(&S[2]))
            {
                *b += s1 * error;
                *l += s2 * error;
            }
        }
    }
}

/// The whole part of a positive number, 0 for a negative one. `f32::floor` is a function call on
/// x86-64 as it ships, and this runs once a dot.
#[inline]
fn whole(v: f32) -> f32 {
    f32::from(v as u8)
}

/// Thresholds of one cell of 64 × 64 samples, equalised so that the dot's area is the ink.
static CLUSTER: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let wave = |i: usize| (std::f64::consts::TAU * (i as f64 + 0.5) / 64.0).cos();
    let spot: Vec<f64> = (0..4096).map(|i| wave(i >> 6) + wave(i & 63)).collect();
    let mut order: Vec<usize> = (0..4096).collect();
    order.sort_by(|&a, &b| spot[b].total_cmp(&spot[a]).then(a.cmp(&b)));
    thresholds(&order)
});

/// The side of the blue-noise mask in dots.
const MASK: usize = 64;

/// A mask filled one dot after the other, each where the others are farthest: the third part of
/// void-and-cluster (Ulichney 1993), from one dot up.
static BLUE: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let ring = |d: usize| d.min(MASK - d) as f64;
    let bell: Vec<f32> = (0..MASK * MASK)
        .map(|i| {
            let (dy, dx) = (ring(i / MASK), ring(i % MASK));
            (-(dx * dx + dy * dy) / (2.0 * 1.5 * 1.5)).exp() as f32
        })
        .collect();
    // A trace of noise decides between equal places, so that the mask has no lattice of its own.
    let mut gauss = Gauss::new(1993, 0);
    let mut crowd: Vec<f32> = (0..MASK * MASK).map(|_| 1e-3 * gauss.next()).collect();
    let mut order = Vec::with_capacity(MASK * MASK);
    for _ in 0..MASK * MASK {
        let mut at = 0;
        for (i, &c) in crowd.iter().enumerate() {
            if c < crowd[at] {
                at = i;
            }
        }
        order.push(at);
        let (row, column) = (at / MASK, at % MASK);
        for (y, line) in crowd.chunks_exact_mut(MASK).enumerate() {
            let bell = &bell[(y + MASK - row) % MASK * MASK..][..MASK];
            let (before, after) = line.split_at_mut(column);
            after.iter_mut().zip(bell).for_each(|(c, b)| *c += b);
            before.iter_mut().zip(&bell[MASK - column..]).for_each(|(c, b)| *c += b);
        }
        crowd[at] = f32::INFINITY;
    }
    thresholds(&order)
});

/// The threshold of each place, from the order in which the places turn dark.
fn thresholds(order: &[usize]) -> Vec<f32> {
    let mut thresholds = vec![0.0; order.len()];
    for (rank, &place) in order.iter().enumerate() {
        thresholds[place] = (rank as f32 + 0.5) / order.len() as f32;
    }
    thresholds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_of(run: impl FnOnce(&Source, &mut dyn FnMut(usize, &[f32])), ink: f32) -> (f32, bool) {
        let plane = Plane::from_elem((100, 120), ink);
        let source = Source { ink: &plane, repeat: 2 };
        let (mut sum, mut binary, mut rows) = (0.0, true, 0);
        run(&source, &mut |y, row| {
            assert_eq!((y, row.len()), (rows, 240));
            rows += 1;
            binary &= row.iter().all(|&v| v.min((1.0 - v).abs()) < 1e-6);
            sum += row.iter().sum::<f32>();
        });
        assert_eq!(rows, 200);
        (sum / 48_000.0, binary)
    }

    #[test]
    fn halftones_keep_the_mean_tone() {
        for ink in [0.0, 0.07, 0.3, 0.5, 0.81, 1.0] {
            for kernel in [Kernel::FloydSteinberg, Kernel::Stucki] {
                let (mean, binary) = mean_of(|s, e| s.diffuse(kernel, 2, 3, e), ink);
                assert!(binary && (mean - ink).abs() < 0.01, "{kernel:?} {ink}: {mean}");
                let (mean, _) = mean_of(|s, e| s.diffuse(kernel, 4, 3, e), ink);
                assert!((mean - ink).abs() < 0.01, "{kernel:?}, 4 levels, {ink}: {mean}");
            }
            let (mean, binary) = mean_of(|s, e| s.clustered([0.0729, 0.0729], 0.4, 9, e), ink);
            assert!(binary && (mean - ink).abs() < 0.015, "clustered {ink}: {mean}");
            for levels in [2, 3] {
                let (mean, _) = mean_of(|s, e| s.blue_noise(levels, 4, e), ink);
                assert!((mean - ink).abs() < 0.015, "blue noise {ink}: {mean}");
            }
        }
    }

    /// Blue noise has no power at low frequencies: 8 × 8 blocks hold nearly the same ink.
    #[test]
    fn the_mask_is_blue() {
        let plane = Plane::from_elem((64, 64), 0.3);
        let mut blocks = [0.0f32; 64];
        Source { ink: &plane, repeat: 1 }.blue_noise(2, 0, |y, row| {
            for (x, v) in row.iter().enumerate() {
                blocks[y / 8 * 8 + x / 8] += v / 64.0;
            }
        });
        let variance = blocks.iter().map(|b| (b - 0.3) * (b - 0.3)).sum::<f32>() / 64.0;
        assert!(variance < 0.2 * 0.3 * 0.7 / 64.0, "{variance}");
    }
}
