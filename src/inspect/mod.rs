//! The reader: a scan → what is printed in it, and whether that is the holder's name.
//!
//! Stages before the verdict take the grid, never the expected name: the reading cannot be led by
//! what it hopes to find.

pub mod alignment;
pub mod bend;
pub mod carrier;
pub mod columns;
pub mod demodulation;
pub mod drift;
pub mod field;
pub mod fit;
pub mod flatten;
pub mod geometry;
pub mod law;
pub mod notch;
pub mod orientation;
pub mod page;
pub mod period;
pub mod pitch;
pub mod portrait;
pub mod psf;
pub mod range;
mod reader;
pub mod reading;
pub mod register;
pub mod scan;
pub mod spectrum;
pub mod stack;
pub mod start;
pub mod strips;
pub mod templates;
pub mod tones;
pub mod trellis;
pub mod verdict;
pub mod whitening;
pub mod windows;

use crate::spec::{Legend, Name, Profile};
use carrier::Carrier;
use columns::Columns;
use orientation::Orientation;
use portrait::Frame;
use range::Measures;
pub use reader::{Page, Reader, inspect};
use reading::{Reading, Readings};
use scan::Scan;
use stack::Stack;
use templates::Alphabet;
use tones::Tones;
use verdict::{Decision, Evidence, Expected, Text, Verdict};

/// Everything that was found of a portrait, stage by stage; a stage is `None` where the one before
/// found nothing to go on.
#[derive(Debug)]
pub struct Inspection {
    /// The scan.
    pub scan: Scan,
    /// The lines.
    pub carrier: Option<Carrier>,
    /// The portrait.
    pub frame: Option<Frame>,
    /// The columns.
    pub columns: Option<Columns>,
    /// All copies in one.
    pub stack: Option<Stack>,
    /// The text, in either script.
    pub readings: Option<Readings>,
    /// What it comes to.
    pub decision: Decision,
    /// What the decision rests on.
    pub evidence: Evidence,
}

impl Inspection {
    /// The reading in the likelier script, if the evidence that there is text suffices.
    #[must_use]
    pub fn reading(&self) -> Option<&Reading> {
        self.readings.as_ref().map(Readings::likelier)
    }

    /// The stages, on a scan of one portrait. `lawful`: whether only lines that follow the
    /// generator's law are worth reading.
    fn of_portrait(
        scan: Scan,
        lawful: bool,
        expected: Option<&Name>,
        profile: &Profile,
        alphabets: &[Alphabet; 2],
    ) -> Self {
        let flat = flatten::flatten(&scan);
        let peak = carrier::peak(&flat, &scan, &profile.layout);
        let evidence = Evidence {
            peak: peak.map_or(0.0, |peak| peak.height),
            expected_peak: peak.map_or(0.0, |peak| flat.expected_peak(profile, peak.floor)),
            ..Evidence::default()
        };
        let factor = carrier::search_factor(&scan);
        let lines = peak.and_then(|peak| {
            let tones = Tones::measure(&flat, &scan, peak.frequency);
            let signal = flat.signal(&tones);
            let carrier = carrier::follow(&signal, factor, &scan, &peak)?;
            Some((tones, signal, carrier))
        });
        let measures = || Measures::of(&scan, &flat, profile, evidence.peak);
        let Some((tones, signal, carrier)) = lines else {
            let decision = explained(verdict::decide(&evidence), measures, profile);
            return Self::of_decision(scan, decision, evidence);
        };
        let within = |frame: Frame| {
            let mut found = InFrame { evidence: evidence.clone(), ..InFrame::new(frame) };
            let columns = columns::find(&signal, factor, &scan, &found.frame, profile);
            found.evidence.coverage = found.frame.coverage;
            found.evidence.repetition = columns.as_ref().map(Columns::evidence);
            if let Some(columns) = &columns
                && found.evidence.repetition.is_some_and(|r| verdict::repeats(&r))
                && (columns.law.is_some() || !lawful)
            {
                let stack = stack::stack(&flat, &scan, &found.frame, columns, &tones);
                let known = columns.law.map(|law| law.orientation);
                found.readings = reading::read(&stack, known, alphabets);
                found.stack = Some(stack);
            }
            found.columns = columns;
            found.evidence.text = found.readings.as_ref().map(|readings| Text {
                fit: readings.likelier().fit,
                log_odds: readings.likelier().circle.iter().map(|r| r.log_odds).collect(),
                expected: expected.map(|name| compare(readings, name)),
            });
            found
        };
        let mut best = within(Frame::new(&carrier, profile));
        if best.may_be_bent() {
            let per_mm = scan.per_mm.map(|v| v / factor as f64);
            let flat = best.frame.clone();
            for frame in bend::straightened(&signal, per_mm, &carrier, &flat, profile) {
                let other = within(frame);
                // Symbols may be clear by chance, but only the right map makes the letters sharper.
                if other.clear() > best.clear() && other.blur() < SHARPER * best.blur() {
                    best = other;
                }
                if best.clear() >= 1.0 {
                    break;
                }
            }
        }
        let InFrame { frame, columns, stack, readings, evidence } = best;
        let blur = readings.as_ref().map(|r| r.likelier().imaging.blur);
        let blur = blur.filter(|_| evidence.established().is_some());
        let measures = || Measures { blur, ..measures() };
        let mut decision = explained(verdict::decide(&evidence), measures, profile);
        let is_mirrored = readings.as_ref().is_some_and(|r| r.likelier().orientation.mirrored);
        if evidence.established().is_some() && is_mirrored {
            decision.reasons.push("the scan shows the portrait mirrored".into());
        }
        let (carrier, frame) = (Some(carrier), Some(frame));
        Inspection { scan, carrier, frame, columns, stack, readings, decision, evidence }
    }

