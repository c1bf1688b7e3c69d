//! What several tests need: samples, pictures that are not what the reader looks for and how they are
//! judged, a print shop, a browser.

pub(crate) mod art;
pub(crate) mod browser;
pub(crate) mod judge;
pub(crate) mod letters;
pub(crate) mod overviews;
pub(crate) mod shop;
pub(crate) mod tools;

use std::f64::consts::TAU;
use std::path::Path;
use std::process::{Command, Output};

use image::{DynamicImage, GrayImage, Luma};
use sha2::{Digest, Sha256};
use tumar::channel::Conditions;
use tumar::formats::decode;
use tumar::imaging::{Mm, Picture, Plane, Ppi};
use tumar::spec::{DocumentNumber, IssuerKey, Name};

/// The program.
pub(crate) const TUMAR: &str = env!("CARGO_BIN_EXE_tumar");

/// Runs the program in a folder.
pub(crate) fn tumar(folder: &Path, args: &[&str]) -> Output {
    Command::new(TUMAR).current_dir(folder).args(args).output().expect("the program starts")
}

/// Ends with this code; gives what it says, on stderr where it fails to work.
#[track_caller]
pub(crate) fn ends(folder: &Path, args: &[&str], code: i32) -> String {
    let output = tumar(folder, args);
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(output.status.code(), Some(code), "{args:?}: {out}{err}");
    assert!(err.lines().count() <= 1, "{err}");
    if err.is_empty() { out } else { err }
}

/// Of the prints that tests draw: fine enough for a line of a tenth of a millimetre.
pub(crate) const DPI: Ppi = Ppi(1200.0);
/// A passport portrait.
pub(crate) const SIZE: [Mm; 2] = [Mm(35.0), Mm(45.0)];

/// A print whose lightness (0..1, as stored) is a function of the place in millimetres.
pub(crate) fn draw(size: [Mm; 2], lightness: impl Fn(f64, f64) -> f64) -> Picture {
    let [width, height] = size.map(|side| DPI.px(side).round() as u32);
    let at = |pixel: u32| DPI.mm(f64::from(pixel) + 0.5).0;
    let pixels = GrayImage::from_fn(width, height, |x, y| {
        Luma([(255.0 * lightness(at(x), at(y)).clamp(0.0, 1.0)) as u8])
    });
    Picture::new(DynamicImage::from(pixels), DPI)
}

/// A name that nothing is wrong with.
pub(crate) fn name(surname: &str, given: &str) -> Name {
    Name::new(surname, given).expect("a name")
}

/// The holder of most prints here.
pub(crate) fn holder() -> Name {
    name("Назарбаева", "Әсел")
}

/// A document number that nothing is wrong with.
pub(crate) fn number(text: &str) -> DocumentNumber {
    text.parse().expect("a number")
}

/// A key of its own for each number, the same each time. Its file states its check, by SHA-256.
pub(crate) fn key(number: u8) -> IssuerKey {
    let (id, secret) = ([number; 4], std::array::from_fn::<u8, 32, _>(|i| number ^ (73 * i) as u8));
    let check = Sha256::new().chain_update(id).chain_update(secret).finalize();
    let [id, secret, check] = [&id[..], &secret, &check[..4]].map(hex);
    let file = format!("tumar issuer key 1\nid {id}\nsecret {secret}\ncheck {check}\n");
    IssuerKey::parse(file.as_bytes()).expect("a key")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A good scanner of this resolution, the sheet turned by so many degrees.
pub(crate) fn scanner(ppi: f64, turned: f64) -> Conditions {
    let mut conditions = Conditions::clean(Ppi(ppi));
    conditions.scan.optics_px = 0.4;
    conditions.scan.read_noise = 0.004;
    conditions.scan.rotation_deg = turned;
    conditions.scan.border = [Mm(3.0); 4];
    conditions
}

/// A portrait of `samples/`.
pub(crate) fn sample(name: &str) -> Picture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    decode::read(&path).expect("a sample portrait")
}

/// Stored lightness of a picture, spread over a passport portrait.
pub(crate) fn tones(picture: &Picture) -> impl Fn(f64, f64) -> f64 + use<> {
    let grey = picture.pixels.to_luma8();
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let values = grey.into_raw().into_iter().map(|v| f32::from(v) / 255.0).collect();
    let plane = Plane::from_shape_vec((height, width), values).expect("a value a pixel");
    move |x, y| {
        let place = [x / SIZE[0].0 * width as f64, y / SIZE[1].0 * height as f64];
        f64::from(tumar::imaging::raster::bilinear(&plane, place[0], place[1]))
    }
}

/// A line pattern, −1..1, at `lines` of which each takes 1.
pub(crate) fn wave(lines: f64) -> f64 {
    (TAU * lines.fract()).cos()
}
