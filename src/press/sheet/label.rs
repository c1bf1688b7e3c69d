//! The label of a panel: what its code says.

use std::fmt;
use std::str::FromStr;

use super::plan::Size;

/// Signs of a sheet's number.
pub const NUMBER: usize = 6;

/// Which sheet and which of its panels this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The sheet's size.
    pub size: Size,
    /// Which of its panels, from 0.
    pub panel: usize,
    /// The sheet's number: capital letters and digits.
    pub number: String,
}

/// As the code has it: 19 signs or fewer of the alphanumeric set, `TUMAR1:A4:0:ABC123`.
impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = match self.size {
            Size::Card => "CARD",
            Size::PassportPage => "PAGE",
            Size::A4 => "A4",
        };
        write!(f, "TUMAR1:{size}:{}:{}", self.panel, self.number)
    }
}

impl FromStr for Label {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(':');
        let mut next = || parts.next().ok_or(());
        if next()? != "TUMAR1" {
            return Err(());
        }
        let size = match next()? {
            "CARD" => Size::Card,
            "PAGE" => Size::PassportPage,
            "A4" => Size::A4,
            _ => return Err(()),
        };
        let panel: usize = next()?.parse().map_err(drop)?;
        let number = next()?.to_owned();
        let is_right = panel < size.panels().len() && is_number(&number) && parts.next().is_none();
        is_right.then_some(Self { size, panel, number }).ok_or(())
    }
}

/// Whether a sheet may have this number.
#[must_use]
pub fn is_number(text: &str) -> bool {
    (1..=NUMBER).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_as_they_were_written() {
        for size in Size::ALL {
            let label = Label { size, panel: 0, number: "7K2Q".to_owned() };
            assert_eq!(label.to_string().parse(), Ok(label));
        }
        for wrong in ["", "TUMAR1:A4:4:A", "TUMAR2:A4:0:A", "TUMAR1:A4:0:a", "TUMAR1:A4:0:A:B"] {
            assert_eq!(wrong.parse::<Label>(), Err(()), "{wrong}");
        }
    }
}
