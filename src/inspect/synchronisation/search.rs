//! The search for the columns. Nothing of the letters is known yet: lines are compared with
//! themselves and with each other.

use std::cmp::Ordering;
use std::f64::consts::TAU;

use rustfft::num_complex::Complex64;

use crate::imaging::Plane;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::geometry::Bend;
use crate::inspect::signal::scan::Scan;
use crate::inspect::synchronisation::alignment::{Folded, Shift};
use crate::inspect::synchronisation::columns::{Columns, SHEAR};
use crate::inspect::synchronisation::displacement;
use crate::inspect::synchronisation::gap_carrier;
use crate::inspect::synchronisation::notch;
use crate::inspect::synchronisation::period::{self, Period, STRETCH};
use crate::inspect::synchronisation::register::{Registration, register};
use crate::inspect::synchronisation::row_phase;
use crate::inspect::synchronisation::strips::{FINE, Strips, Turn};
use crate::spec::layout::Line;
use crate::spec::{Legend, Profile};

/// A line is placed where its correlation with the others stands this many standard deviations over
/// what it is at any other symbol. A guess.
const ALIGNED: f32 = 2.5;
/// A keyed line is placed where its correlation stands over that of any other symbol by this many
/// standard deviations of all others'. A guess.
const CLEAR: f64 = 1.5;
/// A text that is this much like itself some symbols on is the same text again. A guess.
const SAME: f32 = 0.8;
/// Periods that are tried, and if in a hurry. Guesses.
const PERIODS: usize = 8;
const QUICKLY: usize = 3;
/// Texts that repeat with this many standard deviations are whole. A guess.
const WHOLE: f64 = 8.0;
/// A longer text follows the row-phase sequence this many times better than its part. A guess.
const LONGER: f64 = 1.2;
/// Multiples of the period that was found, up to this factor, are tried as the text's. A guess.
const TIMES: usize = 4;

/// Finds period, advance and line phases in a signal that is averaged over blocks of `factor`
/// working pixels: what is finer than the letters, a halftone above all, only disturbs. Unless
/// `thorough`, only text that stands out is found, in a fraction of the time.
#[must_use]
pub fn find(
    signal: &Plane,
    factor: usize,
    scan: &Scan,
    frame: &Frame,
    profile: &Profile,
    thorough: bool,
    turn: Turn,
) -> Option<Columns> {
    let per_mm = scan.per_mm.map(|v| v / factor as f64);
    let advance = profile.layout.advance.0 / profile.layout.pitch.0;
    let step = advance / FINE as f64;
    let sample =
        |bend: Option<&Bend>| Some(Strips::sample(signal, per_mm, frame, step, bend)?.only(turn));
    let mut strips = sample(None)?;
    // Short texts have few harmonics themselves: what the notch leaves of them may not do.
    let mut notched = notch::notched(&strips);
    let bend = gap_carrier::bend(notched.as_ref().unwrap_or(&strips));
    if bend.is_some() {
        strips = sample(bend.as_ref())?;
        notched = notch::notched(&strips);
    }
    let periods = if thorough { PERIODS } else { QUICKLY };
    let plain = (thorough || notched.is_none()).then_some(&strips);
    let tries = notched.iter().chain(plain);
    let mut best: Option<Columns> = None;
    for strips in tries {
        best = best.into_iter().chain(in_strips(strips, profile, periods)).max_by(by_rank);
        if best.as_ref().is_some_and(Columns::is_certain) {
            break;
        }
    }
    let strips = notched.unwrap_or(strips);
    if thorough && !best.as_ref().is_some_and(Columns::is_certain) {
        best = registered(&strips, profile).or(best);
    }
    let mut columns = best?;
    // The row-phase sequence places lines of which nothing was seen.
    let lines = columns.first_line..;
    let others = lines.zip(&mut columns.phases).filter(|(line, _)| !turn.has(*line));
    others.for_each(|(_, phase)| *phase = None);
    displacement::measure(&strips, &mut columns);
    columns.bend = bend;
    Some(columns)
}

fn by_rank(a: &Columns, b: &Columns) -> Ordering {
    a.rank().total_cmp(&b.rank())
}

