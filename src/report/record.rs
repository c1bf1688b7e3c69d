//! The record of one inspection: the object that `tumar verify --json` prints. Its fields are the
//! contract with other people's programs; fields may be added, none may change.

use serde::Serialize;

use crate::inspect::comparison::agreement::{Agreement, Comparison, PictureRegion};
use crate::inspect::decision::copy;
use crate::inspect::decision::key_check::Keyed;
use crate::inspect::decision::likelihood::{self, LikelihoodRatio};
use crate::inspect::decision::print_check::PrintCheck;
use crate::inspect::decision::signature_check::{SignatureCheck, Trust};
use crate::inspect::decision::text;
use crate::inspect::decision::verdict::{Outcome, Verdict};
use crate::inspect::recognition::reading::{Read as ReadSymbol, Reading};
use crate::inspect::signal::scan::PpiSource;
use crate::inspect::stacking::stack::Stack;
use crate::inspect::tamper::face::Face;
use crate::inspect::tamper::region;
use crate::inspect::{Inspection, Page};
use crate::spec::{Legend, Mode, Name, Profile, Symbol};

/// The name and version of this form of record.
pub const SCHEMA: &str = "tumar.inspection/1";

/// One inspection. Holds personal data and therefore has no `Debug` output.
///
/// Numbers are rounded far below their uncertainty, so that the bytes are stable.
#[derive(Clone, Serialize)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// BSI TR-03135's word for the verdict.
    pub result: Outcome,
    /// The verdict.
    pub verdict: Verdict,
    /// How far the evidence stands from the verdict's threshold, −1..1; positive where passed.
    pub margin: f64,
    /// What was read without regard to any expected name; none where no text is established.
    pub read: Option<Text>,
    /// The other legend, where the profile prints two and it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<Text>,
    /// The name that was asked for.
    pub expected: Option<Holder>,
    /// What the keyed lines say, where a key was given and they could be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyPart>,
    /// log10 of the likelihood ratio: how many times likelier the scan is if the portrait carries the
    /// expected name than if it carries somebody else's. None without a name, and where the letters
    /// are not fit to tell names apart.
    pub log10_lr: Option<f64>,
    /// The same in words; "undetermined" where there is a name and no ratio.
    pub lr_words: Option<String>,
    /// The scan.
    pub scan: ScanPart,
    /// The microtext's measures; none where no text is established.
    pub microtext: Option<Microtext>,
    /// How much of the face was confirmed by its microtext; none where no portrait was found.
    pub face: Option<FacePart>,
    /// Share of the portrait on which the microtext can be told, 0..1; none where no portrait was found.
    pub readable: Option<f64>,
    /// The portrait against the one that was issued, where that is at hand; none elsewhere.
    pub picture: Option<PicturePart>,
    /// Whether the issuer's press printed it; none where that press is not known, or the scan does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub press: Option<PressPart>,
    /// What the print's signature says; none where no payload was read.
    pub signed: Option<SignedPart>,
    /// All portraits with microtext, from the top; the fields above are of one of them.
    pub portraits: Vec<Portrait>,
    /// Places where the microtext, or the picture, is not what it should be.
    pub regions: Vec<Region>,
    /// Plain sentences, most important first.
    pub reasons: Vec<String>,
}

/// A text as it was read.
#[derive(Clone, Serialize)]
pub struct Text {
    /// The legend without its marks; none unless every symbol was read.
    pub text: Option<String>,
    /// The surname; none where the text is not whole or spells no name.
    pub surname: Option<String>,
    /// The given names, perhaps empty; none where the surname is none.
    pub given: Option<String>,
    /// Each symbol of the legend: the name, its end mark and the check symbols.
    pub symbols: Vec<ReadPart>,
}

/// One symbol as it was read.
#[derive(Clone, Serialize)]
pub struct ReadPart {
    /// The symbol; none where it does not stand clear of the runner-up.
    pub symbol: Option<Symbol>,
    /// The next likeliest; none where the symbol is.
    pub runner_up: Option<Symbol>,
    /// tanh of half the log odds of the two: p − (1 − p) if there were only these two. 0..1.
    pub margin: f64,
    /// Copies of it that lie in lines that were placed.
    pub copies: f64,
}

/// A holder's name in capitals.
#[derive(Clone, Serialize)]
pub struct Holder {
    /// The surname.
    pub surname: String,
    /// The given names, perhaps empty.
    pub given: String,
}

