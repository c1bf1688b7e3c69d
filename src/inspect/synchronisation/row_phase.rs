//! The row-phase sequence: the generator begins each line with a symbol that the line's number
//! decides (`Layout::row_phase`). Where a scan's lines follow it, they can be placed all together,
//! also those that are too faint to be placed one by one, and the turn of the page is known. In a
//! keyed print every second line follows it, and only the issuer knows the places of the others; in
//! a signed print the others carry the payload.

use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::orientation::Orientation;
use crate::spec::Profile;
use crate::spec::layout::{Line, Rows};

/// The ladder of scores: how far the best placement of a scan's lines stands over chance, in
/// standard deviations. Some 10,000 placements are tried, of which the best reaches 4 by chance;
/// pictures without microtext reach 8.4 at the most.
///
/// From here on the lines are placed by the sequence. A guess: what is placed so must still be
/// read.
pub const FOUND: f64 = 7.0;
/// From here on there is something like microtext, readable or not: more than any picture without
/// it reaches.
pub const FOLLOWED: f64 = 10.0;
/// From here on lines that follow the sequence which everybody knows are taken not to be keyed. A
/// guess.
pub const UNKEYED: f64 = 12.0;
/// From here on no other period or resolution is tried. A guess.
pub const CERTAIN: f64 = 20.0;
const _: () = assert!(FOUND < FOLLOWED && FOLLOWED < UNKEYED && UNKEYED < CERTAIN);

/// Where a scan's lines lie in the generator's numbering.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowPhases {
    /// The generator's number of the scan's first line.
    first: i64,
    /// Added to every phase.
    turn: usize,
    /// Which way lines and symbols run.
    pub orientation: Orientation,
    /// Which lines follow it: not all do in keyed and in signed prints.
    pub rows: Rows,
    /// How far it stands over chance, in standard deviations.
    pub score: f64,
}

impl RowPhases {
    /// The symbol number at the origin of each of the scan's first `lines` lines; `None` outside of
    /// the portrait, and for lines that do not follow it.
    #[must_use]
    pub fn phases(&self, lines: usize, symbols: usize, profile: &Profile) -> Vec<Option<usize>> {
        let printed = Printed::new(symbols, self.rows, profile);
        let phase = |line| printed.phase(self.first, self.orientation, line);
        (0..lines).map(|line| phase(line).map(|phase| (phase + self.turn) % symbols)).collect()
    }

    /// The generator's number of one of the scan's lines.
    #[must_use]
    pub fn row(&self, line: usize) -> i64 {
        row(self.first, self.orientation, line)
    }

    /// The lines of a scan in which this stands, each with the generator's number of it.
    pub fn lines_of(
        &self,
        kind: Line,
        lines: usize,
        profile: &Profile,
    ) -> impl Iterator<Item = (usize, usize)> {
        let (sequence, layout) = (*self, profile.layout);
        let (printed, _) = layout.extent(profile.width, profile.height);
        let with_row = move |line| Some((line, usize::try_from(sequence.row(line)).ok()?));
        let is = move |(_, row): &(usize, usize)| {
            *row < printed && layout.line(*row, sequence.rows) == kind
        };
        (0..lines).filter_map(with_row).filter(is)
    }

    /// A frame from the first printed line to the last, now that the lines' numbers are known.
    /// `first_line`: the scan's line that this counts from.
    #[must_use]
    pub fn frame(&self, seen: &Frame, first_line: i64, profile: &Profile) -> Frame {
        let height = profile.height.0 / profile.layout.pitch.0;
        let of_first = self.row(0) as f64;
        let down = if self.orientation.upside_down {
            let end = first_line as f64 + of_first + 1.0;
            [end - height, end]
        } else {
            let top = first_line as f64 - of_first;
            [top, top + height]
        };
        Frame { down, ..seen.clone() }
    }

    /// Added to every phase.
    #[must_use]
    pub fn turn(&self) -> usize {
        self.turn
    }

    /// The symbol number at the origin of a line that begins, as its text runs, with symbol `first`
    /// of `symbols`.
    #[must_use]
    pub fn number(&self, first: usize, symbols: usize) -> usize {
        (as_it_runs(first, symbols, self.orientation) + self.turn) % symbols
    }
}

fn row(first: i64, orientation: Orientation, line: usize) -> i64 {
    if orientation.upside_down { first - line as i64 } else { first + line as i64 }
}

fn as_it_runs(phase: usize, symbols: usize, orientation: Orientation) -> usize {
    if orientation.runs_backwards() && phase > 0 { symbols - phase } else { phase }
}

