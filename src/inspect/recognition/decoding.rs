//! Decoding: of all texts whose check symbols are right, the likeliest, and how much likelier it is
//! than any that has another symbol at a place. The check sums of the places so far are the states
//! of a trellis (Wolf 1978) through which the likeliest way is found (Viterbi 1967).

use ndarray::{Array2, ArrayView1};

use crate::spec::check::{self, CHECKS, FIELD};
use crate::spec::{Legend, Script, Symbol};

/// States: all check sums.
const STATES: usize = FIELD * ROWS;
const ROWS: usize = FIELD * FIELD;
const _: () = assert!(CHECKS == 3, "states are laid out for three check sums");
/// Symbols that lie further (in nepers) behind the likeliest at their place are not followed. A
/// likelihood ratio of 5·10^8. A guess.
const BEHIND: f32 = 20.0;
/// Places of the end mark that are tried. A guess.
const ENDS: usize = 4;

/// One script's part in the check symbols.
#[derive(Debug)]
pub struct Code {
    /// What each symbol of the alphabet counts, but for the end mark, which is the last.
    values: Vec<usize>,
    /// Where in the alphabet the letters stand that the check sums are written with.
    letters: Vec<usize>,
}

/// A text that satisfies its check symbols. Places count round the circle as it was given.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The symbol at each place, as its place in the alphabet.
    pub text: Vec<usize>,
    /// At which place the name begins.
    pub first: usize,
    /// Log-likelihood of the whole text.
    pub likelihood: f64,
    /// By how much, at each place, it lies over that of the likeliest other text which has another
    /// symbol there, in nepers.
    pub log_odds: Vec<f64>,
    /// That symbol.
    pub runners_up: Vec<usize>,
}

