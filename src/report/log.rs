//! The log of an inspection, in the shape of BSI TR-03135 (Machine Authentication of MRTDs for Public
//! Sector Applications): a list of checks, each with its code, result, margin and decision function,
//! with the region that it is about and a picture of it. From the guideline are the three results, the
//! margin over −1..1 with its threshold at 0, what belongs to a check, and its generic check
//! (VI, FR, PH): visible light, spatial frequency, the photo's area. The codes and the names of the
//! fields are ours.
//!
//! A pure function of what was inspected: no time; the log's identifier (UUID version 8, RFC 9562)
//! follows from the scan's digest and all that was found, a check's from its code, the same in all logs.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageError};
use serde::Serialize;
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use super::checks::{self, Question};
use super::overlay;
use super::record::{Microtext, Record, Region, RegionKind};
use super::source::Source;
use super::words::visible;
use crate::formats::hex;
use crate::inspect::comparison::agreement::Agreement;
use crate::inspect::decision::evidence;
use crate::inspect::decision::key_check as keyed;
use crate::inspect::decision::picture_check::PictureCheck;
use crate::inspect::decision::print_check::PrintCheck;
use crate::inspect::decision::signature_check::Trust;
use crate::inspect::decision::text;
use crate::inspect::decision::text::{Expected, Text};
use crate::inspect::decision::verdict::{Outcome, Verdict};
use crate::inspect::tamper::{map::Tamper, region::LACKS};
use crate::inspect::{Inspection, Page};

/// The name and version of this form of log.
pub const SCHEMA: &str = "tumar.log/1";
/// The longer side of a picture at the most, in pixels.
const LONGEST: u32 = 200;
/// Pixels a bin of the copy that was read.
const MAGNIFICATION: usize = 2;
/// Visible light, spatial frequency, area of the photo (TR-03135-1, generic checks).
const GENERIC: &str = "VI, FR, PH";
/// A margin that is on the right side of 0, if only just.
const LEAST: f64 = 1e-3;
/// Regions that are shown.
const SHOWN: usize = 8;

/// How a log is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object.
    Json,
    /// One XML 1.0 document.
    Xml,
}

/// Why there is no log.
#[derive(Debug, Error)]
pub enum LogError {
    /// A picture could not be encoded.
    #[error("the log's pictures cannot be encoded: {0}")]
    Picture(#[from] ImageError),
    /// As JSON.
    #[error("the log cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// As XML.
    #[error("the log cannot be written: {0}")]
    Xml(#[from] quick_xml::SeError),
}

/// The log. Holds personal data and therefore has no `Debug` output.
#[derive(Clone, Serialize)]
#[serde(rename = "log", rename_all = "camelCase")]
pub struct Log {
    schema: &'static str,
    uuid: Uuid,
    software: &'static str,
    version: &'static str,
    file: String,
    file_sha256: String,
    profile: String,
    profile_sha256: String,
    result: Outcome,
    verdict: Verdict,
    margin: f64,
    #[serde(rename = "reason")]
    reasons: Vec<String>,
    #[serde(rename = "check")]
    checks: Vec<Check>,
}

/// One check.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    code: &'static str,
    generic_check: &'static str,
    uuid: Uuid,
    result: Outcome,
    /// −1..1; none where the check could not be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<f64>,
    #[serde(rename = "decisionFunction")]
    decision: Vec<Question>,
    #[serde(rename = "region")]
    regions: Vec<Region>,
    /// PNG in base 64.
    #[serde(rename = "image")]
    images: Vec<String>,
}

impl Log {
    /// The log of a page's main portrait.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn of(source: &Source<'_>, page: &Page, record: &Record) -> Result<Self, LogError> {
        let inspection = &page.main;
        let mut checks = vec![text_is_there(inspection)];
        checks.extend(inspection.evidence.established().map(|text| name_is_right(text, record)));
        checks.extend(key_is_right(inspection, record));
        checks.extend(signature(inspection, record));
        let least = source.profile.face;
        let map = inspection.tamper.as_ref();
        checks.extend(map.map(|tamper| nothing_changed(tamper, record, least)));
        checks.extend(inspection.evidence.picture.as_ref().map(|found| is_issued(found, record)));
        let press = inspection.print_check();
        checks.extend(record.microtext.as_ref().map(|microtext| no_copy(microtext, press)));
        let reading = inspection.reading().filter(|_| inspection.is_established());
        if let Some(reading) = reading {
            checks[0].images.push(png(overlay::copy(reading, MAGNIFICATION).into(), u32::MAX)?);
        }
        for check in &mut checks {
            for region in check.regions.iter().take(SHOWN) {
                check.images.push(png(cut(region, source), LONGEST)?);
            }
        }
        Ok(Self {
            schema: SCHEMA,
            uuid: uuid(&[&source.digest, &source.profile.digest, &serde_json::to_vec(record)?]),
            software: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            file: visible(source.file),
            file_sha256: hex(&source.digest),
            profile: visible(&source.profile.name),
            profile_sha256: hex(&source.profile.digest),
            result: record.result,
            verdict: record.verdict,
            margin: record.margin,
            reasons: record.reasons.iter().map(|reason| visible(reason)).collect(),
            checks,
        })
    }

