//! The reader: a scan → what is printed in it, and whether that is the holder's name.
//!
//! Stages before the verdict take the grid, never the expected name: the reading cannot be led by
//! what it hopes to find.

pub mod candidate;
pub mod decision;
pub mod detection;
mod reader;
pub mod recognition;
pub mod rectification;
pub mod signal;
pub mod stacking;
pub mod synchronisation;
pub mod tamper;

use crate::spec::{Legend, Mode, Name, Profile, Symbol};
use candidate as lines;
use candidate::{Context, Found};
use decision::claim::Claim;
use decision::key_check as keyed;
use decision::key_check::Keyed;
use decision::operating_range::Measures;
use decision::verdict;
use decision::verdict::{Comparison, Decision, Evidence, Expected, Verdict};
use detection::spectrum as carrier;
use detection::spectrum::Peak;
pub use reader::{Page, Reader, inspect};
use recognition::reading::{Reading, Readings};
use recognition::templates::Alphabets;
use rectification::carrier::Carrier;
use rectification::frame::Frame;
use signal::orientation::Orientation;
use signal::scan::Scan;
use signal::{flatten, tones};
use stacking::stack::Stack;
use synchronisation::columns::Columns;
use synchronisation::row_phase;
use synchronisation::strips::Turn;
use tamper::map::Tamper;

/// A print that is taken for a tint is also read as a letter screen if its lines' peak stands over this
/// share of a tint's: screens reach 0.26 and more, pictures without microtext 0.08 at the most.
const BOLD: f64 = 0.15;