impl Decoded {
    /// Log-likelihood of the next text.
    #[must_use]
    pub fn next(&self) -> f64 {
        self.likelihood - self.log_odds.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// A symbol that may stand at a place: its value and its log-likelihood.
#[derive(Clone, Copy)]
struct Choice {
    value: usize,
    symbol: usize,
    likelihood: f32,
}

impl Code {
    /// That of a script whose alphabet has these symbols.
    #[must_use]
    pub fn of(script: Script, symbols: &[Symbol]) -> Self {
        let place = |letter: &Symbol| symbols.iter().position(|s| s == letter);
        Self {
            values: symbols.iter().map_while(|&s| check::value(s, script)).collect(),
            letters: check::letters(script).iter().filter_map(place).collect(),
        }
    }

    /// The likeliest text of a circle, by the log-likelihood of each symbol at each place,
    /// `[place, symbol]`; `None` for a circle that is too short to be a legend.
    #[must_use]
    pub fn decode(&self, likelihoods: &Array2<f64>) -> Option<Decoded> {
        let n = likelihoods.nrows();
        if n < Legend::FEWEST {
            return None;
        }
        let mut ends: Vec<(usize, f64)> =
            (0..n).map(|end| (end, self.bound(likelihoods, end))).collect();
        ends.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut best: Option<Trellis<'_>> = None;
        let mut others = f64::NEG_INFINITY;
        for (i, &(end, bound)) in ends.iter().enumerate() {
            let behind = best.as_ref().is_some_and(|best| bound <= best.total());
            if behind || i >= ENDS {
                // The others are no likelier than this.
                others = others.max(bound);
                break;
            }
            let trellis = Trellis::new(self, likelihoods, end);
            let (winner, loser) = match best {
                Some(best) if best.total() >= trellis.total() => (best, Some(trellis)),
                before => (trellis, before),
            };
            others = others.max(loser.map_or(f64::NEG_INFINITY, |loser| loser.total()));
            best = Some(winner);
        }
        best.map(|best| best.decoded(others))
    }

    /// No text with its end mark at `end` is likelier than this.
    fn bound(&self, likelihoods: &Array2<f64>, end: usize) -> f64 {
        let n = likelihoods.nrows();
        let most = |place: usize| -> f64 {
            let row = likelihoods.row(place);
            match (place + n - end) % n {
                0 => row[self.values.len()],
                1..=CHECKS => self.letters.iter().map(|&l| row[l]).fold(f64::MIN, f64::max),
                _ => row.iter().take(self.values.len()).copied().fold(f64::MIN, f64::max),
            }
        };
        (0..n).map(most).sum()
    }

    /// The symbols that may stand at each place of the name, the best of each value, likeliest
    /// first.
    fn all_choices(&self, likelihoods: &Array2<f64>, end: usize) -> Vec<Vec<Choice>> {
        let n = likelihoods.nrows();
        let row = |i: usize| likelihoods.row((end + i) % n);
        let mut all: Vec<Vec<Choice>> = (Legend::MARKS..n).map(|i| self.choices(row(i))).collect();
        let mut gaps: Vec<f32> = all.iter().map(|choices| gap(choices)).collect();
        let mut state = 0;
        for (i, choices) in all.iter().enumerate() {
            state = moved(state, step(i, choices[0].value));
        }
        for (check, sum) in sums(state).into_iter().enumerate() {
            let row = row(1 + check);
            let others = (0..FIELD).filter(|other| *other != sum).map(|o| row[self.letters[o]]);
            gaps.push((row[self.letters[sum]] - others.fold(f64::MIN, f64::max)) as f32);
        }
        if gaps.iter().any(|gap| *gap < 0.0) {
            return all;
        }
        // The likeliest letters are a text. Another one differs in several places, and what is
        // lost at one of them and, at the least, at the others must not be too much.
        let mut sorted = gaps.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let several = check::distance(all.len());
        let least: f32 = sorted[..several].iter().sum();
        for (choices, gap) in all.iter_mut().zip(gaps) {
            let elsewhere = least - gap.min(sorted[several - 1]);
            let most = choices[0].likelihood - (BEHIND - elsewhere);
            let followed = 1 + choices[1..].iter().take_while(|c| c.likelihood >= most).count();
            choices.truncate(followed);
        }
        all
    }

    /// The symbols that may stand at a place, likeliest first: the best of each value.
    fn choices(&self, row: ArrayView1<'_, f64>) -> Vec<Choice> {
        let mut best: Vec<Option<Choice>> = vec![None; FIELD];
        for (symbol, (&value, &likelihood)) in self.values.iter().zip(row).enumerate() {
            let likelihood = likelihood as f32;
            if best[value].is_none_or(|b| likelihood > b.likelihood) {
                best[value] = Some(Choice { value, symbol, likelihood });
            }
        }
        let mut choices: Vec<Choice> = best.into_iter().flatten().collect();
        choices.sort_by(|a, b| b.likelihood.total_cmp(&a.likelihood));
        let least = choices[0].likelihood - BEHIND;
        choices.retain(|c| c.likelihood >= least);
        choices
    }
}

/// The ways through all states, to each of them and on from it.
struct Trellis<'a> {
    code: &'a Code,
    likelihoods: &'a Array2<f64>,
    end: usize,
    /// For each place of the name.
    choices: Vec<Vec<Choice>>,
    /// Log-likelihood of the best way to each state, before each place and after the last.
    ways: Vec<States>,
    /// And on from each state that can be reached.
    onwards: Vec<States>,
}

impl<'a> Trellis<'a> {
    fn new(code: &'a Code, likelihoods: &'a Array2<f64>, end: usize) -> Self {
        let n = likelihoods.nrows();
        let place = |i: usize| (end + i) % n;
        let choices = code.all_choices(likelihoods, end);
        let mut first = States::none();
        let mut only = [f32::NEG_INFINITY; FIELD];
        only[0] = 0.0;
        first.set(0, &only);
        let mut ways = vec![first];
        for (i, choices) in choices.iter().enumerate() {
            let back = |choice: &Choice| step(i, choice.value).map(|step| (FIELD - step) % FIELD);
            let after = ways[i].led(choices, back, |_| true);
            ways.push(after);
        }
        let checks: [Vec<f32>; CHECKS] = std::array::from_fn(|check| {
            let row = likelihoods.row(place(1 + check));
            code.letters.iter().map(|&letter| row[letter] as f32).collect()
        });
        let mut last = States::none();
        for row in (0..ROWS).filter(|&row| ways[choices.len()].reached[row]) {
            let of_row = checks[0][row / FIELD] + checks[1][row % FIELD];
            last.set(row, &std::array::from_fn(|i| of_row + checks[2][i]));
        }
        let mut onwards = vec![last];
        for (i, choices) in choices.iter().enumerate().rev() {
            let forth = |choice: &Choice| step(i, choice.value);
            let before = onwards[onwards.len() - 1].led(choices, forth, |row| ways[i].reached[row]);
            onwards.push(before);
        }
        onwards.reverse();
        Self { code, likelihoods, end, choices, ways, onwards }
    }

