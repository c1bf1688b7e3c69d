//! `tumar verify`.

use std::path::Path;

use sha2::{Digest, Sha256};
use tumar::files::Pages;
use tumar::report::record::{Microtext, ScanPart, SignedPart};
use tumar::report::words::{self, full_name, read_line};
use tumar::report::{Source, html, log, overlay};
use tumar::{Claim, Outcome, Profile, Reader, Record, Reference, Verdict};

use crate::args::VerifyArgs;
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};

pub(crate) fn run(args: &VerifyArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    let (profile, name) = args.profile_and_name()?;
    let key = args.key_claim()?;
    let (json, overlay) = (args.json.as_deref(), args.overlay.as_deref());
    let (report, log) = (args.report.as_deref(), args.log()?);
    let log_file = log.map(|(path, _)| path);
    if let Some(path) = overlay {
        files::must_be_png(path, "overlay")?;
    }
    let json_file = json.filter(|path| !files::is_stdout(path));
    let outputs: Vec<&Path> =
        json_file.into_iter().chain(overlay).chain(report).chain(log_file).collect();
    files::check_outputs(&[&args.scan], &outputs)?;
    report.into_iter().chain(log_file).try_for_each(files::must_be_new)?;

    let bytes = files::bytes(&args.scan)?;
    let digest = Sha256::digest(&bytes).into();
    let reference = args.reference.as_deref().map(|path| issued(path, &bytes, args, &profile));
    let reference = reference.transpose()?;
    let shown = reference.as_ref().map(|issued| &issued.reference);
    let trust = args.trust.keys()?;
    let press = args.press.as_deref().map(files::read_printing).transpose()?;
    let claim = Claim {
        name: name.as_ref(),
        key: key.as_ref(),
        reference: shown,
        trust: trust.as_deref(),
        printing: press.as_ref().map(|(printing, _)| printing),
    };
    let pages = Pages::of(&bytes, args.picture.limits());
    let pages = pages.map_err(|error| files::no_picture(&args.scan, &error))?;
    let document = Reader::new(&profile).document(&pages, args.picture.page, args.ppi, claim);
    let document = document.map_err(|error| {
        let advice = error.advice().map_or(String::new(), |advice| format!("; {advice}"));
        Failure::file(&args.scan, format!("{error}{advice}"))
    })?;
    let tumar::InspectedFile { page, name, picture } = document;
    let mut record = Record::of_page(&page, name.as_ref(), &profile);
    if reference.is_some_and(|issued| issued.is_of_chip) {
        record
            .reasons
            .push("the reference is from an EF.DG2, whose signature was not checked".into());
    }
    if let Some(path) = overlay {
        files::write_drawing(path, overlay::overlay_page(&picture, &page))?;
    }
    let file = args.scan.file_name().unwrap_or_default().to_string_lossy();
    let source = Source { file: &file, digest, picture: &picture, profile: &profile };
    if let Some((path, format)) = log {
        let log = log::Log::of(&source, &page, &record).and_then(|log| log.text(format));
        files::write_report(path, &log.map_err(Failure::work)?)?;
    }
    if let Some(path) = report {
        let report = html::report(&source, &page, &record).map_err(Failure::work)?;
        files::write_report(path, &report)?;
    }
    if stdout.json(json, &record)? {
        tell(stdout, &args.scan, &record);
    }
    Ok(match record.result {
        Outcome::Successful => failure::DONE,
        Outcome::Failed => failure::FAILED,
        Outcome::Undetermined => failure::UNDETERMINED,
    })
}

/// The portrait as it was issued.
struct Issued {
    reference: Reference,
    /// Whether it is from the chip's EF.DG2.
    is_of_chip: bool,
}

/// Reads the portrait that was issued; `scan`: the scan's file.
fn issued(
    path: &Path,
    scan: &[u8],
    args: &VerifyArgs,
    profile: &Profile,
) -> Result<Issued, Failure> {
    let bytes = files::bytes(path)?;
    if bytes == scan {
        return Err(Failure::usage(format!(
            "{}: this is the scan itself; name the portrait as it was issued",
            path.display()
        )));
    }
    let pages = Pages::of(&bytes, args.picture.limits());
    let picture = pages.and_then(|pages| pages.page(1));
    let picture = picture.map_err(|error| files::no_picture(path, &error))?;
    let reference =
        Reference::new(&picture, profile).map_err(|error| Failure::file(path, error))?;
    Ok(Issued { reference, is_of_chip: tumar::files::is_dg2(&bytes) })
}

