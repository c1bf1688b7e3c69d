//! The cells of one portrait, held against what should stand in them or beside them.

use crate::imaging::{Mm, Plane};
use crate::inspect::recognition::reading::Reading;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::scan::Scan;
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::tamper::cells::{self, Cells, OTHERS, Templates};
use crate::spec::{Profile, modulation};

/// Search margin beyond the coherent area: a page pattern may continue the lines. A guess.
const BESIDE: Mm = Mm(6.0);

/// What cells are measured with: the scan, where its letters lie, and what they should look like.
pub struct CellMeasurer<'a> {
    scan: &'a Scan,
    flat: &'a Flat,
    columns: &'a Columns,
    /// The portrait with room to either side.
    wide: Frame,
    down: [f64; 2],
    /// Signed amplitude of the letters, by block of `flat`.
    amplitude: Plane,
    /// What the stack should look like, in the scan's order.
    expected: Vec<f32>,
    /// Where the first symbol begins in the stack, in symbols.
    begins: f64,
    /// Width of a portrait, in symbols.
    width: f64,
}

impl<'a> CellMeasurer<'a> {
    /// For the text of `reading`; `turn`: the lightness at which letters turn from lighter to darker
    /// than their ground.
    #[must_use]
    pub fn new(
        (scan, flat): (&'a Scan, &'a Flat),
        frame: &Frame,
        columns: &'a Columns,
        reading: &Reading,
        turn: f32,
        profile: &Profile,
    ) -> Self {
        let signed = |l: &f32| {
            let size = modulation::amplitude_of(*l, 1.0);
            if *l > turn { -size } else { size }
        };
        Self {
            scan,
            flat,
            columns,
            wide: frame.wider(BESIDE.0 / profile.layout.pitch.0),
            down: frame.down,
            amplitude: flat.lightness.map(signed),
            expected: reading.expected_in_stack(),
            begins: reading.begin_in_stack(),
            width: profile.width.0 / profile.layout.advance.0,
        }
    }

    /// The cells of the portrait, and from where to where it reaches along the lines, in symbols from
    /// their origins. None where the scan does not hold all of it.
    #[must_use]
    pub fn cells(&self) -> Option<(Cells, [f64; 2])> {
        let cells = self.measure(&Templates::new(&self.expected, self.columns.symbols));
        let (from, step) = match self.columns.row_phases {
            Some(phases) => {
                let backwards = phases.orientation.runs_backwards();
                let begin = self.begins - phases.turn() as f64;
                let from = begin - if backwards { self.width } else { 0.0 };
                (from, self.columns.symbols as f64)
            }
            None => (0.0, 1.0),
        };
        let left = cells.left_edge(self.width, from, step)?;
        let across = [left, left + self.width];
        Some((cells.within(self.down, across), across))
    }

    /// The same cells with others that are the text moved by so many bins of the stack, along and
    /// across.
    #[must_use]
    pub fn displaced(&self, across: [f64; 2], by: [[i32; 2]; OTHERS]) -> Cells {
        let templates = Templates::displaced(&self.expected, self.columns.symbols, by);
        self.measure(&templates).within(self.down, across)
    }

    fn measure(&self, templates: &Templates) -> Cells {
        cells::measure(self.flat, self.scan, &self.wide, self.columns, &self.amplitude, templates)
    }
}