    fn end_likelihood(&self) -> f64 {
        self.likelihoods[[self.end, self.code.values.len()]]
    }

    /// Log-likelihood of the best text.
    fn total(&self) -> f64 {
        f64::from(self.onwards[0].at(0)) + self.end_likelihood()
    }

    /// The best text, given that the best with its end mark elsewhere has `elsewhere`.
    fn decoded(&self, elsewhere: f64) -> Decoded {
        let n = self.likelihoods.nrows();
        let end_symbol = self.code.values.len();
        let name = self.choices.len();
        let best = self.onwards[0].at(0);
        let mut text = vec![end_symbol; n];
        let mut log_odds = vec![0.0; n];
        let mut runners_up = vec![0; n];
        let mut state = 0;
        for (i, choices) in self.choices.iter().enumerate() {
            let (ways, onwards) = (&self.ways[i], &self.onwards[i + 1]);
            let through = choices.iter().map(|choice| {
                let step = step(i, choice.value);
                let mut through = [f32::NEG_INFINITY; FIELD];
                for row in (0..ROWS).filter(|&row| ways.reached[row]) {
                    let onwards = onwards.turned(row, step);
                    let both = ways.turned(row, [0; CHECKS]).iter().zip(onwards);
                    through.iter_mut().zip(both).for_each(|(t, (way, on))| *t = t.max(way + on));
                }
                (choice, choice.likelihood + through.into_iter().fold(f32::MIN, f32::max))
            });
            let onward = |c: &Choice| c.likelihood + onwards.at(moved(state, step(i, c.value)));
            let order =
                |a: &usize, b: &usize| onward(&choices[*a]).total_cmp(&onward(&choices[*b]));
            let taken = (0..choices.len()).max_by(order).unwrap_or(0);
            let place = (self.end + Legend::MARKS + i) % n;
            let own = choices[taken];
            text[place] = own.symbol;
            (log_odds[place], runners_up[place]) = self.rival(place, own, best, through);
            state = moved(state, step(i, own.value));
        }
        for (check, &sum) in sums(state).iter().enumerate() {
            let place = (self.end + 1 + check) % n;
            let row = self.likelihoods.row(place);
            let behind = |&a: &usize, &b: &usize| {
                row[self.code.letters[a]].total_cmp(&row[self.code.letters[b]])
            };
            let other = (0..FIELD).filter(|other| *other != sum).max_by(behind);
            let mut rival = (f32::NEG_INFINITY, other.unwrap_or(0));
            for state in 0..STATES {
                let through = self.ways[name].at(state) + self.onwards[name].at(state);
                if through > rival.0 && sums(state)[check] != sum {
                    rival = (through, sums(state)[check]);
                }
            }
            text[place] = self.code.letters[sum];
            log_odds[place] = f64::from((best - rival.0).min(BEHIND));
            runners_up[place] = self.code.letters[rival.1];
        }
        let row = self.likelihoods.row(self.end);
        let others = (0..end_symbol).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        log_odds[self.end] = (self.total() - elsewhere).min(f64::from(BEHIND));
        runners_up[self.end] = others.unwrap_or(end_symbol);
        let first = (self.end + Legend::MARKS) % n;
        Decoded { text, first, likelihood: self.total(), log_odds, runners_up }
    }

