//! The blind reading: one set of lines → the text that stands in them. Whose name is expected is not
//! known here, so that a reading cannot be led by what it hopes to find.

use crate::imaging::{Mm, Plane};
use crate::inspect::budget::Budget;
use crate::inspect::decision::evidence::{Evidence, Repetition};
use crate::inspect::decision::text::Text;
use crate::inspect::detection::spectrum::{self, Peak};
use crate::inspect::recognition::reading::{self, Reading, Readings};
use crate::inspect::recognition::stroke_gain;
use crate::inspect::recognition::templates::Alphabets;
use crate::inspect::rectification::carrier::{self, Carrier};
use crate::inspect::rectification::frame::Frame;
use crate::inspect::rectification::keystone;
use crate::inspect::signal::flatten::{self, Flat};
use crate::inspect::signal::scan::Scan;
use crate::inspect::signal::tones::{self, Tones};
use crate::inspect::stacking::stack::{self, Stack};
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::synchronisation::search;
use crate::inspect::synchronisation::strips::Turn;
use crate::inspect::tamper::map::{Subject, Tamper};
use crate::inspect::tamper::unrolling::predicted::{Beside, Predicted};
use crate::inspect::tamper::unrolling::sides;
use crate::inspect::tamper::unrolling::unrolled::Unrolled;
use crate::spec::layout::Line;
use crate::spec::{Mode, Profile, Script};

/// Lines over this share of the portrait are worth reading. A guess.
const COVERED: f64 = 0.15;

/// A tilt is believed if letters spread at most this many times as far by it: of pages that were
/// tilted 0.45 to 0.62 times, of one that was not 0.96.
const SHARPER: f64 = 0.9;

/// A print that is taken for a tint is also read as a letter screen if its lines' peak stands over this
/// share of a tint's: screens reach 0.26 and more, pictures without microtext 0.08 at the most.
const BOLD: f64 = 0.15;

/// Letters that leave so much more of the scan unexplained than others, as a share, are not taken in
/// their place. A guess.
const WORSE: f64 = 0.1;

/// Search margin beyond the coherent area: a page pattern may continue the lines. A guess.
const BESIDE: Mm = Mm(6.0);

/// What a scan of one portrait shows.
pub struct Blind {
    /// The scan without its portrait.
    pub flat: Flat,
    /// What the peak is worth; nothing of the letters yet.
    pub lines: Evidence,
    /// One for each legend of the profile that was found, the most legible first.
    pub found: Vec<Found>,
}

/// What was found along the lines of one carrier, stage by stage; a stage is `None` where the one
/// before found nothing to go on.
#[derive(Debug)]
pub struct Found {
    /// The lines.
    pub carrier: Carrier,
    /// The portrait.
    pub frame: Frame,
    /// The columns.
    pub columns: Option<Columns>,
    /// All copies in one.
    pub stack: Option<Stack>,
    /// The text, in either script.
    pub readings: Option<Readings>,
    /// How letters shift the tones.
    pub tones: Tones,
}

/// What all readings of a scan share.
struct Search<'a> {
    scan: &'a Scan,
    flat: &'a Flat,
    /// Whether only lines that follow the generator's row phases are worth reading.
    lawful: bool,
    budget: &'a Budget,
    profile: &'a Profile,
    alphabets: &'a Alphabets<'a>,
}

/// One way to read a scan: the lines of this peak, with effort or without, as a print of this mode.
#[derive(Clone, Copy)]
struct Attempt<'a> {
    peak: &'a Peak,
    thorough: bool,
    mode: Mode,
}

/// Reads a scan of one portrait. `lawful`: whether only lines that follow the generator's row phases
/// are worth reading. `budget`: what it may cost; the likeliest way to read it is always tried.
#[must_use]
pub fn read(
    scan: &Scan,
    lawful: bool,
    budget: &Budget,
    profile: &Profile,
    alphabets: &Alphabets<'_>,
) -> Blind {
    let flat = flatten::flatten(scan);
    let peaks = spectrum::peaks(&flat, scan, &profile.layout);
    let highest = peaks.first();
    let lines = Evidence {
        peak: highest.map_or(0.0, |peak| peak.height),
        expected_peak: highest.map_or(0.0, |peak| flat.expected_peak(profile, peak.floor)),
        ..Evidence::default()
    };
    let search = Search { scan, flat: &flat, lawful, budget, profile, alphabets };
    let attempts = search.attempts(&peaks, &lines);
    let of = profile.layout.legends;
    let best = |which| search.best(&attempts, Turn { which, of });
    let (found, untried): (Vec<_>, Vec<_>) = (0..of).map(best).unzip();
    let lines = Evidence { unsearched: untried.into_iter().sum(), ..lines };
    let mut found: Vec<Found> = found.into_iter().flatten().collect();
    found.sort_by(|a, b| b.is_clear().cmp(&a.is_clear()).then(b.legible().total_cmp(&a.legible())));
    Blind { flat, lines, found }
}

