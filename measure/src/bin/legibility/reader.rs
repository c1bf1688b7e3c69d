//! The matched filter: how far apart the glyphs of a print stand for it, and how often it errs.

use rayon::prelude::*;
use tumar::spec::Script;

use crate::paper::{BASE, Print, aperture, blur, everyday, gaussian};

/// Cells to the left and right whose symbols reach into a cell.
const NEIGHBOURS: [isize; 4] = [-2, -1, 1, 2];

/// What is known of the neighbours when a symbol is read.
#[derive(Clone, Copy)]
pub(crate) enum Neighbours {
    /// Nothing, and the filter is the plain one: the nearest template with the neighbours' mean.
    Ignored,
    /// Nothing: their mean is in the template, and what they depart from it is noise of a known
    /// covariance, against which the filter is whitened. A first reading.
    Unknown,
    /// All: they are in the template. The last round of a joint reading.
    Known,
}

/// Letters to be told apart, as indices of the print's characters.
pub(crate) struct Task {
    pub(crate) script: Script,
    truths: Vec<usize>,
    rivals: Vec<usize>,
}

impl Task {
    /// What [`Task::all`] gives: letters and what they are sought among.
    pub(crate) const NAMES: [&str; 4] = ["A-Z", "A-Z/all", "Latin", "Kazakh"];

    /// A–Z among A–Z, A–Z among all Latin letters, those among themselves, Kazakh Cyrillic; always
    /// with the marks of the script.
    pub(crate) fn all(print: &Print) -> [Self; 4] {
        let task = |script: Script, truths: &str, rivals: &str| Self {
            script,
            truths: print.find(truths),
            rivals: print.find(&format!("{rivals}<-'{}", script.end())),
        };
        let (latin, cyrillic) = (Script::Latin.letters(), Script::Cyrillic.letters());
        [
            task(Script::Latin, BASE, BASE),
            task(Script::Latin, BASE, latin),
            task(Script::Latin, latin, latin),
            task(Script::Cyrillic, cyrillic, cyrillic),
        ]
    }

    /// Mean symbol error by the union bound.
    pub(crate) fn error(&self, distances: &Matrix) -> f64 {
        let bound = |&i: &usize| -> f64 {
            let others = self.rivals.iter().filter(|&&j| j != i);
            others.map(|&j| tail(0.5 * distances[i][j])).sum::<f64>().min(1.0)
        };
        self.truths.iter().map(bound).sum::<f64>() / self.truths.len() as f64
    }

    /// All pairs, the nearest first.
    pub(crate) fn nearest(&self, distances: &Matrix) -> Vec<(f64, usize, usize)> {
        let pairs = self
            .rivals
            .iter()
            .enumerate()
            .flat_map(|(n, &i)| self.rivals[..n].iter().map(move |&j| (distances[i][j], j, i)));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        pairs
    }

    /// The noise at which the error is `tolerated`, for an amplitude of 1.
    pub(crate) fn bears(&self, reader: &Reader, neighbours: Neighbours, tolerated: f64) -> f64 {
        let (mut low, mut high) = (1e-4, 1.0);
        while high / low > 1.005 {
            let middle = f64::sqrt(low * high);
            let error = self.error(&reader.distances(self.script, neighbours, middle));
            if error < tolerated { low = middle } else { high = middle }
        }
        low
    }
}

/// Rows of equal length.
pub(crate) type Matrix = Vec<Vec<f64>>;

/// Inner products of a print's scanned glyphs, summed over scan pixels, mean over all phases.
pub(crate) struct Reader {
    gram: Matrix,
    /// By script: departures of all neighbours from their mean, with each other and with the glyphs.
    spill: [(Matrix, Matrix); 2],
}

impl Reader {
    /// `pixel` in fine samples, `sigma` of print spot and lens in pixels.
    pub(crate) fn new(print: &Print, pixel: f64, sigma: f64) -> Self {
        let width = print.place.size().0;
        let (lens, aperture) = (gaussian(sigma * pixel), aperture(pixel));
        // Every second row: an aperture of 4 samples or more leaves nothing that it would miss.
        let scan = |image: &Vec<f32>| -> Vec<f32> {
            let full = blur(&blur(image, width, &lens), width, &aperture);
            full.chunks_exact(width).step_by(2).flatten().copied().collect()
        };
        let images: Vec<Vec<f32>> = print.images.par_iter().map(scan).collect();
        // `a` stands `cells` to the right of `b`.
        let inner = |a: &[f32], b: &[f32], cells: isize| -> f64 {
            let (a, b) = if cells < 0 { (b, a) } else { (a, b) };
            let shift = cells.unsigned_abs() * print.place.advance;
            let row = |(a, b): (&[f32], &[f32])| -> f32 {
                a[..width - shift].iter().zip(&b[shift..]).map(|(a, b)| a * b).sum()
            };
            let rows = a.chunks_exact(width).zip(b.chunks_exact(width)).map(row);
            rows.map(f64::from).sum::<f64>() * 2.0 / pixel.powi(2)
        };
        let products = |of: &[usize], with: &[usize], cells: isize| -> Matrix {
            let row =
                |&i: &usize| with.iter().map(|&j| inner(&images[i], &images[j], cells)).collect();
            of.par_iter().map(row).collect()
        };
        let all: Vec<usize> = (0..images.len()).collect();
        let spill = Script::ALL.map(|script| {
            let letters = print.find(everyday(script));
            let scale = 1.0 / letters.len() as f64;
            let blocks = NEIGHBOURS.map(|a| {
                NEIGHBOURS
                    .map(|b| centred(&centred(&products(&letters, &letters, a - b), scale), 1.0))
            });
            let join = |blocks: &[Matrix; 4]| -> Matrix {
                (0..letters.len())
                    .map(|n| blocks.each_ref().map(|b| b[n].clone()).concat())
                    .collect()
            };
            let among = blocks.iter().flat_map(join).collect();
            let with = NEIGHBOURS.iter().flat_map(|&cells| {
                transposed(&centred(&products(&letters, &all, cells), scale.sqrt()))
            });
            (among, with.collect())
        });
        Self { gram: products(&all, &all, 0), spill }
    }

