//! The law of the row phases: the generator begins each line with a symbol that the line's number
//! decides (`Layout::row_phase`). Where a scan's lines follow it, they can be placed all together,
//! also those that are too faint to be placed one by one, and the turn of the page is known.

use crate::spec::Profile;

/// How far the law must stand over chance, in standard deviations. Some 10,000 placements are
/// tried, of which the best reaches 4.
const SURELY: f64 = 7.0;

/// Where a scan's lines lie in the generator's numbering.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    /// The generator's number of the scan's first line.
    first: i64,
    /// Added to every phase.
    turn: usize,
    /// Whether lines and symbols run backwards: the scan stands upside down.
    pub upside_down: bool,
    /// How far it stands over chance, in standard deviations.
    pub score: f64,
}

impl Law {
    /// The symbol number at the origin of the scan's line; `None` outside of the portrait.
    #[must_use]
    pub fn phase(&self, line: usize, symbols: usize, profile: &Profile) -> Option<usize> {
        let phase = printed_phase(self.first, self.upside_down, line, symbols, profile)?;
        Some((phase + self.turn) % symbols)
    }
}

fn printed_phase(
    first: i64,
    upside_down: bool,
    line: usize,
    symbols: usize,
    profile: &Profile,
) -> Option<usize> {
    let (lines, _) = profile.layout.extent(profile.width, profile.height);
    let row = if upside_down { first - line as i64 } else { first + line as i64 };
    let row = usize::try_from(row).ok().filter(|&row| row < lines)?;
    let phase = profile.layout.row_phase(row, symbols);
    Some(if upside_down { (symbols - phase) % symbols } else { phase })
}

/// The placement that suits the lines best, if it stands clear of chance. `scores`: for each line,
/// its correlation with the common text for each symbol that it could begin with.
#[must_use]
pub fn find(scores: &[Vec<f64>], profile: &Profile) -> Option<Law> {
    let symbols = scores.first()?.len();
    let lines = scores.len() as i64;
    let (printed, _) = profile.layout.extent(profile.width, profile.height);
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
    let mut best: Option<Law> = None;
    for upside_down in [false, true] {
        for first in firsts(lines, printed as i64, upside_down) {
            let mut sums = vec![0.0; symbols];
            let mut variance = 0.0;
            for (line, score) in centred.iter().enumerate() {
                let phase = printed_phase(first, upside_down, line, symbols, profile);
                let Some(phase) = phase else { continue };
                let (wrapped, straight) = (&score[..phase], &score[phase..]);
                let turned = straight.iter().chain(wrapped);
                sums.iter_mut().zip(turned).for_each(|(sum, v)| *sum += v);
                variance += variances[line];
            }
            for (turn, sum) in sums.iter().enumerate() {
                let score = sum / variance.sqrt().max(1e-30);
                if best.is_none_or(|b| score > b.score) {
                    best = Some(Law { first, turn, upside_down, score });
                }
            }
        }
    }
    best.filter(|law| law.score >= SURELY)
}

/// The placement for which pairs of lines are most alike, if it stands `surely` standard deviations
/// clear of chance. `alike`: for each line and each of the `apart` after it, how alike they are if
/// the second is shifted by 0, 1 … `symbols` − 1.
#[must_use]
pub fn find_by_pairs(
    lines: usize,
    symbols: usize,
    apart: usize,
    surely: f64,
    alike: &[f32],
    profile: &Profile,
) -> Option<Law> {
    let (printed, _) = profile.layout.extent(profile.width, profile.height);
    let phases: Vec<usize> =
        (0..printed).map(|row| profile.layout.row_phase(row, symbols)).collect();
    let mut centred = alike.to_vec();
    let mut variances = Vec::with_capacity(lines * apart);
    for pair in centred.chunks_exact_mut(symbols) {
        let mean = pair.iter().sum::<f32>() / symbols as f32;
        pair.iter_mut().for_each(|v| *v -= mean);
        variances.push(pair.iter().map(|v| v * v).sum::<f32>() / symbols as f32);
    }
    let mut best: Option<Law> = None;
    for upside_down in [false, true] {
        for first in firsts(lines as i64, printed as i64, upside_down) {
            let phase = |line: usize| {
                let row = if upside_down { first - line as i64 } else { first + line as i64 };
                usize::try_from(row).ok().and_then(|row| phases.get(row)).copied()
            };
            let (mut sum, mut variance) = (0.0f32, 0.0f32);
            for line in 0..lines {
                let Some(own) = phase(line) else { continue };
                for other in line + 1..(line + 1 + apart).min(lines) {
                    let Some(its) = phase(other) else { continue };
                    let pair = line * apart + other - line - 1;
                    let ahead = if upside_down { its + symbols - own } else { own + symbols - its };
                    sum += centred[pair * symbols + ahead % symbols];
                    variance += variances[pair];
                }
            }
            let score = f64::from(sum) / f64::from(variance).sqrt().max(1e-30);
            if best.is_none_or(|b| score > b.score) {
                best = Some(Law { first, turn: 0, upside_down, score });
            }
        }
    }
    best.filter(|law| law.score >= surely)
}

/// The generator's numbers that a scan's first line can have: at least a third of the scan's lines
/// must lie in the portrait.
fn firsts(lines: i64, printed: i64, upside_down: bool) -> std::ops::Range<i64> {
    if upside_down {
        (lines / 3)..(printed + lines * 2 / 3)
    } else {
        (-lines * 2 / 3)..(printed - lines / 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_in_the_numbering_either_way_up() {
        let profile = Profile::default();
        let symbols = 17;
        for (first, upside_down) in [(3i64, false), (60, false), (100, true)] {
            let truth = Law { first, turn: 5, upside_down, score: 0.0 };
            let scores: Vec<Vec<f64>> = (0..40)
                .map(|line| {
                    let phase = truth.phase(line, symbols, &profile).unwrap();
                    (0..symbols).map(|s| if s == phase { 1.0 } else { 0.0 }).collect()
                })
                .collect();
            let law = find(&scores, &profile).unwrap();
            assert_eq!((law.first, law.turn, law.upside_down), (first, 5, upside_down));
        }
        let noise: Vec<Vec<f64>> = (0..40u64)
            .map(|l| (0..17u64).map(|s| ((l * 31 + s * 17) * 2_654_435_761 % 997) as f64).collect())
            .collect();
        assert!(find(&noise, &profile).is_none());
    }

    #[test]
    fn pairs_of_lines_tell_the_numbering_too() {
        let profile = Profile::default();
        let (symbols, lines, apart) = (17, 40, 3);
        for (first, upside_down) in [(3i64, false), (100, true)] {
            let truth = Law { first, turn: 0, upside_down, score: 0.0 };
            let phase = |line| truth.phase(line, symbols, &profile);
            let mut alike = vec![0.0; lines * apart * symbols];
            for line in 0..lines {
                for other in line + 1..(line + 1 + apart).min(lines) {
                    let shift = (phase(line).unwrap() + symbols - phase(other).unwrap()) % symbols;
                    alike[(line * apart + other - line - 1) * symbols + shift] = 1.0;
                }
            }
            let law = find_by_pairs(lines, symbols, apart, 8.0, &alike, &profile).unwrap();
            assert_eq!((law.first, law.upside_down), (first, upside_down));
        }
    }
}
