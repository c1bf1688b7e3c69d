//! What one portrait gets: its legends, and with which symbol each line begins.

use super::alphabet::Symbol;
use super::key::{DocumentNumber, IssuerKey, RowKey};
use super::layout::{Cell, Line, Rows};
use super::legend::{Legend, Name, NameError};
use super::profile::Profile;
use super::signed::bars::BARS;
use super::signed::code;
use crate::imaging::Mm;

/// The microtext of one holder, and of one document if it is keyed. Personal data: it has no
/// `Debug` output.
#[derive(Clone)]
pub struct Imprint {
    legends: Vec<Legend>,
    /// Of each legend; none where the print is not keyed.
    keys: Vec<RowKey>,
    /// What the payload lines repeat; nothing where the print is not signed.
    payload: Vec<Symbol>,
}

impl Imprint {
    /// The name alone: every line begins where the layout's law has it.
    ///
    /// # Errors
    /// [`NameError`].
    pub fn new(name: &Name, profile: &Profile) -> Result<Self, NameError> {
        Ok(Self { legends: Legend::all(name, profile)?, keys: Vec::new(), payload: Vec::new() })
    }

    /// The name in a document: half of the lines begin where the key says.
    ///
    /// # Errors
    /// [`NameError`].
    pub fn keyed(
        name: &Name,
        profile: &Profile,
        key: &IssuerKey,
        document: &DocumentNumber,
    ) -> Result<Self, NameError> {
        let legends = Legend::all(name, profile)?;
        let keys = legends.iter().map(|legend| key.rows(document, legend, profile)).collect();
        Ok(Self { legends, keys, payload: Vec::new() })
    }

    /// The same with a payload on every sixth line.
    #[must_use]
    pub fn with_payload(mut self, bytes: &[u8; code::BYTES]) -> Self {
        let glyphs = code::encode(bytes);
        self.payload = glyphs.iter().map(|&glyph| BARS[usize::from(glyph)]).collect();
        self
    }

    /// The legends that take turns from line to line.
    #[must_use]
    pub fn legends(&self) -> &[Legend] {
        &self.legends
    }

    /// Whether a key says where lines begin.
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether every sixth line carries a payload.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        !self.payload.is_empty()
    }

    /// The symbols of each legend, and of the payload after those.
    pub fn texts(&self) -> impl Iterator<Item = &[Symbol]> {
        let payload = Some(self.payload.as_slice()).filter(|payload| !payload.is_empty());
        self.legends.iter().map(Legend::symbols).chain(payload)
    }

    /// Of line `row`: which text it has, with which symbol or, in a payload, cell it begins, and how many
    /// symbols that text has.
    fn begin(&self, row: usize, profile: &Profile) -> [usize; 3] {
        let layout = &profile.layout;
        let rows = Rows::of(self.is_keyed(), self.is_signed());
        let legend = layout.legend_of(row);
        let length = self.legends[legend].symbols().len();
        match layout.line(row, rows) {
            Line::Name => [legend, layout.row_phase(row, length), length],
            Line::Keyed => [legend, self.keys[legend].phase(row, length), length],
            Line::Payload => {
                [self.legends.len(), code::first_cell(row, rows, profile), self.payload.len()]
            }
        }
    }

    /// The symbols of line `row` over the portrait's width, the last one perhaps cut.
    pub fn cells(&self, row: usize, profile: &Profile) -> impl Iterator<Item = Cell> + use<> {
        let layout = profile.layout;
        let width = profile.width;
        let [text, first, length] = self.begin(row, profile);
        let is_payload = text == self.legends.len();
        let cap_height = layout.cap_height_of(row);
        let baseline = row as f64 * layout.pitch.0 + layout.baseline(cap_height).0;
        (0..(width.0 / layout.advance.0).ceil() as usize).map(move |cell| {
            let left = cell as f64 * layout.advance.0;
            let middle = Mm(left + 0.5 * layout.advance.0);
            let wave = layout.wave.map_or(0.0, |wave| wave.at(middle, row as f64).0);
            Cell {
                text,
                symbol: if is_payload {
                    code::glyph_of(first + cell)
                } else {
                    (cell + first) % length
                },
                left: Mm(left),
                baseline: Mm(baseline + wave),
                cap_height,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::layout::{Layout, Wave};

    #[test]
    fn lines_take_turns_in_size_and_legend_and_wave() {
        let wave = Wave { amplitude: Mm(0.1), period: Mm(8.0), drift: Mm(0.5) };
        let layout = Layout {
            second_cap_height: Some(Mm(0.2)),
            wave: Some(wave),
            legends: 2,
            ..Layout::plain(Mm(0.24), Mm(0.25), Mm(0.4))
        };
        let profile = Profile { layout, width: Mm(10.0), ..Profile::default() };
        let name = Name::new("А", "").unwrap().with_second(Name::new("Lee", "").unwrap());
        let imprint = Imprint::new(&name, &profile).unwrap();
        let lengths = [0, 1].map(|i| imprint.legends()[i].symbols().len());
        let line = |row| imprint.cells(row, &profile).collect::<Vec<_>>();
        let (first, second) = (line(0), line(1));
        assert_eq!(first.len(), 40);
        assert!(
            first.iter().all(|c| c.text == 0 && c.symbol < lengths[0] && c.cap_height == Mm(0.24))
        );
        assert!(
            second.iter().all(|c| c.text == 1 && c.symbol < lengths[1] && c.cap_height == Mm(0.2))
        );
        let mean = |cells: &[Cell]| cells[..32].iter().map(|c| c.baseline.0).sum::<f64>() / 32.0;
        assert!((mean(&first) - 0.32).abs() < 1e-9 && (mean(&second) - 0.7).abs() < 1e-9);
        assert!(
            (wave.at(Mm(2.5), 1.0).0 - 0.1).abs() < 1e-9,
            "a crest, drifted by half a millimetre"
        );
    }

    #[test]
    fn a_key_moves_every_second_line() {
        let profile = Profile::default();
        let name = Name::new("Назарбаева", "Әсел").unwrap();
        let key = IssuerKey::generate().unwrap();
        let document = "N1234567".parse().unwrap();
        let plain = Imprint::new(&name, &profile).unwrap();
        let keyed = Imprint::keyed(&name, &profile, &key, &document).unwrap();
        let first = |imprint: &Imprint, row| imprint.cells(row, &profile).next().unwrap().symbol;
        let same = |row: &usize| first(&plain, *row) == first(&keyed, *row);
        assert!((0..112).step_by(2).all(|row| same(&row)));
        let by_chance = (1..112).step_by(2).filter(same).count();
        assert!(by_chance < 14, "{by_chance} of 56, each 1 in 20");
    }
}