    /// By how much the best text lies over the best one that has another symbol than `own` at a
    /// place of the name, and that symbol. `through`: the best texts through each choice.
    fn rival<'c>(
        &self,
        place: usize,
        own: Choice,
        best: f32,
        through: impl Iterator<Item = (&'c Choice, f32)>,
    ) -> (f64, usize) {
        let row = self.likelihoods.row(place);
        let others = through.filter(|(choice, _)| choice.value != own.value);
        let others = others.map(|(choice, through)| (f64::from(best - through), choice.symbol));
        // Symbols of the same value are one to the code; those that were not followed are far
        // behind.
        let values = self.code.values.iter().enumerate();
        let same = values.filter(|&(symbol, _)| symbol != own.symbol).map(|(symbol, &value)| {
            let behind = f64::from(own.likelihood) - row[symbol];
            (if value == own.value { behind } else { behind.max(f64::from(BEHIND)) }, symbol)
        });
        let least = others.chain(same).min_by(|a, b| a.0.total_cmp(&b.0));
        least.map_or((f64::from(BEHIND), own.symbol), |(odds, symbol)| {
            (odds.min(f64::from(BEHIND)), symbol)
        })
    }
}

/// How far the second choice lies behind the first.
fn gap(choices: &[Choice]) -> f32 {
    choices.get(1).map_or(BEHIND, |second| choices[0].likelihood - second.likelihood)
}

/// The check sums of a state.
fn sums(state: usize) -> [usize; CHECKS] {
    [state / (FIELD * FIELD), state / FIELD % FIELD, state % FIELD]
}

/// What a value at a place of the name adds to the check sums.
fn step(place: usize, value: usize) -> [usize; CHECKS] {
    check::weights(place).map(|weight| weight * value % FIELD)
}

fn moved(state: usize, step: [usize; CHECKS]) -> usize {
    let [a, b, c] = sums(state);
    let add = |sum: usize, step: usize| (sum + step) % FIELD;
    (add(a, step[0]) * FIELD + add(b, step[1])) * FIELD + add(c, step[2])
}

/// A number for each state: rows of [`FIELD`] that differ in the last sum alone, each row twice one
/// after the other, so that a turned row is a slice.
struct States {
    values: Vec<f32>,
    /// Rows that hold anything.
    reached: Vec<bool>,
}

impl States {
    fn none() -> Self {
        Self { values: vec![f32::NEG_INFINITY; 2 * STATES], reached: vec![false; ROWS] }
    }

    fn set(&mut self, row: usize, values: &[f32; FIELD]) {
        let both = &mut self.values[2 * FIELD * row..][..2 * FIELD];
        both[..FIELD].copy_from_slice(values);
        both[FIELD..].copy_from_slice(values);
        self.reached[row] = true;
    }

    fn at(&self, state: usize) -> f32 {
        self.values[state / FIELD * 2 * FIELD + state % FIELD]
    }

    /// The states that a row's lead to by a step.
    fn turned(&self, row: usize, step: [usize; CHECKS]) -> &[f32] {
        &self.values[led(row, step) * 2 * FIELD + step[2]..][..FIELD]
    }