impl Search<'_> {
    /// The ways to read it, the likeliest first.
    fn attempts<'p>(&self, peaks: &'p [Peak], lines: &Evidence) -> Vec<Attempt<'p>> {
        let own = self.profile.mode;
        let Some(highest) = peaks.first() else { return Vec::new() };
        // The print may be of the other mode than the profile's.
        let may_be_other =
            own == Mode::Screen || f64::from(lines.peak) > BOLD * lines.expected_peak;
        let is_screen = may_be_other
            && own == Mode::Tint
            && tones::is_screen(self.flat, self.scan, highest.frequency, self.profile);
        let mode = if is_screen { Mode::Screen } else { own };
        // A resolution that was told from waves was told from the strongest.
        let tried = peaks.iter().take(if self.lawful { 1 } else { peaks.len() }).enumerate();
        let mut attempts: Vec<_> = tried
            .map(|(i, peak)| {
                let thorough = i == 0 && !self.lawful && self.budget.is_ample();
                Attempt { peak, thorough, mode }
            })
            .collect();
        if may_be_other {
            attempts.push(Attempt { peak: highest, thorough: false, mode: mode.other() });
        }
        attempts
    }

    /// The first attempt that reads all of the text, or else the one that reads most; and how many were
    /// left when the budget ended.
    fn best(&self, attempts: &[Attempt<'_>], turn: Turn) -> (Option<Found>, usize) {
        let mut best: Option<Found> = None;
        for (i, attempt) in attempts.iter().enumerate() {
            if i > 0 && self.budget.is_spent() {
                return (best, attempts.len() - i);
            }
            let Some(found) = self.read(attempt, turn) else { continue };
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
        (best, 0)
    }

    /// Follows the lines of a peak and reads them: on a flat page, and on one that lies at an angle if
    /// that reads better.
    fn read(&self, attempt: &Attempt<'_>, turn: Turn) -> Option<Found> {
        let Self { scan, flat, profile, .. } = *self;
        let Attempt { peak, thorough, mode } = *attempt;
        let tones = Tones::measure(flat, scan, peak.frequency, profile, mode);
        let signal = flat.signal(&tones);
        let carrier = carrier::follow(&signal, scan.search_factor(), scan, peak, &profile.layout)?;
        let frame = Frame::new(&carrier, profile);
        if frame.coverage < COVERED {
            let (columns, stack, readings) = (None, None, None);
            return Some(Found { carrier, frame, columns, stack, readings, tones });
        }
        let lines = Lines { signal: &signal, tones: &tones, mode, turn };
        let found = self.in_frame(frame, carrier, &lines, thorough);
        if found.is_clear() {
            return Some(found);
        }
        let Some(tilted) = keystone::tilted(&found.carrier, &found.frame, profile) else {
            return Some(found);
        };
        let other = self.in_frame(tilted, found.carrier.clone(), &lines, false);
        // Symbols may be clear by chance, but only the right map makes the letters sharper.
        let is_sharper = other.blur() < SHARPER * found.blur();
        Some(if is_sharper && other.legible() > found.legible() { other } else { found })
    }

    fn in_frame(&self, frame: Frame, carrier: Carrier, lines: &Lines<'_>, thorough: bool) -> Found {
        let Self { scan, flat, lawful, budget, profile, alphabets } = *self;
        let Lines { signal, tones, mode, turn } = *lines;
        let factor = scan.search_factor();
        budget.seek(thorough);
        let columns = search::find(signal, factor, scan, &frame, profile, thorough, turn);
        let phases =
            columns.as_ref().and_then(|columns| Some((columns.row_phases?, columns.first_line)));
        let frame =
            phases.map_or(frame.clone(), |(phases, first)| phases.frame(&frame, first, profile));
        let worth_reading = |columns: &&Columns| {
            Repetition::of(columns).is_text() && (columns.row_phases.is_some() || !lawful)
        };
        let stack = columns.as_ref().filter(worth_reading);
        stack.iter().for_each(|columns| budget.read(columns.symbols, mode));
        let stack = stack.map(|columns| stack::stack(flat, scan, &frame, columns, tones));
        let known = columns.as_ref().and_then(|c| c.row_phases).map(|phases| phases.orientation);
        let readings = stack.as_ref().and_then(|stack| match mode {
            Mode::Tint => reading::read(stack, known, alphabets.tinted()),
            Mode::Screen => {
                stroke_gain::read(stack, known, alphabets, stroke_gain::by_tone(tones, flat))
            }
        });
        Found { carrier, frame, columns, stack, readings, tones: tones.clone() }
    }
}

/// What is read in one attempt.
#[derive(Clone, Copy)]
struct Lines<'a> {
    signal: &'a Plane,
    tones: &'a Tones,
    mode: Mode,
    turn: Turn,
}