    /// Nothing was found, for this reason.
    fn nothing(scan: Scan, reason: &str, evidence: Evidence) -> Self {
        let decision = Decision {
            verdict: Verdict::Inconclusive,
            margin: -1.0,
            reasons: vec![reason.to_owned()],
        };
        Self::of_decision(scan, decision, evidence)
    }

    fn of_decision(scan: Scan, decision: Decision, evidence: Evidence) -> Self {
        let (carrier, frame, columns, stack, readings) = (None, None, None, None, None);
        Self { scan, carrier, frame, columns, stack, readings, decision, evidence }
    }

    /// Whether there is text.
    #[must_use]
    pub fn is_established(&self) -> bool {
        self.evidence.established().is_some()
    }

    /// Whether there is text, and its lines follow the generator's law.
    #[must_use]
    pub fn is_lawful(&self) -> bool {
        self.is_established() && self.evidence.repetition.is_some_and(|r| r.law > 0.0)
    }

    /// Whether the text is beyond doubt: its lines follow the law better than any other picture's,
    /// or most of its symbols are clear.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        let clear = self.evidence.established().map_or(0.0, clear);
        self.is_lawful()
            && (clear >= verdict::LEGIBLE
                || self.evidence.repetition.is_some_and(|r| r.law >= columns::LAWFUL))
    }

    /// Which way the text runs in the scan; upright where none was read.
    #[must_use]
    pub fn orientation(&self) -> Orientation {
        self.reading().map_or_else(Orientation::default, |reading| reading.orientation)
    }

    /// The portrait's corners in pixels of the file (centres at whole numbers): top left, top
    /// right, bottom right, bottom left as the text runs. None where no lines of text repeat: those
    /// may be a fabric's.
    #[must_use]
    pub fn corners(&self) -> Option<[[f64; 2]; 4]> {
        self.stack.as_ref()?;
        let scan = &self.scan;
        let corners = self
            .frame
            .as_ref()?
            .corners()
            .map(|[x, y]| scan.in_file([x * scan.per_mm[0] - 0.5, y * scan.per_mm[1] - 0.5]));
        Some(self.orientation().corners(corners))
    }

    /// Degrees that the portrait stands turned clockwise in the scan, over −180 to 180; none where
    /// no lines of text repeat. Of a mirrored portrait, by how much its upright stands turned.
    #[must_use]
    pub fn rotation_deg(&self) -> Option<f64> {
        self.stack.as_ref()?;
        // Line numbers grow downwards; the text runs a quarter turn before that.
        let [x, y] = self.frame.as_ref()?.lines.slope();
        let over = if self.orientation().upside_down { 180.0 } else { 0.0 };
        let turn = (-x).atan2(y).to_degrees() + over;
        Some(if turn > 180.0 { turn - 360.0 } else { turn })
    }
}