/// A halftone or a weave may repeat more strongly than the text, but its lines do not begin on
/// whole symbols: of the likeliest periods, the one for which they do.
fn in_strips(strips: &Strips, profile: &Profile, periods: usize) -> Option<Columns> {
    let mut best: Option<Columns> = None;
    for mut period in period::periods(strips, profile.most_symbols).into_iter().take(periods) {
        let folded = Folded::of(strips, &period);
        let mut columns = Columns::of(strips, &period, &folded, profile);
        if let Some(part) = columns.repeated_part(&folded) {
            period = period.part(part, columns.symbols);
            columns = Columns::of(strips, &period, &Folded::of(strips, &period), profile);
        }
        while let Some(longer) = columns.longer(strips, &period, profile) {
            period = period.part(longer.symbols, columns.symbols);
            columns = longer;
        }
        best = best.into_iter().chain([columns]).max_by(by_rank);
        if best.as_ref().is_some_and(Columns::is_certain) {
            break;
        }
    }
    best
}

/// The columns by the row-phase sequence alone, if all lines together follow it.
fn registered(strips: &Strips, profile: &Profile) -> Option<Columns> {
    let confirmed = register(strips, profile).into_iter().filter_map(|found| {
        let mut columns = Columns::registered(strips, &found, profile);
        let folded = Folded::of(strips, &Period::known(found.symbols, found.advance));
        columns.follow_row_phases(&folded, profile);
        columns.repetition = columns.row_phases?.score;
        Some(columns)
    });
    let confirmed: Vec<Columns> = confirmed.collect();
    let best = confirmed.iter().map(Columns::rank).fold(0.0, f64::max);
    // Twice the text follows the sequence nearly as well.
    let nearly = confirmed.into_iter().filter(|columns| LONGER * columns.rank() >= best);
    nearly.min_by(|a, b| a.symbols.cmp(&b.symbols).then(by_rank(b, a)))
}

impl Columns {
    fn of(strips: &Strips, period: &Period, folded: &Folded, profile: &Profile) -> Self {
        let mut columns = place(strips, period, &folded.align());
        columns.follow_row_phases(folded, profile);
        columns
    }

    fn registered(strips: &Strips, found: &Registration, profile: &Profile) -> Self {
        let phases = found.row_phases.phases(strips.lines, found.symbols, profile);
        Self {
            symbols: found.symbols,
            advance: found.advance * strips.step,
            repetition: found.row_phases.score,
            lattice: 1.0,
            shear: found.shear,
            common: 0.0,
            first_line: strips.first_line,
            origin: strips.origin,
            phases,
            row_phases: None,
            bend: None,
            displacement: None,
        }
    }

    /// Where a line's text begins, in bins, if it begins with this symbol.
    fn shift(&self, folded: &Folded, line: usize, symbol: usize) -> f64 {
        let bins_a_symbol = folded.bins as f64 / self.symbols as f64;
        (symbol as f64 + self.common + self.shear * line as f64) * bins_a_symbol
    }

    /// Where each line's text begins, in bins.
    fn shifts(&self, folded: &Folded) -> Vec<Option<f32>> {
        let lines = self.phases.iter().enumerate();
        lines.map(|(line, phase)| phase.map(|s| self.shift(folded, line, s) as f32)).collect()
    }

    /// The symbols of the part of the text that repeats, if the text as found holds it several
    /// times: the portrait's own repetitions may have hidden the shorter period.
    fn repeated_part(&self, folded: &Folded) -> Option<usize> {
        let at = self.shifts(folded);
        let parts = (Legend::FEWEST..=self.symbols / 2).filter(|n| self.symbols.is_multiple_of(*n));
        let bins_a_symbol = folded.bins as f32 / self.symbols as f32;
        parts.into_iter().find(|&n| folded.likeness(&at, n as f32 * bins_a_symbol) > SAME)
    }

