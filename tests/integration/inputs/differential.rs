//! Each kind of file against what an independent library makes of it: `kinds.py` writes both, and
//! docs/formats.md has the table.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use image::{DynamicImage, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use tumar::Picture;
use tumar::formats::decode::decode;

use super::kinds::difference;
use crate::common::tools::{has, lacks, python_has};

const TABLE: &str = "docs/formats.md";
/// The profile that the script's CMYK has.
const INKS: &str = "/usr/share/color/icc/ghostscript/default_cmyk.icc";
const BEGIN: &str = "<!-- kinds: made by the test differential:: -->\n";
const END: &str = "<!-- end of kinds -->\n";

/// A picture in sRGB of 8 bits, by its profile.
fn srgb(picture: &Picture) -> RgbImage {
    let rgb = picture.pixels.to_rgb8();
    // Without a profile, and with one that nobody can read.
    let profile = picture.icc.as_ref().map(|icc| ColorProfile::new_from_slice(icc));
    let Some(Ok(profile)) = profile else { return rgb };
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let mut out = RgbImage::new(rgb.width(), rgb.height());
    if profile.color_space == DataColorSpace::Gray {
        let grey = picture.pixels.to_luma8();
        let by = profile.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, options);
        by.unwrap().transform(&grey, &mut out).unwrap();
    } else {
        let by = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options);
        by.unwrap().transform(&rgb, &mut out).unwrap();
    }
    out
}

/// A format's kinds that are as others have them, to the bit and nearly.
#[derive(Default)]
struct Format {
    exact: Vec<String>,
    near: Vec<String>,
}

fn table(formats: &BTreeMap<String, Format>) -> String {
    let mut text = String::from(
        "| format | read to the bit as others read it | within a level of 255 on average |\n\
         |---|---|---|\n",
    );
    for (name, Format { exact, near }) in formats {
        let (exact, near) = (exact.join(", "), near.join(", "));
        writeln!(text, "| {name} | {exact} | {near} |").unwrap();
    }
    text
}

#[test]
fn every_kind_is_what_others_make_of_it() {
    let modules = ["PIL", "numpy"].map(python_has);
    let programs = ["cjpeg", "convert", "pdfinfo", "tiffcp"].map(has);
    let inks = Path::new(INKS).exists() || lacks("profile of inks", "install libgs-common");
    if !(modules.iter().chain(&programs).all(|&there| there) && inks) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join("tests/integration/inputs/kinds.py");
    let made = Command::new("python3").arg(script).arg(folder.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut formats = BTreeMap::<String, Format>::new();
    let mut faults = Vec::new();
    for row in csv::Reader::from_path(folder.path().join("kinds.csv")).unwrap().records() {
        let row = row.unwrap();
        let (kind, file, tolerance) = (&row[0], &row[1], row[3].parse::<f64>().unwrap());
        let truth = image::open(folder.path().join(format!("{kind}.truth.png"))).unwrap();
        let picture = match decode(&std::fs::read(folder.path().join(file)).unwrap()) {
            Ok(picture) => picture,
            Err(error) => {
                faults.push(format!("{kind}: {error}"));
                continue;
            }
        };
        let ours = DynamicImage::from(srgb(&picture));
        let far = if (ours.width(), ours.height()) == (truth.width(), truth.height()) {
            difference(&ours, &truth)
        } else {
            f64::INFINITY
        };
        if far > tolerance {
            faults.push(format!("{kind}: {far:.3} of 255, and at most {tolerance} are allowed"));
        }
        let (format, what) = kind.split_once('-').unwrap();
        let format = formats.entry(format.to_owned()).or_default();
        if tolerance > 0.0 { &mut format.near } else { &mut format.exact }.push(what.to_owned());
    }
    assert!(faults.is_empty(), "{faults:#?}");
    let table = table(&formats);
    let page = std::fs::read_to_string(root.join(TABLE)).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("a mark where the table begins");
    let (written, after) = rest.split_once(END).expect("a mark where the table ends");
    if written != table {
        std::fs::write(root.join(TABLE), [before, BEGIN, &table, END, after].concat()).unwrap();
        panic!("{TABLE} was not up to date: look at the new table, and keep it");
    }
}
