//! Where the reading begins: the cells' place in the stack, and how blurred it is, by how well
//! single letters fit, their neighbours unknown.

use crate::imaging::Mm;
use crate::inspect::recognition::field::{CELL, Field, normalised_cell, plain_dot};
use crate::inspect::recognition::templates::{Alphabet, Imaging};
use crate::inspect::stacking::grid::ALONG;
use crate::spec::{Script, Symbol};

/// Places of the cells that are tried (every second bin) and blurs. The carrier gives the line's
/// place to some hundredths of a pitch, the columns the cell's not at all. Guesses; blurs in
/// millimetres, for letters of the default size.
const PLACE_STEP: usize = 2;
const BLURS: [Mm; 2] = [Mm(0.035), Mm(0.065)];
/// Symbols of the circles that are followed together, each way they may run: short ones are
/// ambiguous. A guess.
const FOLLOWED: usize = 48;

/// Where a search begins.
pub struct Start {
    /// Place among the alphabets.
    pub alphabet: usize,
    /// Place among the fields.
    pub field: usize,
    /// Bins from the stack's beginning to a cell's.
    pub bins: usize,
    /// Blur, and no shift yet.
    pub imaging: Imaging,
    score: f32,
}

/// The likeliest starts in each of these fields, which show one stack in several orientations.
#[must_use]
pub fn starts(fields: &[Field], alphabets: &[Alphabet; 2]) -> Vec<Start> {
    let Some(symbols) = fields.first().map(|field| field.symbols) else { return Vec::new() };
    let mut scored = Vec::new();
    for (number, alphabet) in alphabets.iter().enumerate() {
        // The plain letters tell place and blur as well as all of them.
        let plain: Vec<usize> =
            (0..alphabet.symbols.len()).filter(|&i| is_plain(alphabet.symbols[i])).collect();
        for blur in BLURS {
            let imaging = Imaging { along: 0.0, down: 0.0, blur };
            let templates = alphabet.templates(&plain, &imaging);
            let cells: Vec<[f32; CELL]> = templates.iter().map(normalised_cell).collect();
            for (place, field) in fields.iter().enumerate() {
                for bins in (0..ALONG).step_by(PLACE_STEP) {
                    let score = (0..symbols).map(|s| best_match(field, s, bins, &cells)).sum();
                    scored.push(Start { alphabet: number, field: place, bins, imaging, score });
                }
            }
        }
    }
    scored.sort_by(|a, b| b.score.total_cmp(&a.score));
    // One start for each place and blur: the script is settled anyway.
    let followed = (FOLLOWED / symbols).clamp(2, 2 * ALONG / PLACE_STEP);
    let mut kept: Vec<Start> = Vec::new();
    for start in scored {
        let alike = || kept.iter().filter(|k| k.field == start.field);
        if alike().count() < followed
            && alike().all(|k| (k.bins, k.imaging) != (start.bins, start.imaging))
        {
            kept.push(start);
        }
    }
    kept
}

fn is_plain(symbol: Symbol) -> bool {
    let c = symbol.character();
    c.is_ascii_uppercase() || Script::of(c) == Some(Script::Cyrillic) || c == '<'
}

/// Energy of the field in a cell that the best template explains there.
fn best_match(field: &Field, symbol: usize, bins: usize, cells: &[[f32; CELL]]) -> f32 {
    let mut own = [0.0f32; CELL];
    field.cell(symbol, bins, &mut own);
    let best = cells.iter().map(|cell| plain_dot(cell, &own));
    best.fold(0.0, f32::max).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::recognition::templates::Alphabets;
    use crate::inspect::stacking::grid::ACROSS;
    use crate::spec::Profile;

    #[test]
    fn a_text_that_begins_within_a_cell_is_started_there() {
        let profile = Profile::default();
        let alphabets = Alphabets::new(&profile);
        let alphabets = alphabets.tinted();
        let imaging = Imaging { along: 0.0, down: 0.0, blur: BLURS[0] };
        let text: Vec<usize> = (0..15).map(|i| i * 7 % 26).collect();
        let templates = alphabets[0].templates(&text, &imaging);
        let bins = text.len() * ALONG * ACROSS;
        let empty =
            Field { symbols: text.len(), heights: vec![0.0; bins], weights: vec![1.0; bins] };
        let field = Field { heights: empty.render(templates.iter()), ..empty };
        // The stack begins four bins before a cell does.
        let found = starts(&[field.turned(field.length() - 4)], alphabets);
        assert_eq!((found[0].bins, found[0].alphabet, found[0].imaging), (4, 0, imaging));
        assert!(found.len() >= 2);
    }
}
