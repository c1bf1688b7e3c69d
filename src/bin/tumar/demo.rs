//! `tumar demo`: the main job on the bundled sample, with pictures.

use std::f64::consts::LN_10;
use std::path::Path;

use image::{Rgb, RgbImage};
use tumar::channel::{self, Conditions, Geometry, Preset};
use tumar::evidence::{READ, Read as ReadSymbol, Reading};
use tumar::microtext::ICAO_MICROPRINT;
use tumar::report::{overlay, words};
use tumar::{Embedded, Inspection, Mm, Name, Picture, Profile, Reader, Record};

use crate::args::{self, DemoArgs};
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};
use crate::verify;

const SAMPLE: &[u8] = include_bytes!("../../../samples/astronaut.png");
const NAME: (&str, &str) = ("Назарбаева", "Әсел");
/// A usual office scanner, and the first seed.
const PRESET: Preset = Preset::Flatbed600;
const SEED: u64 = 1;

/// The sample's eyes, as shares of its width and height.
const EYES: [f64; 2] = [0.5, 0.31];
/// How much around them is shown, and at how many pixels a millimetre: 2400 ppi, four times the scan's.
const CROP: [Mm; 2] = [Mm(10.0), Mm(8.0)];
const CROP_PX_A_MM: f64 = 94.5;
/// Pixels a bin in the picture of the copy.
const COPY_MAGNIFICATION: usize = 6;

/// What is written, and what each file shows.
const FILES: [(&str, &str); 5] = [
    ("portrait.png", "the print, as it goes to the printer"),
    ("scan.png", "what the scanner saw"),
    ("magnified.png", "10 × 8 mm around the eyes: the print on the left, the scan on the right"),
    ("copy.png", "all copies in the scan combined, above the text as it should look"),
    ("verdict.json", "all of this for programs"),
];

/// The sample on its way: printed, scanned, and inspected with and without its name.
struct Sample {
    name: Name,
    profile: Profile,
    printed: Embedded,
    conditions: Conditions,
    scan: Picture,
    known: Inspection,
    blind: Inspection,
}

impl Sample {
    fn inspected() -> Result<Self, Failure> {
        let name = Name::new(NAME.0, NAME.1).map_err(|e| args::bad_name(&e))?;
        let profile = Profile::default();
        let portrait = tumar::decode(SAMPLE).map_err(Failure::work)?;
        let printed = tumar::embed(&portrait, &name, &profile).map_err(Failure::work)?;
        let conditions = Conditions::draw(PRESET, SEED);
        let scan =
            channel::print_and_scan(&printed.picture, &conditions, SEED).map_err(Failure::work)?;
        let inspected =
            |name| Reader::new(&profile).inspect(&scan, None, name).map_err(Failure::work);
        let (known, blind) = (inspected(Some(&name))?, inspected(None)?);
        Ok(Self { name, profile, printed, conditions, scan, known, blind })
    }

    fn write_files(&self, folder: &Path, record: &Record) -> Result<(), Failure> {
        let file = |name: &str| folder.join(name);
        let print = &self.printed.picture;
        files::write_picture(&file("portrait.png"), print)?;
        files::write_picture(&file("scan.png"), &self.scan)?;
        let geometry = self.conditions.geometry(print).map_err(Failure::work)?;
        let magnified = magnified(print, &self.scan, &geometry, &self.profile);
        files::write_drawing(&file("magnified.png"), magnified)?;
        if let Some(reading) = self.known.reading() {
            let copy = overlay::copy(reading, COPY_MAGNIFICATION);
            files::write_drawing(&file("copy.png"), copy)?;
        }
        files::write(&file("verdict.json"), files::json(record)?.as_bytes())
    }

    fn tell(&self, record: &Record, stdout: &mut Stdout) {
        let (profile, summary) = (&self.profile, &self.printed.summary);
        stdout.line(format!(
            "1. Printed  {} into a portrait of {} × {} mm at {} dpi, {} copies over the whole picture.",
            words::full_name(self.name.surname(), self.name.given()),
            profile.width.0,
            profile.height.0,
            profile.dpi.0,
            summary.copies
        ));
        stdout.line(format!(
            "            Capitals are {} high, {:.1} print dots (ICAO: microprint is under {ICAO_MICROPRINT}).",
            profile.layout.cap_height, summary.dots_per_cap
        ));
        stdout.line(scanned(&self.conditions, &self.scan, &self.known));
        let blind = Record::of(&self.blind, None, profile);
        stdout.line(format!(
            "3. Read     without knowing the name: {}.",
            verify::verdict_line(&blind)
        ));
        if let Some(reading) = self.blind.reading().filter(|_| blind.read.is_some()) {
            symbols(reading).iter().for_each(|line| stdout.line(format!("            {line}")));
        }
        stdout.line(format!("4. Checked  against the name: {}.", verify::verdict_line(record)));
        record.reasons.iter().for_each(|reason| stdout.line(format!("            {reason}")));
    }
}

