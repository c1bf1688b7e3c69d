//! How far the digests of different people's faces lie apart.

use std::path::Path;

use anyhow::{Context, Result, bail};
use tumar::imaging::{Plane, tone};
use tumar::keys::Digest;
use tumar::spec::face::MIDDLE;
use tumar::spec::signed::digest::HALF;

/// The part of a picture of the AT&T Database of Faces that is taken for the digest's window: left, top,
/// width and height, of 92 × 112.
const PART: [f64; 4] = [11.0, 8.0, 70.0, 96.0];

/// Correlations of all pictures with the digests of all others.
pub(crate) fn faces(folder: &Path) -> Result<()> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder)?.filter_map(|e| Some(e.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "pgm"));
    files.sort();
    let side = |i: usize| PART[2 + i] / (2.0 * HALF[i]);
    let edge = |i: usize| PART[i] + 0.5 * PART[2 + i] - MIDDLE[i] * side(i);
    let portrait = [edge(0), edge(1), side(0), side(1)];
    let mut people: Vec<(String, Plane, Digest)> = Vec::new();
    for path in &files {
        let name = path.file_stem().and_then(|s| s.to_str()).context("a name")?;
        let person = name.split('-').next().unwrap_or(name).to_owned();
        let plane = pgm(&std::fs::read(path)?)?;
        let digest = Digest::at(&plane, portrait);
        people.push((person, plane, digest));
    }
    let [mut own, mut same, mut others] = [(); 3].map(|()| Vec::new());
    for (i, (person, plane, _)) in people.iter().enumerate() {
        for (j, (other, _, digest)) in people.iter().enumerate() {
            let list = if i == j {
                &mut own
            } else if person == other {
                &mut same
            } else {
                &mut others
            };
            list.push(digest.correlation(plane, portrait));
        }
    }
    println!(
        "| a picture, and the digest of | pairs | mean | spread | least | most | independent waves | at 0.6 and more | at 0.8 and more |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (title, values) in
        [("itself", own), ("the same person's other pictures", same), ("other people's", others)]
    {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let over = |least: f64| values.iter().filter(|v| **v >= least).count();
        let bound = |a: f64, of: fn(f64, f64) -> f64| values.iter().copied().fold(a, of);
        println!(
            "| {title} | {} | {mean:.3} | {:.3} | {:.2} | {:.2} | {:.0} | {} | {} |",
            values.len(),
            variance.sqrt(),
            bound(1.0, f64::min),
            bound(-1.0, f64::max),
            1.0 / variance,
            over(0.6),
            over(0.8)
        );
    }
    Ok(())
}

/// A binary PGM of 8 bits, as linear light.
fn pgm(bytes: &[u8]) -> Result<Plane> {
    let mut fields = Vec::new();
    let mut at = 0;
    while fields.len() < 4 {
        let end = bytes[at..].iter().position(u8::is_ascii_whitespace).context("a header")? + at;
        let field = std::str::from_utf8(&bytes[at..end])?;
        if !field.is_empty() {
            fields.push(field);
        }
        at = end + 1;
    }
    let [kind, width, height, most] = fields[..] else { bail!("no header") };
    if (kind, most) != ("P5", "255") {
        bail!("not a binary PGM of 8 bits");
    }
    let light = bytes[at..].iter().map(|&v| tone::linear(f32::from(v) / 255.0)).collect();
    Ok(Plane::from_shape_vec((height.parse()?, width.parse()?), light)?)
}
