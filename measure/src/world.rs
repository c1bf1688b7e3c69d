//! Where prints are scanned: the channel, which the reader was made with, or the rival, which it was not.

use anyhow::{Result, bail};
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::Picture;

use crate::rival::{self, Kind, Part};

/// A printer and a scanner of one kind, yet to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// The channel's.
    Channel(Preset),
    /// The rival's, from this part of its ranges.
    Rival(Kind, Part),
}

/// A scan, and where the places of its pixels lie in the print, in millimetres.
pub struct Scanned {
    /// The scan.
    pub scan: Picture,
    /// Its pixels' places.
    pub to_print: Box<dyn Fn([f64; 2]) -> [f64; 2]>,
}

impl World {
    /// One for each of these presets, by the name of their worlds: `channel`, `tuning` or `final`.
    ///
    /// # Errors
    /// For other names.
    pub fn all(world: &str, presets: &[String]) -> Result<Vec<Self>> {
        let one = |name: &String| {
            Ok(match world {
                "channel" => Self::Channel(name.parse()?),
                "tuning" => Self::Rival(kind(name)?, Part::Tuning),
                "final" => Self::Rival(kind(name)?, Part::Final),
                _ => bail!("{world} is none of channel, tuning and final"),
            })
        };
        presets.iter().map(one).collect()
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Channel(preset) => preset.to_string(),
            Self::Rival(kind, part) => {
                let part = if part == Part::Tuning { "tuning" } else { "final" };
                format!("rival {}, {part}", kind.name())
            }
        }
    }

    /// Prints and scans by a seed.
    ///
    /// # Errors
    /// Those of the channel.
    pub fn scan(self, print: &Picture, seed: u64) -> Result<Scanned> {
        match self {
            Self::Channel(preset) => {
                let conditions = Conditions::draw(preset, seed);
                let scan = print_and_scan(print, &conditions, seed)?;
                let geometry = conditions.geometry(print)?;
                Ok(Scanned { scan, to_print: Box::new(move |pixel| geometry.to_print(pixel)) })
            }
            Self::Rival(kind, part) => {
                let world = rival::World::draw(kind, seed, part);
                let scan = world.print_and_scan(print);
                Ok(Scanned { scan, to_print: Box::new(move |pixel| world.to_print(pixel)) })
            }
        }
    }
}

fn kind(name: &str) -> Result<Kind> {
    match Kind::ALL.into_iter().find(|kind| kind.name() == name) {
        Some(kind) => Ok(kind),
        None => bail!("the rival has no {name}"),
    }
}