/// The keyed lines against the issuer's key.
#[derive(Clone, Debug, Serialize)]
pub struct KeyPart {
    /// The id of the key that suits them best.
    pub id: String,
    /// Keyed lines that could be placed.
    pub lines: usize,
    /// Those that begin where the key says.
    pub right: usize,
    /// log10 of the chance that by accident so many or more are right.
    pub log10_chance: f64,
}

/// The scan and where the portrait lies in it.
#[derive(Clone, Debug, Serialize)]
pub struct ScanPart {
    /// The page of the file, counted from 1, if several were inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<usize>,
    /// Pixels of the file across.
    pub width_px: usize,
    /// Pixels of the file down.
    pub height_px: usize,
    /// Resolution across; none where it is not known.
    pub ppi: Option<f64>,
    /// Who says so.
    pub ppi_source: Option<PpiSource>,
    /// Degrees that the portrait stands turned clockwise in the scan, over −180 to 180; none where
    /// no lines of text were found. Of a mirrored portrait, by how much its upright stands turned.
    pub rotation_deg: Option<f64>,
    /// Whether the scan shows the portrait as a mirror does.
    pub mirrored: bool,
    /// The portrait's corners in pixels of the file (centres at whole numbers): top left, top
    /// right, bottom right, bottom left as the text runs.
    pub portrait: Option<[[f64; 2]; 4]>,
}

/// One of the portraits on a scan.
#[derive(Clone, Serialize)]
pub struct Portrait {
    /// The page of the file that it is on, counted from 1, if several were inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<usize>,
    /// The verdict on it.
    pub verdict: Verdict,
    /// How far the evidence stands from the verdict's threshold.
    pub margin: f64,
    /// What was read.
    pub read: Option<Text>,
    /// Degrees that it stands turned clockwise.
    pub rotation_deg: Option<f64>,
    /// Whether the scan shows it as a mirror does.
    pub mirrored: bool,
    /// Its corners in pixels of the file, as in [`ScanPart::portrait`].
    pub corners: Option<[[f64; 2]; 4]>,
}

/// The microtext's measures.
#[derive(Clone, Debug, Serialize)]
pub struct Microtext {
    /// How the letters got into the portrait: "tint" or "screen".
    pub mode: Mode,
    /// Height of a capital by the lines' pitch and the stated resolution.
    pub cap_height_mm: f64,
    /// Amplitude of the letters as a share of the lightness scale, as `--strength` counts it; of a screen,
    /// in units of its own.
    pub contrast: f64,
    /// Share of the portrait in which lines were found, 0..1.
    pub coverage: f64,
    /// Copies of the legend that were read together.
    pub copies: f64,
    /// Pixels of the scan's file a capital.
    pub dots_per_cap: f64,
    /// Standard deviation of the letters' blur.
    pub blur_mm: f64,
    /// What that blur says of a copy, weak as it is: −1..1, below 0 where it is that of a copy rather
    /// than that of an original.
    pub copy_margin: f64,
}

/// How much of the face's zone was confirmed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FacePart {
    /// In square millimetres.
    pub checked: f64,
    /// The whole zone, in square millimetres.
    pub of: f64,
}

/// The portrait against the one that was issued.
#[derive(Clone, Debug, Serialize)]
pub struct PicturePart {
    /// Whether the face is the one that was issued; none where that cannot be told.
    pub agrees: Option<bool>,
    /// −1 (differs) to 1 (agrees).
    pub margin: f64,
    /// What does not fit, if something does not.
    pub why: Option<String>,
    /// Places that show another picture.
    pub regions: Vec<Region>,
}

/// How the portrait was printed, against what the issuer's press prints.
#[derive(Clone, Debug, Serialize)]
pub struct PressPart {
    /// Whether another press may have printed it.
    pub another: bool,
    /// 1: as the press prints; below 0 another press is suspected.
    pub margin: f64,
    /// Sigma of the blur that the press's letters have in such a scan.
    pub expected_blur_mm: f64,
    /// How many times as grainy as the press's its tones are.
    pub grain_ratio: f64,
}

/// What a signed print says of itself.
#[derive(Clone, Serialize)]
pub struct SignedPart {
    /// The id of the key that it says it was signed by.
    pub key_id: String,
    /// The document that it says it was made for.
    pub document_number: String,
    /// Whether a trusted key signed it for this name; none where no trusted keys were given, or the name
    /// is not clear.
    pub trusted: Option<bool>,
    /// Whether the face is the one that was signed; none where that cannot be told.
    pub digest_agrees: Option<bool>,
    /// How well it correlates with the digest, −1..1.
    pub correlation: f64,
    /// log10 of the chance that another person's face agrees as well.
    pub log10_odds: f64,
}