/// The phases of all printed lines, for a text of one length.
struct Printed {
    symbols: usize,
    /// None for lines that the sequence does not place.
    phases: Vec<Option<usize>>,
    rows: Rows,
}

impl Printed {
    fn new(symbols: usize, rows: Rows, profile: &Profile) -> Self {
        let layout = &profile.layout;
        let (lines, _) = layout.extent(profile.width, profile.height);
        let placed = |row: &usize| layout.follows(*row, rows);
        let phase = |row| Some(row).filter(placed).map(|row| layout.row_phase(row, symbols));
        Self { symbols, phases: (0..lines).map(phase).collect(), rows }
    }

    /// By all turns that lines may take.
    fn each(symbols: usize, profile: &Profile) -> [Self; Rows::ALL.len()] {
        Rows::ALL.map(|rows| Self::new(symbols, rows, profile))
    }

    /// That of a scan's line as its symbols run, if the scan's first line has the number `first`.
    fn phase(&self, first: i64, orientation: Orientation, line: usize) -> Option<usize> {
        let row = usize::try_from(row(first, orientation, line)).ok()?;
        let phase = (*self.phases.get(row)?)?;
        Some(as_it_runs(phase, self.symbols, orientation))
    }

    /// The numbers that a scan's first line can have: at least a third of the scan's lines must lie
    /// in the portrait.
    fn firsts(&self, lines: usize, orientation: Orientation) -> std::ops::Range<i64> {
        let (lines, printed) = (lines as i64, self.phases.len() as i64);
        if orientation.upside_down {
            (lines / 3)..(printed + lines * 2 / 3)
        } else {
            (-lines * 2 / 3)..(printed - lines / 3)
        }
    }

    /// Every way in which so many lines can lie.
    fn placements(&self, lines: usize) -> impl Iterator<Item = (&Self, Orientation, i64)> {
        Orientation::ALL
            .into_iter()
            .flat_map(move |o| self.firsts(lines, o).map(move |first| (self, o, first)))
    }
}

/// The placement that suits the lines best, if it stands clear of chance. `scores`: for each line,
/// its correlation with the common text for each symbol that it could begin with.
#[must_use]
pub fn find(scores: &[Vec<f64>], profile: &Profile) -> Option<RowPhases> {
    let symbols = scores.first()?.len();
    let printed = Printed::each(symbols, profile);
    let centred: Vec<Vec<f64>> = scores
        .iter()
        .map(|line| {
            let mean = line.iter().sum::<f64>() / symbols as f64;
            line.iter().map(|v| v - mean).collect()
        })
        .collect();
    let variances: Vec<f64> = centred
        .iter()
        .map(|line| line.iter().map(|v| v * v).sum::<f64>() / symbols as f64)
        .collect();
    let mut best: Option<RowPhases> = None;
    let placements = printed.iter().flat_map(|printed| printed.placements(scores.len()));
    for (printed, orientation, first) in placements {
        let mut sums = vec![0.0; symbols];
        let mut variance = 0.0;
        for (line, score) in centred.iter().enumerate() {
            let Some(phase) = printed.phase(first, orientation, line) else { continue };
            let (wrapped, straight) = (&score[..phase], &score[phase..]);
            let turned = straight.iter().chain(wrapped);
            sums.iter_mut().zip(turned).for_each(|(sum, v)| *sum += v);
            variance += variances[line];
        }
        for (turn, sum) in sums.iter().enumerate() {
            let score = sum / variance.sqrt().max(1e-30);
            if best.is_none_or(|b| score > b.score) {
                best = Some(RowPhases { first, turn, orientation, rows: printed.rows, score });
            }
        }
    }
    best.filter(|found| found.score >= FOUND)
}