    /// For each state of these rows, the most over the choices of its likelihood and what is here
    /// at the state to which its step leads.
    fn led(
        &self,
        choices: &[Choice],
        step: impl Fn(&Choice) -> [usize; CHECKS],
        which: impl Fn(usize) -> bool,
    ) -> Self {
        let choices: Vec<_> = choices.iter().map(|c| (step(c), c.likelihood)).collect();
        let mut led_from = Self::none();
        for row in (0..ROWS).filter(|&row| which(row)) {
            let mut most = [f32::NEG_INFINITY; FIELD];
            let mut reached = false;
            for &(step, likelihood) in &choices {
                if self.reached[led(row, step)] {
                    reached = true;
                    let there = self.turned(row, step);
                    most.iter_mut().zip(there).for_each(|(m, t)| *m = m.max(likelihood + t));
                }
            }
            if reached {
                led_from.set(row, &most);
            }
        }
        led_from
    }
}

/// The row to which a step leads.
fn led(row: usize, step: [usize; CHECKS]) -> usize {
    (row / FIELD + step[0]) % FIELD * FIELD + (row % FIELD + step[1]) % FIELD
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Name;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn alphabet(script: Script) -> Vec<Symbol> {
        script.symbols().chain([script.end()]).collect()
    }

    /// Places in the alphabet of a name's legend.
    fn circle(surname: &str, given: &str) -> (Script, Vec<usize>) {
        let name = Name::new(surname, given).ok().unwrap();
        let legend = Legend::of(&name, 64).ok().unwrap();
        let symbols = alphabet(name.script());
        let place = |s: &Symbol| symbols.iter().position(|own| own == s).unwrap();
        (name.script(), legend.symbols().iter().map(place).collect())
    }

    /// Log-likelihoods at which every wrong symbol lies `behind` nepers behind the text.
    fn clear(text: &[usize], symbols: usize, behind: f64) -> Array2<f64> {
        let at = |(place, symbol)| if text[place] == symbol { 0.0 } else { -behind };
        Array2::from_shape_fn((text.len(), symbols), at)
    }

    #[test]
    fn three_letters_that_are_misread_come_right() {
        for (surname, given) in [("Müller", "Zoë"), ("Әбдіғаппаров", "Қаһарман"), ("O'Brien", "")]
        {
            let (script, text) = circle(surname, given);
            let symbols = alphabet(script);
            let code = Code::of(script, &symbols);
            let mut likelihoods = clear(&text, symbols.len(), 20.0);
            for (place, other) in [(1, 30), (3, 37), (4, 7)] {
                likelihoods[[place, other]] = 2.0;
            }
            let mut turned = Array2::zeros(likelihoods.raw_dim());
            let n = text.len();
            for place in 0..n {
                turned.row_mut((place + 5) % n).assign(&likelihoods.row(place));
            }
            let decoded = code.decode(&turned).unwrap();
            let read: Vec<usize> = (0..n).map(|i| decoded.text[(decoded.first + i) % n]).collect();
            assert_eq!((read, decoded.first), (text, 5));
            let least = decoded.log_odds.iter().copied().fold(f64::INFINITY, f64::min);
            // Another text has four other symbols at least, three of them the misread ones.
            assert!(least >= 20.0 - 6.0 - 1e-3, "{least}");
        }
    }

    #[test]
    fn odds_are_those_of_the_next_text() {
        // By trial of every text: names of one letter.
        let (script, text) = circle("B", "");
        let symbols = alphabet(script);
        let code = Code::of(script, &symbols);
        let mut random = ChaCha8Rng::seed_from_u64(7);
        for _ in 0..20 {
            let mut likelihoods = clear(&text, symbols.len(), 4.0);
            likelihoods.mapv_inplace(|v| v + random.random_range(-3.0..3.0));
            likelihoods.row_mut(1).fill(-60.0);
            likelihoods[[1, symbols.len() - 1]] = 0.0;
            let decoded = code.decode(&likelihoods).unwrap();
            let total = |letter: usize| -> f64 {
                let checks = check::symbols(&[symbols[letter]], script);
                let place = |s: &Symbol| symbols.iter().position(|own| own == s).unwrap();
                let checks = checks.iter().enumerate();
                likelihoods[[0, letter]]
                    + checks.map(|(i, s)| likelihoods[[2 + i, place(s)]]).sum::<f64>()
            };
            let mut totals: Vec<f64> = (0..symbols.len() - 1).map(total).collect();
            totals.sort_by(|a, b| b.total_cmp(a));
            assert!((decoded.likelihood - totals[0]).abs() < 1e-3);
            assert!((decoded.next() - totals[1]).abs() < 1e-3, "{decoded:?} {totals:?}");
        }
    }

    #[test]
    fn too_short_a_circle_is_no_text() {
        let symbols = alphabet(Script::Latin);
        let code = Code::of(Script::Latin, &symbols);
        assert!(code.decode(&Array2::zeros((Legend::FEWEST - 1, symbols.len()))).is_none());
        assert!(code.decode(&Array2::zeros((Legend::FEWEST, symbols.len()))).is_some());
    }
}
