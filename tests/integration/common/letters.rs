//! Text that the generator would not print.

use ab_glyph_rasterizer::{Rasterizer, point};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::imaging::{Mm, Picture};
use tumar::issue::lettering::Coverage;
use tumar::issue::{portrait, tint};
use tumar::spec::{Layout, Profile, Typeface};

use super::{DPI, SIZE, draw};

/// A typeface of `fonts/`.
pub(crate) fn typeface(file: &str) -> Typeface {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    Typeface::new(std::fs::read(folder.join(file)).expect("a typeface")).expect("our alphabet")
}

/// A profile of another issuer.
pub(crate) fn issuer(pitch: f64, advance: f64, cap: f64, typeface: &str) -> Profile {
    let text = Profile::default_text()
        .replace("pitch_mm = 0.40", &format!("pitch_mm = {pitch}"))
        .replace("advance_mm = 0.22", &format!("advance_mm = {advance}"))
        .replace("cap_height_mm = 0.24", &format!("cap_height_mm = {cap}"))
        .replace("\"noto-sans-mono\"", &format!("\"{typeface}\""));
    Profile::parse(&text).expect("a profile")
}

/// Lines of cells, each filled as `fill` says: canvas, line, cell, left edge and baseline in dots.
fn cells(
    layout: &Layout,
    mut fill: impl FnMut(&mut Rasterizer, usize, usize, f32, f32),
) -> Coverage {
    let [width, height] = SIZE.map(|side| DPI.px(side).round() as usize);
    let (lines, columns) = layout.extent(SIZE[0], SIZE[1]);
    // Letters are cut off outside of the portrait, in a margin on each side.
    let margin = DPI.px(layout.advance).ceil() as usize;
    let mut canvas = Rasterizer::new(width + 2 * margin, height);
    for line in 0..lines {
        let baseline =
            DPI.px(Mm(line as f64 * layout.pitch.0 + layout.baseline(layout.cap_height).0));
        for cell in 0..columns {
            let x = margin as f64 + cell as f64 * DPI.px(layout.advance);
            fill(&mut canvas, line, cell, x as f32, baseline as f32);
        }
    }
    let mut coverage = Coverage::zeros((height, width));
    canvas.for_each_pixel_2d(|x, y, share| {
        if let Some(dot) = coverage.get_mut([y as usize, (x as usize).wrapping_sub(margin)]) {
            *dot = (255.0 * share.min(1.0) + 0.5) as u8;
        }
    });
    coverage
}

/// Any characters on a grid, the one for line and cell as `which` says; a space stays empty.
pub(crate) fn text(
    layout: &Layout,
    typeface: &Typeface,
    which: impl Fn(usize, usize) -> char,
) -> Coverage {
    let cap = DPI.px(layout.cap_height);
    let side = 0.5 * (DPI.px(layout.advance) - cap * typeface.advance());
    cells(layout, |canvas, line, cell, x, baseline| {
        let glyph = typeface.glyph_of(which(line, cell));
        glyph.draw(canvas, x + side as f32, baseline, [cap as f32; 2]);
    })
}

/// Signs of nobody's alphabet, 3 × 5 squares filled at random, `length` of them in turn; line `k`
/// begins with sign `phase(k)`.
pub(crate) fn runes(
    layout: &Layout,
    length: usize,
    seed: u64,
    phase: impl Fn(usize) -> usize,
) -> Coverage {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let signs: Vec<[bool; 15]> =
        (0..length).map(|_| std::array::from_fn(|_| random.random_bool(0.5))).collect();
    let cap = DPI.px(layout.cap_height) as f32;
    let side = [DPI.px(layout.advance) as f32 * 0.26, cap / 5.0];
    cells(layout, |canvas, line, cell, x, baseline| {
        for (i, _) in signs[(cell + phase(line)) % length].iter().enumerate().filter(|s| *s.1) {
            let (x, y) = (x + side[0] * (i % 3) as f32, baseline - side[1] * (i / 3) as f32);
            let corners = [[0.0, 0.0], [0.0, -1.0], [1.0, -1.0], [1.0, 0.0]]
                .map(|[a, b]: [f32; 2]| point(x + a * side[0], y + b * side[1]));
            (0..4).for_each(|k| canvas.draw_line(corners[k], corners[(k + 1) % 4]));
        }
    })
}

/// Prints a coverage into a portrait as the generator does.
pub(crate) fn tinted(into: &Picture, coverage: &Coverage, profile: &Profile) -> Picture {
    tint::tint(&portrait::prepare(into, profile).expect("a portrait"), coverage, profile)
}

/// A page of words in black on white.
pub(crate) fn page(typeface: &Typeface, cap: Mm, pitch: Mm, seed: u64) -> Picture {
    let layout = Layout::plain(cap, Mm(cap.0 * typeface.advance()), pitch);
    let (lines, columns) = layout.extent(SIZE[0], SIZE[1]);
    let words = words(lines * columns, seed);
    let coverage = text(&layout, typeface, |line, cell| words[line * columns + cell]);
    draw(SIZE, |x, y| {
        let dot = [y, x].map(|v| DPI.px(Mm(v)) as usize);
        0.95 - 0.85 * f64::from(coverage[dot]) / 255.0
    })
}

/// Words of a language of consonants and vowels.
pub(crate) fn words(length: usize, seed: u64) -> Vec<char> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut text = Vec::with_capacity(length);
    while text.len() < length {
        for i in 0..random.random_range(2..10) {
            let letters = if i % 2 == 0 { "bcdfghklmnprstvz" } else { "aeiou" };
            let letter = letters.as_bytes()[random.random_range(0..letters.len())];
            let capital = i == 0 && random.random_bool(0.2);
            text.push(if capital { letter.to_ascii_uppercase() } else { letter }.into());
        }
        text.push(' ');
    }
    text.truncate(length);
    text
}

/// Two pictures of equal size mixed, `share` of the first.
pub(crate) fn blend(a: &Picture, b: &Picture, share: f64) -> Picture {
    let mut mixed = a.pixels.to_rgb8();
    for (a, b) in mixed.iter_mut().zip(b.pixels.to_rgb8().iter()) {
        *a = (share * f64::from(*a) + (1.0 - share) * f64::from(*b) + 0.5) as u8;
    }
    Picture { pixels: mixed.into(), ppi: a.ppi, icc: None, bilevel: false }
}