fn tell(stdout: &mut Stdout, scan: &Path, record: &Record) {
    stdout.line(format!("{}: {}", scan.display(), verdict_line(record)));
    record.reasons.iter().for_each(|reason| stdout.line(format!("  why         {reason}")));
    if let Some(expected) = &record.expected {
        stdout.line(format!("  expected    {}", full_name(&expected.surname, &expected.given)));
    }
    if let Some(words) = &record.lr_words {
        stdout.line(format!("  evidence    {}", evidence_line(record.log10_lr, words)));
    }
    if let Some(read) = &record.read {
        stdout.line(format!("  read        {}", read_line(read)));
    }
    if let Some(microtext) = &record.microtext {
        stdout.line(format!("  microtext   {}", microtext_line(microtext)));
    }
    if let Some(face) = &record.face {
        let (share, of) = (face.percent(), face.of);
        stdout.line(format!("  face        microtext confirmed on {share:.0} % of {of:.0} mm²"));
    }
    if let Some(picture) = &record.picture {
        let says = match picture.agrees {
            Some(true) => "the face is the reference's".to_owned(),
            Some(false) => "the face is not the reference's".to_owned(),
            None => picture.why.clone().unwrap_or_else(|| "it cannot be told".to_owned()),
        };
        stdout.line(format!("  picture     {says}"));
    }
    if let Some(signed) = &record.signed {
        stdout.line(format!("  signed      {}", signed_line(signed)));
    }
    stdout.line(format!("  scan        {}", scan_line(&record.scan)));
    if record.portraits.len() > 1 {
        for portrait in &record.portraits {
            let page = portrait.page.map_or(String::new(), |page| format!("page {page}: "));
            let read = portrait.read.as_ref().map_or_else(|| "not read".to_owned(), read_line);
            stdout.line(format!("  portrait    {page}{read}"));
        }
    }
}

/// The verdict in words, with its margin.
pub(crate) fn verdict_line(record: &Record) -> String {
    let face = record.face.map_or(0.0, |face| face.percent());
    let is_shown = record.picture.as_ref().is_some_and(|picture| picture.agrees == Some(true));
    let says = match record.verdict {
        Verdict::Authentic if is_shown => {
            "authentic, the microtext carries the expected name and the face is the reference's"
        }
        Verdict::Authentic => {
            return format!(
                "authentic, the microtext carries the expected name, on {face:.0} % of the face (margin {:+.2})",
                record.margin
            );
        }
        Verdict::Read => "read",
        Verdict::NameMismatch => "name-mismatch, the microtext carries another name",
        Verdict::KeyMismatch => "key-mismatch, the lines do not begin where the key says",
        Verdict::Forged => "forged, it is not signed as such a print must be",
        Verdict::Altered => "altered, the portrait is not as it was issued",
        Verdict::Absent => "absent, there is no microtext",
        Verdict::Inconclusive => "inconclusive, the scan does not carry enough evidence",
    };
    format!("{says} (margin {:+.2})", record.margin)
}

/// The likelihood ratio as a number and in words.
fn evidence_line(log10_lr: Option<f64>, words: &str) -> String {
    log10_lr.map_or_else(|| words.to_owned(), |log10| format!("{words} (log10 LR {log10:+.2})"))
}

fn signed_line(signed: &SignedPart) -> String {
    let trusted = match signed.trusted {
        Some(true) => "right",
        Some(false) => "not trusted",
        None => "not checked",
    };
    let face = match signed.digest_agrees {
        Some(true) => "the face agrees",
        Some(false) => "the face is another",
        None => "the face cannot be told",
    };
    let (key, number) = (&signed.key_id, &signed.document_number);
    format!("by key {key} for document {number}: {trusted}; {face} ({:+.2})", signed.correlation)
}

fn microtext_line(microtext: &Microtext) -> String {
    format!(
        "capitals {:.2} mm, {:.1} scan pixels; {:.0} copies over {:.0} % of the portrait; contrast {:.3}",
        microtext.cap_height_mm,
        microtext.dots_per_cap,
        microtext.copies,
        100.0 * microtext.coverage,
        microtext.contrast
    )
}

fn scan_line(scan: &ScanPart) -> String {
    let source = words::ppi_source(scan.ppi_source);
    let ppi = scan.ppi.map_or_else(|| "unknown".to_owned(), |ppi| ppi.to_string());
    let turned = scan.rotation_deg.map_or(String::new(), |deg| format!(", turned {deg:.1}°"));
    let mirrored = if scan.mirrored { ", mirrored" } else { "" };
    let page = scan.page.map_or(String::new(), |page| format!("page {page}, "));
    let (width, height) = (scan.width_px, scan.height_px);
    format!("{page}{width} × {height} px at {ppi} ppi ({source}){turned}{mirrored}")
}