pub(crate) fn run(args: &DemoArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    std::fs::create_dir_all(&args.out).map_err(|cause| {
        Failure::file(&args.out, format!("cannot make the folder: {cause}; choose another"))
    })?;
    let sample = Sample::inspected()?;
    let record = Record::of(&sample.known, Some(&sample.name), &sample.profile);
    sample.write_files(&args.out, &record)?;
    sample.tell(&record, stdout);
    stdout.line(format!("See {}:", args.out.display()));
    for (file, shows) in FILES {
        stdout.line(format!("  {file:<14} {shows}"));
    }
    Ok(failure::DONE)
}

fn scanned(conditions: &Conditions, scan: &Picture, known: &Inspection) -> String {
    let (width, height) = scan.size();
    let copies = known.stack().map_or(0.0, |stack| stack.copies);
    format!(
        "2. Scanned  by the model of an office flatbed ({PRESET}, seed {SEED}): {width} × {height} px at {},\n            \
         turned {:.1}°; a capital is {:.1} pixels high. {copies:.0} copies were found and combined.",
        conditions.scan.ppi,
        conditions.scan.rotation_deg,
        conditions.scan.ppi.px(Profile::default().layout.cap_height)
    )
}

/// The blind reading, symbol by symbol, and the one that stands least clear.
fn symbols(reading: &Reading) -> [String; 2] {
    let clear = |read: &ReadSymbol| read.log_odds >= READ;
    let shown = reading.circle.iter().map(|read| match clear(read) {
        true => read.symbol.character(),
        false => words::UNREAD,
    });
    let shown: Vec<String> = shown.map(String::from).collect();
    let weakest = reading.circle.iter().min_by(|a, b| a.log_odds.total_cmp(&b.log_odds));
    let weakest = match weakest {
        Some(read) if clear(read) => format!(
            "the weakest is {}, 10^{:.0} times likelier than the next, {}",
            read.symbol,
            (read.log_odds / LN_10).floor(),
            read.runner_up
        ),
        _ => format!("{} stands where no symbol is clear", words::UNREAD),
    };
    let end = reading.script.end();
    let signs =
        format!("(< separates the names, {end} ends them, three check letters follow); {weakest}");
    [shown.join(" "), signs]
}

/// The print around the eyes beside the same place of the scan, each pixel as it is.
fn magnified(print: &Picture, scan: &Picture, geometry: &Geometry, profile: &Profile) -> RgbImage {
    let [width, height] = CROP.map(|side| (side.0 * CROP_PX_A_MM).round() as u32);
    let corner =
        [profile.width.0 * EYES[0] - 0.5 * CROP[0].0, profile.height.0 * EYES[1] - 0.5 * CROP[1].0];
    let place = |x: u32, y: u32| {
        [corner[0] + f64::from(x) / CROP_PX_A_MM, corner[1] + f64::from(y) / CROP_PX_A_MM]
    };
    let on_print = |mm: [f64; 2]| mm.map(|v| profile.dpi.px(Mm(v)) - 0.5);
    let (print, scan) = (print.pixels.to_rgb8(), scan.pixels.to_rgb8());
    let mut page = RgbImage::from_pixel(2 * width + width / 20, height, Rgb([255; 3]));
    for y in 0..height {
        for x in 0..width {
            let mm = place(x, y);
            page.put_pixel(x, y, nearest(&print, on_print(mm)));
            let right = width + width / 20 + x;
            page.put_pixel(right, y, nearest(&scan, geometry.to_scan(mm)));
        }
    }
    page
}

fn nearest(picture: &RgbImage, [x, y]: [f64; 2]) -> Rgb<u8> {
    let within = |v: f64, limit: u32| v.round().clamp(0.0, f64::from(limit - 1)) as u32;
    *picture.get_pixel(within(x, picture.width()), within(y, picture.height()))
}