/// What is wrong with a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RegionKind {
    /// There are no letters.
    Missing,
    /// There are other letters.
    Foreign,
    /// It shows another picture than the one that was issued.
    Picture,
}

/// A place where the microtext, or the picture, is not what it should be.
#[derive(Clone, Debug, Serialize)]
pub struct Region {
    /// What is wrong.
    pub kind: RegionKind,
    /// Left edge in pixels of the file.
    pub x_px: f64,
    /// Upper edge.
    pub y_px: f64,
    /// Width.
    pub width_px: f64,
    /// Height.
    pub height_px: f64,
    /// Standard deviations over chance; of pictures, how much speaks for another one, 2 to 12.
    pub z: f64,
}

impl Record {
    /// The record of a scan, for this name by this profile.
    #[must_use]
    pub fn of_page(page: &Page, expected: Option<&Name>, profile: &Profile) -> Self {
        let portraits = page.portraits().into_iter().map(Portrait::of).collect();
        Self { portraits, ..Self::of(&page.main, expected, profile) }
    }

    /// The record of one portrait's inspection, for this name by this profile.
    #[must_use]
    pub fn of(inspection: &Inspection, expected: Option<&Name>, profile: &Profile) -> Self {
        let decision = &inspection.decision;
        let established = inspection.evidence.established();
        // A stack is only made where lines of text repeat, and a text only of a stack.
        let found = inspection.reading().zip(inspection.stack());
        let found = found.filter(|_| established.is_some());
        let ratio = established.and_then(|text| LikelihoodRatio::of(text, profile));
        let words = || match ratio {
            Some(ratio) => ratio.words(),
            None if !likelihood::holds_for(profile) => "not calibrated for this profile".into(),
            None => "undetermined".into(),
        };
        Self {
            schema: SCHEMA,
            result: decision.verdict.outcome(),
            verdict: decision.verdict,
            margin: rounded(decision.margin, 4),
            read: Text::established(inspection),
            second: inspection
                .second
                .as_ref()
                .map(|(stack, readings)| Text::of(readings.likelier(), stack)),
            expected: expected.map(Holder::of),
            key: inspection.keyed().map(KeyPart::of),
            log10_lr: ratio.map(|ratio| rounded(ratio.log10, 3)),
            lr_words: expected.map(|_| words()),
            scan: ScanPart::of(inspection),
            microtext: found
                .and_then(|(reading, stack)| Microtext::of(inspection, reading, stack, profile)),
            face: inspection.tamper.as_ref().map(|tamper| FacePart::of(&tamper.face)),
            readable: inspection.tamper.as_ref().map(|tamper| rounded(tamper.readable(), 3)),
            picture: inspection.comparison.as_ref().map(PicturePart::of),
            press: inspection.print_check().map(PressPart::of),
            signed: inspection.signature().map(SignedPart::of),
            portraits: corners(inspection).map(|_| Portrait::of(inspection)).into_iter().collect(),
            regions: Region::of(inspection),
            reasons: decision.reasons.clone(),
        }
    }
}

impl Text {
    /// What was read, where there is text.
    fn established(inspection: &Inspection) -> Option<Self> {
        inspection.evidence.established()?;
        Some(Self::of(inspection.reading()?, inspection.stack()?))
    }

    fn of(reading: &Reading, stack: &Stack) -> Self {
        let part = |read: &ReadSymbol| {
            let whole = reading.doubt <= text::DOUBT && reading.misfit <= text::MISFIT;
            let clear = read.log_odds >= text::READ && whole;
            ReadPart {
                symbol: clear.then_some(read.symbol),
                runner_up: clear.then_some(read.runner_up),
                margin: rounded((0.5 * read.log_odds.max(0.0)).tanh(), 6),
                copies: rounded(stack.copies, 1),
            }
        };
        let symbols: Vec<ReadPart> = reading.circle.iter().map(part).collect();
        let whole: Option<Vec<Symbol>> = symbols.iter().map(|part| part.symbol).collect();
        let legend = whole.and_then(|circle| Legend::from_circle(&circle));
        let name = legend.as_ref().and_then(Legend::name);
        Self {
            text: legend.as_ref().map(Legend::text),
            surname: name.as_ref().map(|name| name.surname().to_owned()),
            given: name.as_ref().map(|name| name.given().to_owned()),
            symbols,
        }
    }
}

impl FacePart {
    fn of(face: &Face) -> Self {
        Self { checked: rounded(face.checked, 1), of: rounded(face.of, 1) }
    }