    /// Written down.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn text(&self, format: Format) -> Result<String, LogError> {
        Ok(match format {
            Format::Json => serde_json::to_string_pretty(self)? + "\n",
            Format::Xml => {
                let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
                let mut writer = quick_xml::se::Serializer::new(&mut text);
                writer.indent(' ', 1);
                self.serialize(writer)?;
                text + "\n"
            }
        })
    }
}

/// A check whose margin, if it has one, is on the side of its result.
fn check(
    code: &'static str,
    result: Outcome,
    margin: Option<f64>,
    decision: Vec<Question>,
) -> Check {
    let on_its_side = |margin: f64| match result {
        Outcome::Successful => margin.clamp(LEAST, 1.0),
        Outcome::Failed => margin.clamp(-1.0, -LEAST),
        Outcome::Undetermined => margin.clamp(-1.0, 0.0),
    };
    let margin = margin.map(|v| (on_its_side(v) * 1e4).round() / 1e4);
    let (regions, images) = (Vec::new(), Vec::new());
    let uuid = uuid(&[code.as_bytes()]);
    Check { code, generic_check: GENERIC, uuid, result, margin, decision, regions, images }
}

/// Whether there is microtext.
fn text_is_there(inspection: &Inspection) -> Check {
    let evidence = &inspection.evidence;
    let mut decision = vec![checks::lines(evidence)];
    decision.extend(evidence.repetition.as_ref().map(|found| checks::text(found, evidence)));
    let (result, margin) = match evidence.established() {
        Some(text) => {
            (Outcome::Successful, Some((text.fit - evidence::FIT) / (1.0 - evidence::FIT)))
        }
        None => {
            decision.push(checks::absence(evidence));
            let is_absent = inspection.decision.verdict == Verdict::Absent;
            let result = if is_absent { Outcome::Failed } else { Outcome::Undetermined };
            (result, Some(inspection.decision.margin))
        }
    };
    check("TUMAR_TEXT", result, margin, decision)
}

/// Whether it spells the expected name; or, without one, whether it can be read.
fn name_is_right(text: &Text, record: &Record) -> Check {
    let towards = |odds: f64, limit: f64| ((odds - limit) / text::READ).tanh();
    let mut decision = vec![checks::reading(text)];
    let (result, margin) = match &text.expected {
        None if text.is_clear() => (Outcome::Successful, None),
        None => (Outcome::Undetermined, None),
        Some(Expected::OtherLength { found, expected }) => {
            decision.push(checks::length(*found, *expected));
            if text.is_clear() {
                (Outcome::Failed, Some(-0.9))
            } else {
                (Outcome::Undetermined, Some(-0.1))
            }
        }
        Some(Expected::SameLength(name)) => {
            decision.extend([checks::acceptance(name, text), checks::refusal(name, text)]);
            let result = if text.bears_out(name) || name.spelled && text.is_clear() {
                Outcome::Successful
            } else if record.verdict == Verdict::NameMismatch {
                Outcome::Failed
            } else {
                Outcome::Undetermined
            };
            (result, Some(towards(name.log_odds, text::ACCEPT)))
        }
    };
    check("TUMAR_NAME", result, margin, decision)
}

/// Whether the keyed lines begin where the key says.
fn key_is_right(inspection: &Inspection, record: &Record) -> Option<Check> {
    let Some(keyed) = inspection.keyed() else {
        // A print without a key has no lines to ask.
        let is_refused = record.verdict == Verdict::KeyMismatch;
        let refused = || check("TUMAR_KEY", Outcome::Failed, Some(record.margin), Vec::new());
        return is_refused.then(refused);
    };
    let result = if keyed.is_confirmed() {
        Outcome::Successful
    } else if record.verdict == Verdict::KeyMismatch {
        Outcome::Failed
    } else {
        Outcome::Undetermined
    };
    let margin = ((keyed::CONFIRMED - keyed.log10_chance()) / keyed::CONFIRMED.abs()).tanh();
    Some(check("TUMAR_KEY", result, Some(margin), vec![checks::key(keyed)]))
}

