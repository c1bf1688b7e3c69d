//! The columns: how wide a symbol is, after how many the text repeats, and with which symbol each
//! line begins.

use crate::inspect::signal::geometry::{Bend, Surface};
use crate::inspect::synchronisation::row_phase::RowPhases;

/// Steepest shear between lines and columns that is sought, in cells a line: steeper waves are a
/// halftone's. A guess.
pub const SHEAR: f64 = 0.12;

/// The period of the text and the place of each line in it.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Symbols of the legend.
    pub symbols: usize,
    /// From one symbol to the next, in line pitches.
    pub advance: f64,
    /// How far the repetition stands over chance, in standard deviations.
    pub repetition: f64,
    /// How well the lines' offsets fall on whole symbols: 0 (at random) to 1.
    pub lattice: f64,
    /// Shift of the columns from one line to the next, in symbols.
    pub shear: f64,
    /// Fraction of a symbol that the lines' shifts have in common.
    pub(super) common: f64,
    /// The first line of `phases`.
    pub first_line: i64,
    /// Distance along the lines, in pitches, at which the phases count.
    pub origin: f64,
    /// For each line, the number of the symbol at the origin; none where the line could not be
    /// placed. Which symbol has number 0, and where in its cell the origin lies, is not known yet.
    pub phases: Vec<Option<usize>>,
    /// How the lines follow the generator's row-phase sequence, if they do.
    pub row_phases: Option<RowPhases>,
    /// How the columns lie, where they are not even.
    pub bend: Option<Bend>,
    /// How many symbols the text lies ahead of evenly spaced columns, over (along, line) in
    /// pitches.
    pub displacement: Option<Surface>,
}

impl Columns {
    /// The number of the symbol at the origin of this line, if the line could be placed.
    #[must_use]
    pub fn phase(&self, line: i64) -> Option<usize> {
        *self.phases.get(usize::try_from(line - self.first_line).ok()?)?
    }

    /// The same, with the lines of others placed, too, wherever their symbols have their numbers: for what
    /// asks for cells alone.
    #[must_use]
    pub fn with_lines_of(&self, others: &Self) -> Self {
        let mut all = self.clone();
        for (phase, other) in all.phases.iter_mut().zip(&others.phases) {
            *phase = phase.or(other.map(|_| 0));
        }
        all
    }

    /// How many symbols the place (`along`, `line` with fraction) lies from the origin of its line.
    #[must_use]
    pub fn symbols_from_origin(&self, along: f64, line: f64) -> f64 {
        let along = self.bend.as_ref().map_or(along, |bend| bend.even(along, line));
        let displacement =
            self.displacement.as_ref().map_or(0.0, |displacement| displacement.at([along, line]));
        (along - self.origin) / self.advance
            + self.shear * (line - self.first_line as f64 - 0.5)
            + displacement
    }

    /// Where on a line the place is that lies so many symbols from its origin: its distance along.
    #[must_use]
    pub fn along(&self, symbols: f64, line: f64) -> f64 {
        let mut along = self.origin + symbols * self.advance;
        for _ in 0..4 {
            along += (symbols - self.symbols_from_origin(along, line)) * self.advance;
        }
        along
    }

    /// Even columns of these lines.
    #[cfg(test)]
    pub fn even(symbols: usize, advance: f64, phases: Vec<usize>) -> Self {
        Self {
            symbols,
            advance,
            repetition: 9.0,
            lattice: 1.0,
            shear: 0.0,
            common: 0.0,
            first_line: 0,
            origin: 0.0,
            phases: phases.into_iter().map(Some).collect(),
            row_phases: None,
            bend: None,
            displacement: None,
        }
    }

    /// Share of the lines that could be placed.
    #[must_use]
    pub fn placed(&self) -> f64 {
        self.phases.iter().flatten().count() as f64 / self.phases.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Columns {
        Columns {
            shear: 0.03,
            first_line: -3,
            origin: -40.0,
            phases: vec![Some(4), None, Some(16), Some(0)],
            bend: Some(Bend { cells: Surface::plane([0.0; 2], 0.1, [0.002, 0.001]), cell: 0.56 }),
            displacement: Some(Surface::plane([30.0, 60.0], 0.2, [0.004, -0.003])),
            ..Columns::even(17, 0.56, Vec::new())
        }
    }

    #[test]
    fn symbols_and_distances_along_are_inverse() {
        let columns = columns();
        for line in [-2.5, 40.5, 128.25] {
            for along in [-40.0, -3.3, 0.0, 55.0] {
                let symbols = columns.symbols_from_origin(along, line);
                let back = columns.along(symbols, line);
                assert!((back - along).abs() < 1e-6, "{line} {along}: {back}");
            }
        }
    }

    #[test]
    fn even_columns_are_counted_from_the_first_line_and_the_origin() {
        let even = Columns { bend: None, displacement: None, ..columns() };
        assert!(even.symbols_from_origin(-40.0, -2.5).abs() < 1e-12);
        assert!((even.symbols_from_origin(-40.0 + 5.6, -2.5) - 10.0).abs() < 1e-12);
        assert!((even.symbols_from_origin(-40.0, 7.5) - 0.3).abs() < 1e-12);
    }

    #[test]
    fn phases_are_those_of_the_lines_by_number() {
        let columns = columns();
        let found = [-4, -3, -2, -1, 0, 1].map(|line| columns.phase(line));
        assert_eq!(found, [None, Some(4), None, Some(16), Some(0), None]);
        assert!((columns.placed() - 0.75).abs() < 1e-12);
    }
}