impl Found {
    /// Adds what this is worth, no name expected.
    #[must_use]
    pub fn evidence(&self, mut evidence: Evidence) -> Evidence {
        evidence.coverage = self.frame.coverage;
        evidence.repetition = self.columns.as_ref().map(Repetition::of);
        evidence.text = self.readings.as_ref().map(|readings| Text::of(readings.likelier()));
        evidence
    }

    /// Where the text stands as it should, and where it does not. Settles the portrait's sides; none
    /// where the scan does not hold all of it.
    #[must_use]
    pub fn tamper(
        &mut self,
        flat: &Flat,
        scan: &Scan,
        payload: Option<Beside<'_>>,
        profile: &Profile,
    ) -> Option<Tamper> {
        let (columns, readings) = (self.columns.as_ref()?, self.readings.as_ref()?);
        let placed = payload.map(|payload| columns.with_lines_of(payload.columns));
        let placed = placed.as_ref().unwrap_or(columns);
        let reading = readings.likelier();
        let expected = reading.expected_in_stack();
        let wide = self.frame.wider(BESIDE.0 / profile.layout.pitch.0);
        let all = Unrolled::new((scan, flat), &wide, placed, self.tones.turn);
        let predicted = Predicted::new(&all, columns, &expected, |_| true);
        let width = profile.width.0 / profile.layout.advance.0;
        let places = starts(reading, columns, width);
        let left = sides::left_edge(&all, &predicted, width, places)?;
        let across = [left, left + width];
        let middle = 0.5 * (self.frame.down[0] + self.frame.down[1]);
        self.frame.across = across.map(|symbols| columns.along(symbols, middle));
        let keyed = columns.row_phases.filter(|phases| phases.rows.are_keyed()).map(|phases| {
            move |line: i64| {
                let row = usize::try_from(line - columns.first_line).ok().map(|at| phases.row(at));
                let row = row.and_then(|row| usize::try_from(row).ok());
                row.is_some_and(|row| profile.layout.line(row, phases.rows) == Line::Keyed)
            }
        });
        let subject = Subject {
            scan,
            flat,
            frame: &wide,
            columns,
            unrolled: &all.within(self.frame.down, across),
            expected: &expected,
            payload,
            orientation: reading.orientation,
            turn: self.tones.turn,
            profile,
        };
        Some(subject.map(keyed))
    }

    /// The script of the text.
    #[must_use]
    pub fn script(&self) -> Option<Script> {
        self.readings.as_ref().map(|readings| readings.likelier().script)
    }

    /// Spread (σ) of the letters in the stack.
    #[must_use]
    pub fn spread(&self) -> Option<Mm> {
        self.readings.as_ref().map(|readings| readings.likelier().imaging.blur)
    }

    /// The same in millimetres, without bounds where there are no letters.
    fn blur(&self) -> f64 {
        self.spread().map_or(f64::INFINITY, |spread| spread.0)
    }

    fn text(&self) -> Option<Text> {
        self.evidence(Evidence::default()).established().cloned()
    }

    /// Correlation of the letters with the scan; −1 where there are none.
    fn fit(&self) -> f64 {
        self.readings.as_ref().map_or(-1.0, |readings| readings.likelier().fit)
    }

    /// Share of the text's symbols that were read; −1 where there is no text.
    #[must_use]
    pub fn legible(&self) -> f64 {
        self.text().map_or(-1.0, |text| text.legible())
    }

    /// Whether all of the text was read.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.text().is_some_and(|text| text.is_clear())
    }
}

/// Where the portrait may begin along its lines, in symbols from the origin: at one place, and at all that
/// lie so many further.
fn starts(reading: &Reading, columns: &Columns, width: f64) -> [f64; 2] {
    let Some(phases) = columns.row_phases else { return [0.0, 1.0] };
    let begin = reading.begin_in_stack() - phases.turn() as f64;
    let from = if phases.orientation.runs_backwards() { begin - width } else { begin };
    [from, columns.symbols as f64]
}