    /// The confirmed share, in hundredths.
    #[must_use]
    pub fn percent(&self) -> f64 {
        if self.of > 0.0 { 100.0 * self.checked / self.of } else { 0.0 }
    }
}

fn agrees(agreement: Agreement) -> Option<bool> {
    match agreement {
        Agreement::Agrees => Some(true),
        Agreement::Differs => Some(false),
        Agreement::Untold => None,
    }
}

impl SignedPart {
    fn of(check: &SignatureCheck) -> Self {
        Self {
            key_id: check.key.to_string(),
            document_number: check.document.signs().to_owned(),
            trusted: match check.trust {
                Trust::Valid => Some(true),
                Trust::UnknownKey | Trust::Invalid => Some(false),
                Trust::NotAsked | Trust::Unproved => None,
            },
            digest_agrees: agrees(check.agreement()),
            correlation: rounded(check.correlation, 3),
            log10_odds: rounded(check.log10_odds(), 1),
        }
    }
}

impl PressPart {
    fn of(check: &PrintCheck) -> Self {
        Self {
            another: check.is_another(),
            margin: rounded(check.margin(), 3),
            expected_blur_mm: rounded(check.expected.0, 4),
            grain_ratio: rounded(check.grain.exp(), 3),
        }
    }
}

impl PicturePart {
    fn of(comparison: &Comparison) -> Self {
        Self {
            agrees: agrees(comparison.agreement),
            margin: rounded(comparison.margin, 3),
            why: comparison.unexplained.map(|why| why.to_string()),
            regions: comparison.regions.iter().map(Region::of_picture).collect(),
        }
    }
}

impl From<region::Kind> for RegionKind {
    fn from(kind: region::Kind) -> Self {
        match kind {
            region::Kind::Missing => Self::Missing,
            region::Kind::Foreign => Self::Foreign,
        }
    }
}

impl Region {
    fn of_picture(region: &PictureRegion) -> Self {
        let [left, top, right, bottom] = region.bounds;
        Self {
            kind: RegionKind::Picture,
            x_px: rounded(left, 1),
            y_px: rounded(top, 1),
            width_px: rounded(right - left, 1),
            height_px: rounded(bottom - top, 1),
            z: rounded(f64::from(region.strength), 2),
        }
    }

    fn of(inspection: &Inspection) -> Vec<Self> {
        let region = |found: &region::Region| {
            let [left, top, right, bottom] = found.bounds;
            let [x, y] = inspection.scan.in_file([left, top]);
            let [to_x, to_y] = inspection.scan.in_file([right, bottom]);
            Self {
                kind: found.kind.into(),
                x_px: rounded(x, 1),
                y_px: rounded(y, 1),
                width_px: rounded(to_x - x, 1),
                height_px: rounded(to_y - y, 1),
                z: rounded(found.z, 2),
            }
        };
        let letters = inspection.tamper.iter().flat_map(|tamper| tamper.regions.iter().map(region));
        let differs = |comparison: &&Comparison| comparison.agreement == Agreement::Differs;
        let pictures = inspection.comparison.iter().filter(differs);
        letters.chain(pictures.flat_map(|c| c.regions.iter().map(Self::of_picture))).collect()
    }
}

impl KeyPart {
    fn of(keyed: &Keyed) -> Self {
        Self {
            id: keyed.key.to_string(),
            lines: keyed.placed(),
            right: keyed.right(),
            log10_chance: rounded(keyed.log10_chance(), 3),
        }
    }
}

impl Holder {
    fn of(name: &Name) -> Self {
        Self { surname: name.surname().to_owned(), given: name.given().to_owned() }
    }
}

impl ScanPart {
    fn of(inspection: &Inspection) -> Self {
        let scan = &inspection.scan;
        Self {
            page: inspection.leaf(),
            width_px: scan.size_px.0,
            height_px: scan.size_px.1,
            ppi: scan.resolution.map(|resolution| rounded(resolution.axes[0].0, 3)),
            ppi_source: scan.resolution.map(|resolution| resolution.source),
            rotation_deg: inspection.rotation_deg().map(|deg| rounded(deg, 3)),
            mirrored: inspection.orientation().mirrored,
            portrait: corners(inspection),
        }
    }
}

impl Portrait {
    fn of(inspection: &Inspection) -> Self {
        let decision = &inspection.decision;
        Self {
            page: inspection.leaf(),
            verdict: decision.verdict,
            margin: rounded(decision.margin, 4),
            read: Text::established(inspection),
            rotation_deg: inspection.rotation_deg().map(|deg| rounded(deg, 3)),
            mirrored: inspection.orientation().mirrored,
            corners: corners(inspection),
        }
    }
}