/// Whether a trusted key signed the print, and whether its face is the one that was signed.
fn signature(inspection: &Inspection, record: &Record) -> Vec<Check> {
    let Some(found) = inspection.signature() else {
        // A print that must be signed, and is not.
        let is_forged = record.verdict == Verdict::Forged;
        let forged = || check("TUMAR_SIGNATURE", Outcome::Failed, Some(record.margin), Vec::new());
        return is_forged.then(forged).into_iter().collect();
    };
    let (result, margin) = match found.trust {
        Trust::Valid => (Outcome::Successful, Some(1.0)),
        Trust::Invalid => (Outcome::Failed, Some(-1.0)),
        Trust::NotAsked | Trust::UnknownKey | Trust::Unproved => (Outcome::Undetermined, None),
    };
    let signature = check("TUMAR_SIGNATURE", result, margin, Vec::new());
    // What nobody signed says nothing of the face.
    let agreement = if found.trust == Trust::Valid { found.agreement() } else { Agreement::Untold };
    let (result, margin) = match agreement {
        Agreement::Agrees => (Outcome::Successful, Some(found.correlation)),
        Agreement::Differs => (Outcome::Failed, Some(found.correlation - found.least())),
        Agreement::Untold => (Outcome::Undetermined, None),
    };
    let digest = check("TUMAR_DIGEST", result, margin, vec![checks::signed_face(found)]);
    vec![signature, digest]
}

/// Whether the microtext stands on the face, and everywhere as it should.
fn nothing_changed(tamper: &Tamper, record: &Record, least: f64) -> Check {
    let worst = tamper.regions.iter().map(|region| region.z).fold(0.0, f64::max);
    let above = tamper.face.share() - least;
    let (result, margin) = if record.verdict == Verdict::Altered && !tamper.regions.is_empty() {
        (Outcome::Failed, Some(-(worst / f64::from(2.0 * LACKS)).tanh()))
    } else if tamper.regions.is_empty() && above >= 0.0 {
        (Outcome::Successful, Some((above / (1.0 - least).max(1e-3)).min(1.0)))
    } else {
        (Outcome::Undetermined, None)
    };
    let decision = vec![checks::ground(tamper, least)];
    let regions = record.regions.iter().filter(|region| region.kind != RegionKind::Picture);
    Check { regions: regions.cloned().collect(), ..check("TUMAR_MAP", result, margin, decision) }
}

/// Whether the portrait is the one that was issued.
fn is_issued(found: &PictureCheck, record: &Record) -> Check {
    let (result, margin) = match found.agreement {
        Agreement::Agrees => (Outcome::Successful, Some(found.margin)),
        Agreement::Differs => (Outcome::Failed, Some(found.margin)),
        Agreement::Untold => (Outcome::Undetermined, None),
    };
    let regions = record.picture.as_ref().map_or_else(Vec::new, |part| part.regions.clone());
    Check { regions, ..check("TUMAR_PICTURE", result, margin, vec![checks::picture(found)]) }
}

/// Whether it is no copy: by what the issuer's press prints; never decided without, for printers differ as
/// much.
fn no_copy(microtext: &Microtext, press: Option<&PrintCheck>) -> Check {
    if let Some(found) = press {
        let suspected = found.is_another();
        let result = if suspected { Outcome::Undetermined } else { Outcome::Successful };
        return check("TUMAR_COPY", result, Some(found.margin()), vec![checks::press(found)]);
    }
    let decision = vec![checks::copy(microtext.blur_mm)];
    let undetermined = check("TUMAR_COPY", Outcome::Undetermined, None, decision);
    Check { margin: Some(microtext.copy_margin), ..undetermined }
}

/// What a region shows.
fn cut(region: &Region, source: &Source<'_>) -> DynamicImage {
    let whole = |v: f64| v.max(0.0).round() as u32;
    let (width, height) = (whole(region.width_px).max(1), whole(region.height_px).max(1));
    source.picture.pixels.crop_imm(whole(region.x_px), whole(region.y_px), width, height)
}

/// A picture as PNG in base 64, no longer than this.
fn png(picture: DynamicImage, longest: u32) -> Result<String, LogError> {
    let (width, height) = (picture.width(), picture.height());
    let picture =
        if width.max(height) > longest { picture.thumbnail(longest, longest) } else { picture };
    let mut file = Cursor::new(Vec::new());
    if picture.width() > 0 && picture.height() > 0 {
        picture.write_with_encoder(PngEncoder::new(&mut file))?;
    }
    Ok(STANDARD.encode(file.into_inner()))
}

fn uuid(of: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(SCHEMA);
    of.iter().for_each(|part| hash.update(part));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    Uuid::new_v8(bytes)
}
