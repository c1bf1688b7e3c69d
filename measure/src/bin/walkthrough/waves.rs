//! The lines of text as a wave: their spectrum, and the wave's height and phase from place to place.

use std::f64::consts::TAU;

use image::{Rgb, RgbImage};
use tumar::imaging::Plane;
use tumar::imaging::raster::{bilinear, blur};

use crate::scene::{Scene, Seen};
use crate::sheet::{self, FAINT, GOOD, INK, MARGIN, Sheet, TITLE, WARM, heat, mixed, wheel};

/// Pixels a side of the spectrum, and its highest frequency in cycles a millimetre.
const SIDE: u32 = 560;
const HIGHEST: f64 = 4.0;
/// The same of the part about the peak.
const PEAK_SIDE: u32 = 400;
const ABOUT: f64 = 0.3;
/// How far the reader looks beside the printed pitch, as a share.
const TOLERANCE: f64 = 0.05;
/// Decades of power from black to yellow, and where they begin over the mean.
const DECADES: f32 = 3.6;
const DARKEST: f32 = -0.8;

/// Real and imaginary part.
type Complex = [f64; 2];

fn times([a, b]: Complex, [c, d]: Complex) -> Complex {
    [a * c - b * d, a * d + b * c]
}

fn turn(cycles: f64) -> Complex {
    [(TAU * cycles).cos(), (TAU * cycles).sin()]
}

/// Contrast in units of the local noise on the blocks of the search, `[row, column]`, light parts of
/// the picture and dark ones apart; pixels a millimetre.
struct Search {
    dark: Plane,
    light: Plane,
    per_mm: [f64; 2],
}

impl Search {
    fn of(seen: &Seen<'_>) -> Self {
        let (flat, small) = (&seen.flat, &seen.flat.small);
        let factor = (seen.scan.luminance.ncols() / small.ncols()) as f64;
        let slow = flat.block as f64 / factor;
        let part = |wanted: f32| {
            Plane::from_shape_fn(small.dim(), |(y, x)| {
                let [u, v] = [x, y].map(|v| (v as f64 + 0.5) / slow - 0.5);
                let is_wanted = seen.sign(bilinear(&flat.lightness, u, v)) * wanted > 0.0;
                let weighed = small[[y, x]] * bilinear(&flat.certainty, u, v);
                if is_wanted { weighed } else { 0.0 }
            })
        };
        let per_mm = seen.scan.per_mm.map(|v| v / factor);
        Self { dark: part(1.0), light: part(-1.0), per_mm }
    }

    /// Power over a square of frequencies about `centre`, `[y, x]`, a pixel of `side` each.
    fn power(&self, centre: [f64; 2], reach: f64, side: u32) -> Plane {
        let count = side as usize;
        let at =
            |i: usize, centre: f64| centre + reach * ((i as f64 + 0.5) / count as f64 * 2.0 - 1.0);
        let turns = |pixels: usize, axis: usize| -> Vec<Vec<Complex>> {
            let turn = |f: f64, k: usize| turn(-f * (k as f64 + 0.5) / self.per_mm[axis]);
            let row = |i| (0..pixels).map(|k| turn(at(i, centre[axis]), k)).collect();
            (0..count).map(row).collect()
        };
        let (rows, columns) = self.dark.dim();
        let (across, down) = (turns(columns, 0), turns(rows, 1));
        let mut power = Plane::zeros((count, count));
        for plane in [&self.dark, &self.light] {
            for (i, across) in across.iter().enumerate() {
                let sums: Vec<Complex> = plane
                    .outer_iter()
                    .map(|row| {
                        row.iter().zip(across).fold([0.0; 2], |[re, im], (v, [a, b])| {
                            [re + f64::from(*v) * a, im + f64::from(*v) * b]
                        })
                    })
                    .collect();
                for (j, down) in down.iter().enumerate() {
                    let [re, im] = sums.iter().zip(down).fold([0.0; 2], |sum, (z, turn)| {
                        let [re, im] = times(*z, *turn);
                        [sum[0] + re, sum[1] + im]
                    });
                    power[[j, i]] += (re * re + im * im) as f32;
                }
            }
        }
        power
    }

    /// Height and phase (in turns) of a wave of this frequency, in blocks of a quarter of a
    /// millimetre, averaged over about a millimetre.
    fn demodulated(&self, frequency: [f64; 2]) -> [Plane; 2] {
        let block = self.per_mm.map(|v| ((v * 0.25).round() as usize).max(1));
        let (rows, columns) = self.dark.dim();
        let part = |which: usize| {
            let plane = Plane::from_shape_fn((rows / block[1], columns / block[0]), |(i, j)| {
                let pixels = (0..block[0] * block[1])
                    .map(|k| [j * block[0] + k % block[0], i * block[1] + k / block[0]]);
                let sum = pixels.map(|[x, y]| {
                    let place = [0, 1].map(|a| ([x, y][a] as f64 + 0.5) / self.per_mm[a]);
                    let cycles = frequency[0] * place[0] + frequency[1] * place[1];
                    let signal = f64::from(self.dark[[y, x]] - self.light[[y, x]]);
                    signal * turn(-cycles)[which]
                });
                sum.sum::<f64>() as f32
            });
            blur(&plane, 4.0)
        };
        let (re, im) = (part(0), part(1));
        let both = |of: fn(f32, f32) -> f32| {
            Plane::from_shape_fn(re.dim(), |place| of(re[place], im[place]))
        };
        [both(f32::hypot), both(|re, im| im.atan2(re) / std::f32::consts::TAU)]
    }
}