fn corners(inspection: &Inspection) -> Option<[[f64; 2]; 4]> {
    Some(inspection.corners()?.map(|corner| corner.map(|v| rounded(v, 2))))
}

impl Microtext {
    fn of(
        inspection: &Inspection,
        reading: &Reading,
        stack: &Stack,
        profile: &Profile,
    ) -> Option<Self> {
        let [x, y] = inspection.frame()?.lines.slope();
        let pitch_mm = 1.0 / x.hypot(y);
        let layout = &profile.layout;
        let cap_height_mm = layout.cap_height.0 * pitch_mm / layout.pitch.0;
        let scan = &inspection.scan;
        let file_px_per_mm = (scan.per_mm[0] * scan.per_mm[1]).sqrt() * scan.factor as f64;
        Some(Self {
            mode: reading.mode,
            cap_height_mm: rounded(cap_height_mm, 4),
            contrast: rounded(reading.contrast, 4),
            coverage: rounded(inspection.evidence.coverage, 4),
            copies: rounded(stack.copies, 1),
            dots_per_cap: rounded(cap_height_mm * file_px_per_mm, 2),
            blur_mm: rounded(reading.imaging.blur.0, 4),
            copy_margin: rounded(copy::margin(reading.imaging.blur), 3),
        })
    }
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10.0_f64.powi(decimals);
    // Adding zero turns −0 into 0.
    (value * scale).round() / scale + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Mm;
    use crate::inspect::recognition::templates::Imaging;
    use crate::spec::Script;

    /// A reading of this name; symbols of `unclear` stand close to their runner-up.
    fn text(name: &str, unclear: &str) -> Text {
        let mut circle: Vec<Symbol> = name.chars().filter_map(Symbol::new).collect();
        let checks = crate::spec::check::symbols(&circle, Script::Latin);
        circle.push(Script::Latin.end());
        circle.extend(checks);
        let read = |(place, &symbol): (usize, &Symbol)| ReadSymbol {
            symbol,
            runner_up: Symbol::HYPHEN,
            log_odds: if place < name.len() && unclear.contains(symbol.character()) {
                text::READ - 0.1
            } else {
                30.0
            },
            against: Vec::new(),
        };
        let reading = Reading {
            mode: Mode::Tint,
            script: Script::Latin,
            circle: circle.iter().enumerate().map(read).collect(),
            without_rarity: Vec::new(),
            likeliest: [0.0, -30.0],
            doubt: 0.0,
            fit: 0.9,
            misfit: 1.5,
            contrast: 0.1,
            imaging: Imaging { along: 0.0, down: 0.0, blur: Mm(0.05) },
            psf: crate::inspect::recognition::psf::Psf::default(),
            orientation: crate::inspect::signal::orientation::Orientation::default(),
            picture: Vec::new(),
            expected: Vec::new(),
            begins: 0,
        };
        let (signal, weight) = (Vec::new(), Vec::new());
        Text::of(&reading, &Stack { symbols: circle.len(), signal, weight, copies: 7.26 })
    }

    #[test]
    fn what_is_not_clear_is_null() {
        let whole = text("LEE<<ANN", "");
        assert_eq!(whole.text.as_deref(), Some("LEE<<ANN"));
        assert_eq!((whole.surname.as_deref(), whole.given.as_deref()), (Some("LEE"), Some("ANN")));
        let part = text("LEE<<ANN", "A");
        assert!(part.text.is_none() && part.surname.is_none() && part.given.is_none());
        let json = serde_json::to_value(&part).unwrap();
        let unclear = &json["symbols"][5];
        assert!(unclear["symbol"].is_null() && unclear["runner_up"].is_null());
        assert!(unclear["margin"].as_f64().unwrap() > 0.9 && unclear["copies"] == 7.3);
        assert_eq!(
            (&json["symbols"][0]["symbol"], &json["symbols"][8]["symbol"]),
            (&"L".into(), &"*".into())
        );
        assert!(json["text"].is_null());
    }

    #[test]
    fn a_text_need_not_be_a_name() {
        let text = text("<LEE", "");
        assert_eq!(text.text.as_deref(), Some("<LEE"));
        assert!(text.surname.is_none() && text.given.is_none());
    }

    #[test]
    fn rounding_leaves_no_minus_zero() {
        assert_eq!(rounded(-0.000_01, 4).to_string(), "0");
        assert_eq!(rounded(-1.234_56, 4).to_string(), "-1.2346");
    }
}