    /// The text of which this is a part: a part follows the sequence of the whole, though hardly as
    /// well, and may repeat as well if its letters are alike. If the lines begin where the sequence
    /// of a longer text has them, such a text is not like itself a part on.
    fn longer(&self, strips: &Strips, period: &Period, profile: &Profile) -> Option<Self> {
        let row_phases = self.row_phases?;
        let most = TIMES.min(profile.most_symbols / self.symbols);
        (2..=most).find_map(|times| {
            let symbols = times * self.symbols;
            let phases = row_phases.phases(strips.lines, symbols, profile);
            let mut longer = Self { symbols, phases, ..self.clone() };
            let folded = Folded::of(strips, &period.part(symbols, self.symbols));
            let part = (folded.bins / times) as f32;
            if folded.likeness(&longer.shifts(&folded), part) > SAME {
                return None;
            }
            longer.follow_row_phases(&folded, profile);
            (longer.rank() > LONGER * self.rank()).then_some(longer)
        })
    }

    /// Whether no other period need be tried: a short text may seem to follow the sequence by
    /// chance.
    fn is_certain(&self) -> bool {
        match self.row_phases {
            Some(found) => found.score >= row_phase::CERTAIN || self.repetition >= WHOLE,
            None => false,
        }
    }

    fn rank(&self) -> f64 {
        self.lattice * self.placed() + self.row_phases.map_or(0.0, |found| found.score)
    }

    /// Places all lines by the generator's row-phase sequence, if the lines that can be placed by
    /// themselves follow it; twice, since all lines together show each more surely.
    fn follow_row_phases(&mut self, folded: &Folded, profile: &Profile) {
        for _ in 0..2 {
            let scores: Vec<Vec<f64>> = folded
                .correlate(&self.shifts(folded))
                .iter()
                .enumerate()
                .map(|(line, found)| {
                    (0..self.symbols).map(|s| found.at(self.shift(folded, line, s))).collect()
                })
                .collect();
            let Some(found) = row_phase::find(&scores, profile) else { return };
            self.phases = found.phases(scores.len(), self.symbols, profile);
            for (line, _) in found.lines_of(Line::Keyed, scores.len(), profile) {
                self.phases[line] = clearest(&scores[line]);
            }
            self.row_phases = Some(found);
        }
    }
}

/// The symbol that a line begins with, if its correlation stands clear of all others'.
fn clearest(scores: &[f64]) -> Option<usize> {
    let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]))?;
    let others = || (0..scores.len()).filter(|&s| s != best).map(|s| scores[s]);
    let count = (scores.len() - 1).max(1) as f64;
    let mean = others().sum::<f64>() / count;
    let deviation = (others().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
    let next = others().fold(f64::NEG_INFINITY, f64::max);
    (scores[best] - next > CLEAR * deviation).then_some(best)
}

/// The lines' shifts must fall on whole symbols, but for a shear that grows evenly from line to
/// line (found by a one-dimensional periodogram). That also tells how many symbols the period has,
/// where the tolerated stretch leaves it open.
fn place(strips: &Strips, period: &Period, shifts: &[Shift]) -> Columns {
    let samples = period.advance * period.symbols as f64;
    let in_periods: Vec<(f64, f64)> = shifts
        .iter()
        .map(|s| {
            let whole = (period.symbols * FINE) as f64;
            (f64::from(s.bins) / whole, f64::from(s.certainty.clamp(0.0, 10.0)))
        })
        .collect();
    let advances = Legend::FEWEST..=strips.length;
    let (symbols, lattice) = advances
        .filter(|&n| (samples / n as f64 / FINE as f64 - 1.0).abs() <= STRETCH * 1.001)
        .map(|n| (n, Lattice::of(&in_periods, n as f64)))
        .max_by(|a, b| a.1.strength.total_cmp(&b.1.strength))
        .unwrap_or((period.symbols, Lattice::default()));
    let phases = in_periods.iter().zip(shifts).enumerate().map(|(line, (shift, found))| {
        let symbol = shift.0 * symbols as f64 - lattice.common - lattice.shear * line as f64;
        let symbol = (symbol.round() as i64).rem_euclid(symbols as i64) as usize;
        (found.certainty >= ALIGNED).then_some(symbol)
    });
    Columns {
        symbols,
        advance: samples / symbols as f64 * strips.step,
        repetition: period.score,
        lattice: lattice.strength,
        shear: lattice.shear,
        common: lattice.common,
        first_line: strips.first_line,
        origin: strips.origin,
        phases: phases.collect(),
        row_phases: None,
        bend: None,
        displacement: None,
    }
}