/// The spectrum of the whole scan, the ring in which the lines are sought, and their peak.
pub(crate) fn spectrum(scene: &Scene, seen: &Seen<'_>) -> RgbImage {
    let search = Search::of(seen);
    let radius = 1.0 / scene.profile.layout.pitch.0;
    let power = search.power([0.0; 2], HIGHEST, SIDE);
    let mean = power.mean().unwrap_or(1.0);
    let colour = |power: f32| heat(((power / mean).max(1e-9).log10() - DARKEST) / DECADES);
    let mut sheet = Sheet::new(SIDE + PEAK_SIDE + 3 * MARGIN, SIDE + TITLE + MARGIN);
    sheet.title(MARGIN, "all waves in the scan");
    sheet.picture([MARGIN, TITLE], [SIDE; 2], |x, y| colour(power[[y as usize, x as usize]]));
    let a_cycle = f64::from(SIDE) / (2.0 * HIGHEST);
    let centre = [MARGIN, TITLE].map(|v| f64::from(v) + 0.5 * f64::from(SIDE));
    for edge in [1.0 - TOLERANCE, 1.0 + TOLERANCE] {
        sheet.ring(centre, radius * edge * a_cycle, FAINT);
    }
    let peak = seen.carrier.lines.slope();
    for way in [1.0, -1.0] {
        let place = [0, 1].map(|i| centre[i] + way * peak[i] * a_cycle);
        sheet.ring(place, 15.0, WARM);
    }
    let right = SIDE + 2 * MARGIN;
    sheet.title(right, "the peak of the lines");
    let near = search.power(peak, ABOUT, PEAK_SIDE);
    sheet.picture([right, TITLE], [PEAK_SIDE; 2], |x, y| colour(near[[y as usize, x as usize]]));
    sheet.frame([right, TITLE], [PEAK_SIDE; 2], WARM);
    let notes = [
        format!("{:.3} waves a mm: a line", peak[0].hypot(peak[1])),
        format!("every {:.3} mm, turned {:.1}°", 1.0 / peak[0].hypot(peak[1]), degrees(peak)),
        format!("{:.0} times what the ring has", seen.carrier.peak),
    ];
    for (i, note) in notes.iter().enumerate() {
        sheet.write([right, TITLE + PEAK_SIDE + 18 + 32 * i as u32], INK, note);
    }
    sheet.page
}

fn degrees([x, y]: [f64; 2]) -> f64 {
    (-x).atan2(y).to_degrees()
}

/// Where the wave is, its phase, and the lines that follow from it.
pub(crate) fn phase(scene: &Scene, seen: &Seen<'_>) -> RgbImage {
    const WIDTH: u32 = 340;
    // Amplitude that is shown in yellow, in units of what is found beside the wave.
    const STRONG: f32 = 24.0;
    let (scan, lines) = (seen.scan, &seen.carrier.lines);
    let [amplitude, turns] = Search::of(seen).demodulated(lines.slope());
    let size_mm =
        [0, 1].map(|i| [scan.luminance.ncols(), scan.luminance.nrows()][i] as f64 / scan.per_mm[i]);
    let scale = size_mm[0] / f64::from(WIDTH);
    let height = (size_mm[1] / scale) as u32;
    let mut sheet = Sheet::new(3 * WIDTH + 4 * MARGIN, height + TITLE + MARGIN);
    let left = |column: u32| MARGIN + column * (WIDTH + MARGIN);
    let mm = |x: u32, y: u32| [x, y].map(|v| (f64::from(v) + 0.5) * scale);
    let (rows, columns) = amplitude.dim();
    let blocks = [columns as f64 / size_mm[0], rows as f64 / size_mm[1]];
    let block = |[x, y]: [f64; 2]| [y * blocks[1], x * blocks[0]].map(|v| v as usize);
    let at = |plane: &Plane, place: [f64; 2]| {
        let [i, j] = block(place);
        plane[[i.min(rows - 1), j.min(columns - 1)]]
    };

    sheet.title(left(0), "how strong the wave is");
    let coherence = &seen.carrier.coherence;
    sheet.picture([left(0), TITLE], [WIDTH, height], |x, y| {
        let [x, y] = mm(x, y).map(|v| v - 0.5);
        heat(bilinear(coherence, x, y) / STRONG)
    });

    sheet.title(left(1), "its phase");
    let strongest = amplitude.iter().copied().fold(1e-9_f32, f32::max);
    sheet.picture([left(1), TITLE], [WIDTH, height], |x, y| {
        let place = mm(x, y);
        let sure = (4.0 * at(&amplitude, place) / strongest).min(1.0);
        mixed(Rgb([236; 3]), wheel(at(&turns, place)), sure)
    });

    sheet.title(left(2), "every eighth line");
    let picture = scene.scan.pixels.to_rgb8();
    let ([from, to], [top, bottom]) = (seen.frame.across, seen.frame.down);
    let a_pixel = lines.slope()[1].hypot(lines.slope()[0]) * scale;
    sheet.picture([left(2), TITLE], [WIDTH, height], |x, y| {
        let place = mm(x, y);
        let pixel = [0, 1].map(|i| place[i] * scan.per_mm[i] * scan.factor as f64 - 0.5);
        let under = mixed(sheet::sample(&picture, pixel), Rgb([255; 3]), 0.25);
        let (line, along) = (lines.at(place), seen.frame.along.at(place));
        // How far inside of the portrait, in pitches.
        let inside = [line - top, bottom - line, along - from, to - along];
        let inside = inside.into_iter().fold(f64::INFINITY, f64::min);
        let off = (line / 8.0 - (line / 8.0).round()).abs() * 8.0;
        let is_line = inside > 0.0 && off < 0.7 * a_pixel;
        if is_line || inside.abs() < 1.2 * a_pixel { GOOD } else { under }
    });
    sheet.page
}
