//! How much a search may cost. Work is counted, not timed, and spent in a fixed order, the likeliest
//! places first: what is found depends on neither the machine nor its threads.

use std::cell::Cell;

use crate::spec::Mode;

/// What may be spent, in columns that are sought quickly, which take some 0.07 s of a core: on a scan of
/// one portrait, by legend, twice what the worst genuine ones need; on all places of a page that
/// show nothing of the microtext; and on those at each resolution that is tried beside the stated one.
const PORTRAIT: usize = 60;
const PAGE: usize = 36;
const ESTIMATED: usize = 10;
/// Seeking columns quickly, and thoroughly.
const QUICK: usize = 1;
const THOROUGH: usize = 8;
/// With less than this left all is sought quickly, so that more places are looked at: two of a page
/// that shows nothing are looked at thoroughly, and two quickly.
const SCANT: usize = 16;
/// A reading's cost begins with its templates and grows with the square of its symbols: so many are one
/// unit. Letter screens are read at several gains.
const TEMPLATES: usize = 4;
const TINTED: usize = 300;
const SCREENED: usize = 50;

/// What is left to spend.
#[derive(Debug)]
pub struct Budget(Cell<usize>);

impl Budget {
    /// For a scan of one portrait with so many legends. `lawful`: at a resolution that was told from
    /// waves.
    #[must_use]
    pub fn of_portrait(legends: usize, lawful: bool) -> Self {
        Self::of(PORTRAIT, legends, lawful)
    }

    /// For a page of portraits, in the same way.
    #[must_use]
    pub fn of_page(legends: usize, lawful: bool) -> Self {
        Self::of(PAGE, legends, lawful)
    }

    fn of(stated: usize, legends: usize, lawful: bool) -> Self {
        Self(Cell::new(if lawful { ESTIMATED } else { stated } * legends.max(1)))
    }

    /// What is left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.0.get()
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.left() == 0
    }

    /// Whether there is enough for looking thoroughly.
    #[must_use]
    pub fn is_ample(&self) -> bool {
        self.left() >= SCANT
    }

    /// Takes the price of columns.
    pub fn seek(&self, thorough: bool) {
        self.spend(if thorough { THOROUGH } else { QUICK });
    }

    /// Takes the price of a text of so many symbols.
    pub fn read(&self, symbols: usize, mode: Mode) {
        let square = match mode {
            Mode::Tint => TINTED,
            Mode::Screen => SCREENED,
        };
        self.spend(TEMPLATES + symbols * symbols / square);
    }

    /// Gives back what was spent since `left` was left: it led to microtext, of which a page has no more
    /// than it has room for.
    pub fn give_back(&self, left: usize) {
        self.0.set(left);
    }

    fn spend(&self, price: usize) {
        self.0.set(self.left().saturating_sub(price));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a place costs of which nothing is read: its strongest wave, four others, the other mode.
    fn look(budget: &Budget) -> bool {
        let thorough = budget.is_ample();
        budget.seek(thorough);
        (0..5).for_each(|_| budget.seek(false));
        thorough
    }

    #[test]
    fn some_places_are_looked_at_thoroughly_and_then_some_quickly() {
        let budget = Budget::of_page(1, false);
        let mut looks = Vec::new();
        while !budget.is_spent() {
            looks.push(look(&budget));
        }
        assert_eq!(looks, [true, true, false, false]);
        let twice = Budget::of_page(2, false);
        assert!(twice.left() == 2 * PAGE && Budget::of_page(1, true).left() < PAGE);
    }

    #[test]
    fn what_led_to_microtext_costs_nothing_and_texts_cost_by_their_length() {
        let budget = Budget::of_portrait(1, false);
        let before = budget.left();
        look(&budget);
        budget.give_back(before);
        assert_eq!(budget.left(), PORTRAIT);
        budget.read(20, Mode::Tint);
        assert_eq!(budget.left(), PORTRAIT - 5);
        budget.read(40, Mode::Screen);
        assert_eq!(budget.left(), PORTRAIT - 5 - 36);
        budget.read(60, Mode::Screen);
        assert!(budget.is_spent() && !budget.is_ample());
    }
}