/// Share of a text's symbols that are clear.
fn clear(text: &Text) -> f64 {
    let clear = text.log_odds.iter().filter(|odds| **odds >= verdict::READ).count();
    clear as f64 / text.log_odds.len().max(1) as f64
}

/// A decision with the reasons for which nothing can be told.
fn explained(
    mut decision: Decision,
    measures: impl Fn() -> Measures,
    profile: &Profile,
) -> Decision {
    if !matches!(decision.verdict, Verdict::Absent | Verdict::Inconclusive) {
        return decision;
    }
    let measures = measures();
    if decision.verdict == Verdict::Absent && measures.hide_everything() {
        (decision.verdict, decision.margin) = (Verdict::Inconclusive, 0.0);
        decision.reasons.truncate(1);
    }
    if decision.verdict == Verdict::Inconclusive {
        let after = decision.reasons.len().min(1);
        decision.reasons.splice(after..after, measures.shortfalls(profile));
    }
    decision
}

/// A bent map is believed if letters spread at most this many times as far by it: of pages that
/// were bent 0.45 to 0.62 times, of one that was not 0.96.
const SHARPER: f64 = 0.9;

/// What was found in one frame of lines and columns.
struct InFrame {
    frame: Frame,
    columns: Option<Columns>,
    stack: Option<Stack>,
    readings: Option<Readings>,
    evidence: Evidence,
}

impl InFrame {
    fn new(frame: Frame) -> Self {
        let evidence = Evidence::default();
        Self { frame, columns: None, stack: None, readings: None, evidence }
    }

    /// Spread of the letters in the stack, in millimetres.
    fn blur(&self) -> f64 {
        self.readings.as_ref().map_or(f64::INFINITY, |r| r.likelier().imaging.blur.0)
    }

    /// Share of the text's symbols that are clear; −1 where there is no text.
    fn clear(&self) -> f64 {
        self.evidence.established().map_or(-1.0, clear)
    }

    /// Whether lines follow the law, but not all of what they say is clear: the page may be bent.
    fn may_be_bent(&self) -> bool {
        self.evidence.repetition.is_some_and(|r| r.law > 0.0) && self.clear() < 1.0
    }
}

/// The expected name against the readings: its symbols at the turn of the circle that suits them
/// best.
#[must_use]
pub fn compare(readings: &Readings, name: &Name) -> Expected {
    let reading = readings.in_script(name.script());
    let found = reading.circle.len();
    let Ok(legend) = Legend::of(name, usize::MAX) else {
        return Expected::OtherLength { found, expected: 0 };
    };
    let symbols = legend.symbols();
    if symbols.len() != found {
        return Expected::OtherLength { found, expected: symbols.len() };
    }
    let turned = |turn: usize| -> Vec<f64> {
        let places = reading.circle.iter().enumerate();
        places.map(|(i, read)| read.odds_of(symbols[(i + turn) % found])).collect()
    };
    let sum = |odds: &[f64]| odds.iter().map(|o| o.min(0.0)).sum::<f64>();
    let turns = (0..found).map(|turn| (turn, turned(turn)));
    let best = turns.max_by(|a, b| sum(&a.1).total_cmp(&sum(&b.1)));
    let (turn, odds) = best.unwrap_or_default();
    let same = |(i, read): (usize, &reading::Read)| read.symbol == symbols[(i + turn) % found];
    let spelled =
        reading.script == readings.likelier().script && reading.circle.iter().enumerate().all(same);
    Expected::Symbols { odds, spelled }
}
