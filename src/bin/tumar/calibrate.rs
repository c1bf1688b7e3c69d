//! `tumar calibrate`.

use tumar::Profile;
use tumar::channel::Preset;
use tumar::press::calibrate::{self, Sheet};
use tumar::press::prediction::{Scanner, predict};
use tumar::press::trial;

use crate::args::CalibrateArgs;
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};
use crate::sheet;

/// On which prints are simulated: beside its own, what examiners and borders have.
const SCANNERS: [Scanner; 3] =
    [Scanner::Own, Scanner::Kind(Preset::Flatbed600), Scanner::Kind(Preset::Reader400)];

pub(crate) fn run(args: &CalibrateArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    let inputs: Vec<_> = args.scans.iter().map(std::path::PathBuf::as_path).collect();
    let mut outputs = vec![args.out.as_path()];
    outputs.extend(args.report.as_deref());
    files::check_outputs(&inputs, &outputs)?;
    let mut sheets: Vec<Sheet> = Vec::new();
    for path in &args.scans {
        let bytes = files::bytes(path)?;
        let scan = tumar::files::Pages::of(&bytes, args.size.limits())
            .and_then(|pages| pages.page(1))
            .map_err(|error| files::no_picture(path, &error))?;
        let sheet = calibrate::measure(&scan, args.ppi).map_err(|e| Failure::file(path, e))?;
        let located = &sheet.located;
        stdout.line(format!(
            "{}: sheet {} {}, turned {:.1}°, {} marks, {:.2} % × {:.2} %",
            path.display(),
            located.size,
            located.number,
            located.map.turn_deg(),
            located.marks,
            100.0 * sheet.scale[0],
            100.0 * sheet.scale[1],
        ));
        sheets.push(sheet);
    }
    let press = calibrate::press(&sheets).map_err(Failure::work)?;
    let mut predicted = Vec::new();
    if args.prints > 0 {
        let (portraits, profile) = (sheet::portraits()?, Profile::default());
        for scanner in SCANNERS {
            let names = trial::holders();
            let found = predict(&press, scanner, &portraits, &names, args.prints, &profile);
            predicted.push((scanner, found.map_err(Failure::work)?));
        }
    }
    if let Some(path) = &args.report {
        let page = tumar::report::press::page(&press, &predicted).map_err(Failure::work)?;
        files::write_report(path, &page)?;
    }
    files::write(&args.out, press.to_toml().map_err(Failure::work)?.as_bytes())?;
    let (tones, edges) = (&press.tones, &press.edges);
    stdout.line(format!(
        "paper {:.1} %, solid {:.1} %, gain {:+.1} % at half tone; blur {:.0} × {:.0} µm; noise {:.2} %",
        100.0 * tones.paper.value,
        100.0 * tones.black.value,
        100.0 * tones.gain.value,
        1000.0 * edges.across.value,
        1000.0 * edges.down.value,
        100.0 * press.texture.noise.value,
    ));
    for (scanner, found) in predicted {
        let [[read, ..], [accepted, ..]] = found.shares().map(|share| share.map(|v| 100.0 * v));
        stdout.line(format!(
            "simulated on {scanner}: {read:.0} % of {} prints read, {accepted:.0} % accepted",
            found.prints
        ));
    }
    for line in press.advice() {
        stdout.line(format!("to mend: {line}"));
    }
    Ok(failure::DONE)
}