/// The placement for which pairs of lines are most alike, if it stands `least` standard deviations
/// clear of chance. `alike`: for each line and each of the `apart` after it, how alike they are if
/// the second is shifted by 0, 1 … `symbols` − 1.
#[must_use]
pub fn find_by_pairs(
    lines: usize,
    symbols: usize,
    apart: usize,
    least: f64,
    alike: &[f32],
    profile: &Profile,
) -> Option<RowPhases> {
    let printed = Printed::each(symbols, profile);
    let mut centred = alike.to_vec();
    let mut variances = Vec::with_capacity(lines * apart);
    for pair in centred.chunks_exact_mut(symbols) {
        let mean = pair.iter().sum::<f32>() / symbols as f32;
        pair.iter_mut().for_each(|v| *v -= mean);
        variances.push(pair.iter().map(|v| v * v).sum::<f32>() / symbols as f32);
    }
    let mut best: Option<RowPhases> = None;
    let placements = printed.iter().flat_map(|printed| printed.placements(lines));
    for (printed, orientation, first) in placements {
        let phases: Vec<Option<usize>> =
            (0..lines).map(|line| printed.phase(first, orientation, line)).collect();
        let (mut sum, mut variance) = (0.0f32, 0.0f32);
        for (line, own) in phases.iter().enumerate() {
            let Some(own) = own else { continue };
            for (i, its) in phases[line + 1..].iter().take(apart).enumerate() {
                let Some(its) = its else { continue };
                let pair = line * apart + i;
                let ahead = own + symbols - its;
                let ahead = if ahead < symbols { ahead } else { ahead - symbols };
                sum += centred[pair * symbols + ahead];
                variance += variances[pair];
            }
        }
        let score = f64::from(sum) / f64::from(variance).sqrt().max(1e-30);
        if best.is_none_or(|b| score > b.score) {
            best = Some(RowPhases { first, turn: 0, orientation, rows: printed.rows, score });
        }
    }
    best.filter(|found| found.score >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First lines that leave all 40 in the portrait, for each orientation.
    fn placements() -> impl Iterator<Item = (i64, Orientation)> {
        [3, 100, 60, 90].into_iter().zip(Orientation::ALL)
    }

    #[test]
    fn lines_are_found_in_the_numbering_whichever_way_they_run() {
        let profile = Profile::default();
        let symbols = 17;
        for (first, orientation) in placements() {
            let truth = RowPhases { first, turn: 5, orientation, rows: Rows::Plain, score: 0.0 };
            let phases = truth.phases(40, symbols, &profile).into_iter().flatten();
            let score = |phase, s| if s == phase { 1.0 } else { 0.0 };
            let scores: Vec<Vec<f64>> =
                phases.map(|phase| (0..symbols).map(|s| score(phase, s)).collect()).collect();
            let found = find(&scores, &profile).unwrap();
            assert_eq!((found.first, found.turn, found.orientation), (first, 5, orientation));
        }
        let noise: Vec<Vec<f64>> = (0..40u64)
            .map(|l| (0..17u64).map(|s| ((l * 31 + s * 17) * 2_654_435_761 % 997) as f64).collect())
            .collect();
        assert!(find(&noise, &profile).is_none());
    }

    #[test]
    fn every_second_line_of_a_keyed_print_follows() {
        let (profile, symbols) = (Profile::default(), 17);
        let truth = RowPhases { first: 7, turn: 5, rows: Rows::Keyed, ..RowPhases::default() };
        let phases = truth.phases(40, symbols, &profile);
        assert_eq!(phases.iter().flatten().count(), 20);
        // The other lines lie anywhere.
        let anywhere = |line: usize| (line * line * 7 + 3) % symbols;
        let at = phases.iter().enumerate().map(|(line, phase)| phase.unwrap_or(anywhere(line)));
        let scores: Vec<Vec<f64>> =
            at.map(|at| (0..symbols).map(|s| if s == at { 1.0 } else { 0.0 }).collect()).collect();
        let found = find(&scores, &profile).unwrap();
        assert_eq!((found.first, found.turn, found.rows), (7, 5, Rows::Keyed));
        assert!(phases.iter().enumerate().all(|(line, phase)| {
            phase.is_some() == profile.layout.follows(found.row(line) as usize, Rows::Keyed)
        }));
    }

    #[test]
    fn pairs_of_lines_tell_the_numbering_too() {
        let profile = Profile::default();
        let (symbols, lines, apart) = (17, 40, 3);
        for (first, orientation) in placements() {
            let truth = RowPhases { first, turn: 0, orientation, rows: Rows::Plain, score: 0.0 };
            let phases = truth.phases(lines, symbols, &profile);
            let mut alike = vec![0.0; lines * apart * symbols];
            for line in 0..lines {
                for other in line + 1..(line + 1 + apart).min(lines) {
                    let shift =
                        (phases[line].unwrap() + symbols - phases[other].unwrap()) % symbols;
                    alike[(line * apart + other - line - 1) * symbols + shift] = 1.0;
                }
            }
            let found = find_by_pairs(lines, symbols, apart, 8.0, &alike, &profile).unwrap();
            assert_eq!((found.first, found.orientation), (first, orientation));
        }
    }
}