/// How the lines' shifts fall on whole symbols.
#[derive(Default)]
struct Lattice {
    /// 0 (at random) to 1 (exactly).
    strength: f64,
    /// Symbols from one line to the next.
    shear: f64,
    /// Fraction of a symbol that all lines share.
    common: f64,
}

impl Lattice {
    /// For shifts (in periods, with weights) and this many symbols a period.
    fn of(shifts: &[(f64, f64)], symbols: f64) -> Self {
        let phasors: Vec<Complex64> =
            shifts.iter().map(|(s, weight)| Complex64::cis(TAU * s * symbols) * *weight).collect();
        let total: f64 = shifts.iter().map(|s| s.1).sum();
        let sum = |shear: f64| -> Complex64 {
            phasors
                .iter()
                .enumerate()
                .map(|(l, z)| z * Complex64::cis(-TAU * shear * l as f64))
                .sum()
        };
        let step = 0.2 / shifts.len() as f64;
        let steps = (SHEAR / step) as i32;
        let tried = (-steps..=steps).map(|i| f64::from(i) * step);
        let shear = tried.max_by(|&a, &b| sum(a).norm().total_cmp(&sum(b).norm())).unwrap_or(0.0);
        let best = sum(shear);
        Self { strength: best.norm() / total.max(1e-30), shear, common: best.arg() / TAU }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYMBOLS: usize = 17;
    /// Samples a symbol.
    const ADVANCE: f64 = 1.012 * FINE as f64;

    /// Lines that begin as the generator has them from its fourth line on.
    fn truth(profile: &Profile) -> Vec<usize> {
        (0..40).map(|line| profile.layout.row_phase(3 + line, SYMBOLS)).collect()
    }

    fn strips(shear: f64, phases: &[usize]) -> Strips {
        Strips::of_text(SYMBOLS, [phases.len(), 416], |line, x| {
            x / ADVANCE + shear * line as f64 + phases[line] as f64
        })
    }

    #[test]
    fn period_advance_shear_and_phases_come_back() {
        let profile = Profile::default();
        let phases = truth(&profile);
        for shear in [0.0, 0.03, -0.08] {
            let strips = strips(shear, &phases);
            let found = in_strips(&strips, &profile, PERIODS).expect("a text");
            assert_eq!(found.symbols, SYMBOLS);
            assert!((found.advance / (ADVANCE * strips.step) - 1.0).abs() < 5e-4, "{found:?}");
            assert!((found.shear - shear).abs() < 2e-3, "{found:?}");
            assert!(found.lattice > 0.95 && found.row_phases.is_some(), "{found:?}");
            // But for the symbol that has number 0.
            let turn =
                |line: usize| (found.phases[line].unwrap() + SYMBOLS - phases[line]) % SYMBOLS;
            assert!((0..40).all(|line| turn(line) == turn(0)), "{found:?}");
        }
    }

    #[test]
    fn lines_that_begin_anywhere_are_placed_one_by_one() {
        let profile = Profile::default();
        let phases: Vec<usize> =
            (0..40).map(|line| (line * line * 7 + line / 3) % SYMBOLS).collect();
        let found = in_strips(&strips(0.02, &phases), &profile, PERIODS).expect("a text");
        assert_eq!(found.symbols, SYMBOLS);
        assert!(found.row_phases.is_none() && found.placed() > 0.95, "{found:?}");
        let turn = |line: usize| {
            found.phases[line].map(|phase| (phase + SYMBOLS - phases[line]) % SYMBOLS)
        };
        let turns: Vec<usize> = (0..40).filter_map(turn).collect();
        assert!(turns.iter().all(|turn| *turn == turns[0]), "{turns:?}");
    }

    #[test]
    fn the_clearest_symbol_stands_out() {
        let mut scores = [0.1, 0.0, 0.2, 0.15, 0.05, 0.1];
        assert_eq!(clearest(&scores), None);
        scores[3] = 0.9;
        assert_eq!(clearest(&scores), Some(3));
    }
}