    /// d′ of every two glyphs: how many σ apart the filter's output has them.
    ///
    /// With U the departures, the noise has the covariance C = σ²I + UUᵀ. The plain filter has
    /// d′² = (ΔᵀΔ)²/ΔᵀCΔ; the whitened one ΔᵀC⁻¹Δ = (ΔᵀΔ − ΔᵀU(σ²I + UᵀU)⁻¹UᵀΔ)/σ² (Woodbury).
    /// Inner products are enough for both.
    pub(crate) fn distances(&self, script: Script, neighbours: Neighbours, noise: f64) -> Matrix {
        let ((among, with), count) = (&self.spill[script as usize], self.gram.len());
        let spilt: Matrix = match neighbours {
            Neighbours::Known => vec![Vec::new(); count],
            Neighbours::Ignored => transposed(with),
            Neighbours::Unknown => {
                let factor = cholesky(among, noise * noise);
                (0..count).map(|k| forward(&factor, with.iter().map(|u| u[k]))).collect()
            }
        };
        let distance = |i: usize, j: usize| {
            let square = (self.gram[i][i] + self.gram[j][j] - 2.0 * self.gram[i][j]).max(1e-12);
            let spilt: f64 = spilt[i].iter().zip(&spilt[j]).map(|(a, b)| (a - b).powi(2)).sum();
            match neighbours {
                Neighbours::Ignored => square / (noise * noise * square + spilt).sqrt(),
                _ => (square - spilt).max(0.0).sqrt() / noise,
            }
        };
        let row = |i: usize| (0..count).map(|j| distance(i, j)).collect();
        (0..count).into_par_iter().map(row).collect()
    }
}

/// Takes the mean of the rows off each row; transposes and scales, so that twice does both ways.
fn centred(rows: &Matrix, scale: f64) -> Matrix {
    let mean = |column: usize| rows.iter().map(|r| r[column]).sum::<f64>() / rows.len() as f64;
    let column = |c: usize| {
        let mean = mean(c);
        rows.iter().map(|r| (r[c] - mean) * scale).collect()
    };
    (0..rows[0].len()).map(column).collect()
}

fn transposed(rows: &Matrix) -> Matrix {
    (0..rows[0].len()).map(|c| rows.iter().map(|r| r[c]).collect()).collect()
}

/// The lower factor of `matrix` + `ridge`·I.
fn cholesky(matrix: &Matrix, ridge: f64) -> Matrix {
    let mut factor: Matrix = Vec::with_capacity(matrix.len());
    for (i, row) in matrix.iter().enumerate() {
        let mut new: Vec<f64> = Vec::with_capacity(i + 1);
        for j in 0..=i {
            let other = if j < i { &factor[j] } else { &new };
            let dot: f64 = new.iter().zip(&other[..j]).map(|(a, b)| a * b).sum();
            let rest = row[j] - dot;
            new.push(if j < i { rest / factor[j][j] } else { (rest + ridge).max(1e-18).sqrt() });
        }
        factor.push(new);
    }
    factor
}

/// Solves `factor`·x = `right`.
fn forward(factor: &Matrix, right: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut x: Vec<f64> = Vec::with_capacity(factor.len());
    for (row, value) in factor.iter().zip(right) {
        let dot: f64 = row.iter().zip(&x).map(|(a, b)| a * b).sum();
        x.push((value - dot) / row[row.len() - 1]);
    }
    x
}

/// Q(x), the Gaussian's upper tail for x ≥ 0, to 7.5e-8 (Abramowitz and Stegun 26.2.17).
fn tail(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x);
    let poly = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    poly.iter().fold(0.0, |sum, c| (sum + c) * t) * 0.398_942_280_4 * (-0.5 * x * x).exp()
}
