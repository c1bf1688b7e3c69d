//! One scan, read once, and the names that are held against it.

use anyhow::Result;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tumar::imaging::Picture;
use tumar::inspect::decision::likelihood;
use tumar::inspect::decision::text::{Expected, Text};
use tumar::inspect::{Inspection, Reader};
use tumar::issue::embed;
use tumar::spec::{Legend, Mode, Name, Profile};

use super::condition::Condition;
use measure::blind;
use measure::neighbours::{Kind, neighbours};
use measure::portraits::Portrait;
use measure::seed::seed;

/// Whose name is held against a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Whose {
    /// The holder's.
    Own,
    /// Anybody's.
    Other,
    /// One that differs from the holder's in one letter.
    Near(Kind),
}

/// What came of one scan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trial {
    pub(crate) condition: String,
    pub(crate) strength: f64,
    pub(crate) portrait: String,
    /// The letters, if text is established.
    pub(crate) text: Option<Text>,
    /// What each name comes to, if text is established.
    pub(crate) names: Vec<(Whose, Option<Expected>)>,
}

/// What is printed, and the names that are held against its scans besides the holder's and those near
/// it.
pub(crate) struct Print<'a> {
    pub(crate) portrait: &'a Portrait,
    pub(crate) holder: &'a Name,
    pub(crate) others: &'a [Name],
    pub(crate) strength: f64,
}

/// Letters of each kind that a near name has in place of the holder's.
const EACH: usize = 3;
/// JSON has no infinity: what is further than this from likely is no further.
const FAR: f64 = 1e6;

impl Print<'_> {
    /// One scan in each of these conditions.
    pub(crate) fn scanned(
        &self,
        conditions: &[Condition],
        reader: &Reader<'_>,
    ) -> Result<Vec<Trial>> {
        let mut trials = Vec::new();
        for mode in [Mode::Tint, Mode::Screen] {
            let of_mode = || conditions.iter().filter(move |c| c.mode == mode);
            if of_mode().next().is_none() {
                continue;
            }
            let profile = Profile::default().with_strength(self.strength)?.with_mode(mode);
            let print = embed(&self.portrait.picture, self.holder, &profile)?.picture;
            for condition in of_mode() {
                trials.push(self.trial(&print, condition, reader)?);
            }
        }
        Ok(trials)
    }

    fn trial(&self, print: &Picture, of: &Condition, reader: &Reader<'_>) -> Result<Trial> {
        let title = &self.portrait.title;
        let seed = seed(title, &Legend::of(self.holder, usize::MAX)?.text(), 0);
        let inspection = blind::read(print, of.preset, of.ppi, seed, reader)?;
        let held = |name: &Name| held(&inspection, name);
        let odds = |name: &Name| match held(name) {
            Some(Expected::SameLength(name)) => name.log_odds,
            _ => f64::NEG_INFINITY,
        };
        let near = neighbours(self.holder, odds, EACH, &mut ChaCha8Rng::seed_from_u64(seed))?;
        let own = std::iter::once((Whose::Own, held(self.holder)));
        let others = self.others.iter().map(|name| (Whose::Other, held(name)));
        let near = near.iter().map(|(kind, name)| (Whose::Near(*kind), held(name)));
        Ok(Trial {
            condition: of.to_string(),
            strength: self.strength,
            portrait: title.clone(),
            text: inspection.evidence().established().cloned(),
            names: own.chain(others).chain(near).collect(),
        })
    }
}

impl Trial {
    /// The score of each name, if it has one.
    pub(crate) fn scores(&self) -> impl Iterator<Item = (Whose, Option<f64>)> {
        self.names.iter().map(|(whose, expected)| {
            let text = self.text.clone().map(|text| Text { expected: expected.clone(), ..text });
            (*whose, text.as_ref().and_then(likelihood::score))
        })
    }
}

fn held(inspection: &Inspection, name: &Name) -> Option<Expected> {
    inspection.evidence().established()?;
    let mut expected = Expected::of(inspection.readings()?, name);
    if let Expected::SameLength(name) = &mut expected {
        name.log_odds = name.log_odds.max(-FAR);
        name.doubt = name.doubt.min(FAR);
    }
    Some(expected)
}