/// Letters that leave so much more of the scan unexplained than others, as a share, are not taken in
/// their place.
const WORSE: f64 = 0.1;

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
    /// The other legend and its stack, where the profile prints two.
    pub second: Option<(Stack, Readings)>,
    /// What the keyed lines say, where a key was given and they could be asked.
    pub keyed: Option<Keyed>,
    /// Where the text does not stand though it should, if there is text.
    pub tamper: Option<Tamper>,
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
        claim: Claim<'_>,
        profile: &Profile,
        alphabets: &Alphabets<'_>,
    ) -> Self {
        let flat = flatten::flatten(&scan);
        let peaks = carrier::peaks(&flat, &scan, &profile.layout);
        let highest = peaks.first();
        let mut evidence = Evidence {
            peak: highest.map_or(0.0, |peak| peak.height),
            expected_peak: highest.map_or(0.0, |peak| flat.expected_peak(profile, peak.floor)),
            ..Evidence::default()
        };
        // A resolution that was told from waves was told from the strongest.
        let tried = peaks.iter().take(if lawful { 1 } else { peaks.len() }).enumerate();
        // The print may be of the other mode than the profile's.
        let may_be_other = profile.mode == Mode::Screen
            || f64::from(evidence.peak) > BOLD * evidence.expected_peak;
        let is_screen = |peak: &Peak| {
            may_be_other
                && profile.mode == Mode::Tint
                && tones::is_screen(&flat, &scan, peak.frequency, profile)
        };
        let mode = if highest.is_some_and(is_screen) { Mode::Screen } else { profile.mode };
        let tried = tried.map(|(i, peak)| (peak, i == 0 && !lawful, mode));
        let other = highest.filter(|_| may_be_other).map(|peak| (peak, false, mode.other()));
        let tried = tried.chain(other);
        let best_of = |turn| {
            let read = |(peak, thorough, mode): (&Peak, bool, Mode)| {
                let context =
                    Context { scan: &scan, flat: &flat, lawful, profile, mode, turn, alphabets };
                lines::read(peak, thorough, &context)
            };
            let mut best: Option<Found> = None;
            for found in tried.clone().filter_map(read) {
                let is_clear = found.is_clear();
                // Where the lines were followed worse, all places fit badly, and a sign that is no
                // letter does not stand out.
                let is_better = |best: &Found| {
                    1.0 - found.fit() <= (1.0 + WORSE) * (1.0 - best.fit())
                        && (is_clear || found.legible() > best.legible())
                };
                if best.as_ref().is_none_or(is_better) {
                    best = Some(found);
                }
                if best.as_ref().is_some_and(Found::is_clear) {
                    break;
                }
            }
            best
        };
        let of = profile.layout.legends;
        let mut found: Vec<Found> =
            (0..of).filter_map(|which| best_of(Turn { which, of })).collect();
        // The legend in the expected name's script is the one that the verdict is about.
        let rank = |found: &Found| {
            let in_script = claim.name.is_some_and(|name| found.script() == Some(name.script()));
            (in_script, found.is_clear(), found.legible())
        };
        found.sort_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            (b.0, b.1).cmp(&(a.0, a.1)).then(b.2.total_cmp(&a.2))
        });
        let second = (found.len() > 1).then(|| found.pop()).flatten();
        let second = second.filter(|second| second.legible() >= 0.0);
        let second = second.and_then(|found| Some((found.stack?, found.readings?)));
        let Some(mut best) = found.pop() else {
            let measures = || Measures::of(&scan, &flat, profile, evidence.peak);
            let decision = explained(verdict::decide(&evidence), measures, profile);
            return Self::of_decision(scan, decision, evidence);
        };
        evidence = best.evidence(evidence);
        if let (Some(text), Some(readings)) = (&mut evidence.text, &best.readings) {
            text.expected = claim.name.map(|name| compare(readings, name));
        }
        let blur = best.readings.as_ref().map(|r| r.likelier().imaging.blur);
        let blur = blur.filter(|_| evidence.established().is_some());
        let measures = || Measures { blur, ..Measures::of(&scan, &flat, profile, evidence.peak) };
        let mut decision = explained(verdict::decide(&evidence), measures, profile);
        let is_mirrored = best.readings.as_ref().is_some_and(|r| r.likelier().orientation.mirrored);
        if evidence.established().is_some() && is_mirrored {
            decision.reasons.push("the scan shows the portrait mirrored".into());
        }
        let keyed = claim.issue.and_then(|issue| {
            let legend = legend_of(claim.name, best.readings.as_ref(), &decision, profile)?;
            Keyed::check(best.columns.as_ref()?, issue, &legend, profile)
        });
        let law = best.columns.as_ref().and_then(|columns| columns.row_phases.as_ref());
        let is_read = decision.verdict.outcome() == verdict::Outcome::Successful;
        if claim.issue.is_none() && is_read && law.is_some_and(|law| law.keyed) {
            decision.reasons.push(keyed::UNASKED.into());
        }
        if claim.issue.is_some() {
            let fits = evidence.text.as_ref().is_some_and(verdict::Text::lets_name_stand);
            decision = keyed::decide(decision, keyed.as_ref(), law, fits);
        }
        if let (Some(keyed), Some(columns)) = (&keyed, &mut best.columns)
            && keyed.is_confirmed()
        {
            keyed.place(columns);
        }
        let tamper = evidence.established().and_then(|_| best.tamper(&flat, &scan, profile));
        if let Some(tamper) = &tamper {
            decision = tamper.decide(decision);
        }
        let Found { carrier, frame, columns, stack, readings, .. } = best;
        let (carrier, frame) = (Some(carrier), Some(frame));
        Inspection {
            scan,
            carrier,
            frame,
            columns,
            stack,
            readings,
            second,
            keyed,
            tamper,
            decision,
            evidence,
        }
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
        let (second, keyed, tamper) = (None, None, None);
        Self {
            scan,
            carrier,
            frame,
            columns,
            stack,
            readings,
            second,
            keyed,
            tamper,
            decision,
            evidence,
        }
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
        let clear = self.evidence.established().map_or(0.0, verdict::Text::legible);
        self.is_lawful()
            && (clear >= verdict::LEGIBLE
                || self.evidence.repetition.is_some_and(|r| r.law >= row_phase::CERTAIN))
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

/// The legend whose lines a key would place: the expected name's, or what was read.
fn legend_of(
    name: Option<&Name>,
    readings: Option<&Readings>,
    decision: &Decision,
    profile: &Profile,
) -> Option<Legend> {
    if let Some(name) = name {
        return Legend::of(name, profile.most_symbols).ok();
    }
    let circle = &readings.filter(|_| decision.verdict == Verdict::Read)?.likelier().circle;
    let symbols: Vec<Symbol> = circle.iter().map(|read| read.symbol).collect();
    Legend::from_circle(&symbols)
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
    let turns = (0..found).map(|turn| (turn, reading.likelihood(symbols, turn)));
    let (turn, likelihood) = turns.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
    let same = |circle: &mut dyn Iterator<Item = Symbol>| {
        circle.enumerate().filter(|(i, s)| *s == symbols[(i + turn) % found]).count()
    };
    let [likeliest, next] = reading.likeliest;
    let is_likeliest = same(&mut reading.without_rarity.iter().copied()) == found;
    let alike = same(&mut reading.circle.iter().map(|read| read.symbol));
    Expected::SameLength(Comparison {
        log_odds: likelihood - if is_likeliest { next } else { likeliest },
        doubt: reading.doubt - likelihood,
        others: found - alike,
        spelled: reading.script == readings.likelier().script && alike == found,
    })
}
