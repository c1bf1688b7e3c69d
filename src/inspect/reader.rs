//! The reader: one portrait or a page of them, of known or unknown resolution.

use std::cmp::Ordering;

use crate::imaging::{Picture, Ppi};
use crate::inspect::budget::Budget;
use crate::inspect::decision::claim::Claim;
use crate::inspect::decision::evidence::{Obstacle, Place, Told};
use crate::inspect::decision::verdict::Verdict;
use crate::inspect::detection::page::{Search, is_page, within};
use crate::inspect::detection::resolution;
use crate::inspect::inspection::Inspection;
use crate::inspect::recognition::reading::Readings;
use crate::inspect::recognition::templates::Alphabets;
use crate::inspect::signal::scan::{PpiSource, Resolution, Scan, ScanError};
use crate::spec::{Legend, Name, Profile};

/// Parts of a page without text, one after the other, after which the rest is left: while nothing
/// was found at a stated resolution, and otherwise. And parts in all: a sheet of portraits.
const FAILURES: [usize; 2] = [6, 2];
const PARTS: usize = 64;
/// Resolutions that are tried where the stated one shows no text.
const RESOLUTIONS: usize = 3;
/// Spellings of a name, beside the first, that a scan is held against: a guess; each costs an inspection.
const SPELLINGS: usize = 2;
/// Portraits that share more than this of their area are one.
const OVERLAP: f64 = 0.15;
/// A resolution within this share of one that was tried shows nothing else.
const SAME: f64 = 0.03;

/// Inspects one scan: blindly, or for an expected name; see [`Reader`] for more.
///
/// # Errors
/// See [`Reader::page`].
pub fn inspect(
    picture: &Picture,
    ppi: Option<Ppi>,
    expected: Option<&Name>,
    profile: &Profile,
) -> Result<Inspection, ScanError> {
    Reader::new(profile).inspect(picture, ppi, expected)
}

/// What was found on a scan.
#[derive(Debug)]
pub struct Page {
    /// The portrait that the verdict is about: the one that carries the expected name, else the one
    /// with the strongest evidence.
    pub main: Inspection,
    /// The others that carry microtext.
    pub others: Vec<Inspection>,
}

impl Page {
    fn alone(main: Inspection) -> Self {
        Self { main, others: Vec::new() }
    }

    /// Of several portraits with microtext; none of none.
    fn of(mut found: Vec<Inspection>) -> Option<Self> {
        let best = (0..found.len()).max_by(|&a, &b| by_telling(&found[a], &found[b]))?;
        let main = found.swap_remove(best);
        Some(Self { main, others: found }.with_place())
    }

    /// With what the main portrait's place is among several.
    fn with_place(self) -> Self {
        let of = self.others.len() + 1;
        if of == 1 {
            return self;
        }
        let of_main = self.portraits().iter().position(|p| std::ptr::eq(*p, &self.main));
        let place = Place { number: of_main.unwrap_or_default() + 1, of };
        Self { main: self.main.placed(place), ..self }
    }

    /// The same, on this page of a file of several.
    pub(super) fn on_leaf(mut self, leaf: usize) -> Self {
        self.main.leaf = Some(leaf);
        self.others.iter_mut().for_each(|other| other.leaf = Some(leaf));
        self
    }

    /// Whether this page's main portrait tells more than another's.
    pub(super) fn tells_more_than(&self, other: &Self) -> bool {
        by_telling(&self.main, &other.main).is_gt()
    }

    /// With the portraits of another page that carry microtext; the main one stays.
    pub(super) fn joined(mut self, other: Self) -> Self {
        let carry = std::iter::once(other.main).chain(other.others);
        self.others.extend(carry.filter(Inspection::is_established));
        self.with_place()
    }

    /// The portraits of [`Self::portraits`] that are on the same page of the file as the main one.
    #[must_use]
    pub fn portraits_beside_main(&self) -> Vec<&Inspection> {
        let mut portraits = self.portraits();
        portraits.retain(|portrait| portrait.leaf == self.main.leaf);
        portraits
    }

    /// All portraits with their place in the scan known, from the top; page after page.
    #[must_use]
    pub fn portraits(&self) -> Vec<&Inspection> {
        let all = std::iter::once(&self.main).chain(&self.others);
        let centre = |inspection: &Inspection| -> Option<[f64; 2]> {
            let corners = inspection.corners()?;
            Some([1, 0].map(|i| corners.iter().map(|c| c[i]).sum()))
        };
        let order = |(a, of_a): &Placed<'_>, (b, of_b): &Placed<'_>| {
            of_a.leaf.cmp(&of_b.leaf).then(a[0].total_cmp(&b[0])).then(a[1].total_cmp(&b[1]))
        };
        let mut placed: Vec<Placed<'_>> = all.filter_map(|p| Some((centre(p)?, p))).collect();
        placed.sort_by(order);
        placed.into_iter().map(|(_, inspection)| inspection).collect()
    }
}

/// A portrait with its centre, times four, down and across.
type Placed<'a> = ([f64; 2], &'a Inspection);

/// Which of two portraits tells less: what carries the expected name tells most, then what carries
/// text, by its evidence; and what cannot be told is more than that there is nothing.
fn by_telling(a: &Inspection, b: &Inspection) -> Ordering {
    let rank = |inspection: &Inspection| {
        let verdict = inspection.decision.verdict;
        (verdict == Verdict::Authentic, inspection.is_established(), verdict != Verdict::Absent)
    };
    let evidence = |inspection: &Inspection| {
        inspection.evidence.repetition.map_or(0.0, |repeats| repeats.law.max(repeats.score))
    };
    rank(a).cmp(&rank(b)).then(evidence(a).total_cmp(&evidence(b)))
}

/// A reader of what one profile prints. It keeps what does not change from scan to scan.
#[derive(Debug)]
pub struct Reader<'p> {
    profile: &'p Profile,
    alphabets: Alphabets<'p>,
}

impl<'p> Reader<'p> {
    /// A reader for a profile.
    #[must_use]
    pub fn new(profile: &'p Profile) -> Self {
        Self { profile, alphabets: Alphabets::new(profile) }
    }

    /// The main portrait of [`Reader::page`].
    ///
    /// # Errors
    /// See there.
    pub fn inspect(
        &self,
        picture: &Picture,
        ppi: Option<Ppi>,
        expected: Option<&Name>,
    ) -> Result<Inspection, ScanError> {
        Ok(self.page(picture, ppi, expected)?.main)
    }

    /// Inspects a scan of one or more portraits: blindly, or for an expected name. `ppi` counts
    /// before what the picture says; where neither shows text, the lines' pitch is asked.
    ///
    /// # Errors
    /// [`ScanError::AbsurdResolution`] for an absurd `ppi`; missing evidence is a verdict, not an
    /// error.
    pub fn page(
        &self,
        picture: &Picture,
        ppi: Option<Ppi>,
        expected: Option<&Name>,
    ) -> Result<Page, ScanError> {
        self.check(picture, ppi, Claim { name: expected, ..Claim::default() })
    }

    /// The same, held against all that is claimed of the scan.
    ///
    /// # Errors
    /// See [`Reader::page`].
    pub fn check(
        &self,
        picture: &Picture,
        ppi: Option<Ppi>,
        claim: Claim<'_>,
    ) -> Result<Page, ScanError> {
        // Handed to the thread pool once, and not by each loop of each stage.
        let page = rayon::scope(|_| self.at_any_resolution(picture, ppi, claim))?;
        let Some(press) = claim.printing else { return Ok(page) };
        let by_press = |portrait: Inspection| portrait.by_press(picture, press);
        let others = page.others.into_iter().map(by_press).collect();
        Ok(Page { main: by_press(page.main), others })
    }

    fn at_any_resolution(
        &self,
        picture: &Picture,
        ppi: Option<Ppi>,
        claim: Claim<'_>,
    ) -> Result<Page, ScanError> {
        let stated = Resolution::stated(picture, ppi)?;
        let first = stated.map(|resolution| self.at(picture, resolution, claim));
        // Nothing but the generator's grid follows its law: with that the resolution is right.
        let first = match first {
            Some(page) if page.main.is_certain() => return Ok(page),
            first => first,
        };
        let mut tried: Vec<f64> = stated.iter().map(|stated| stated.axes[0].0).collect();
        let untried = |tried: &[f64], ppi: f64| {
            tried.len() < RESOLUTIONS + usize::from(stated.is_some())
                && tried.iter().all(|t| (ppi / t - 1.0).abs() >= SAME)
        };
        for resolution in resolution::candidates(picture, &self.profile.layout) {
            let ppi = resolution.axes[0].0;
            if !untried(&tried, ppi) {
                continue;
            }
            tried.push(ppi);
            let page = self.at(picture, resolution, claim);
            if page.main.is_certain() {
                let told = Told::new(stated, Ppi(ppi));
                return Ok(Page { main: page.main.told(told), ..page });
            }
        }
        Ok(first.unwrap_or_else(|| {
            let scan = Scan::unknown(picture);
            Page::alone(Inspection::nothing(scan, Obstacle::NoResolution, 0.0))
        }))
    }

    fn at(&self, picture: &Picture, resolution: Resolution, claim: Claim<'_>) -> Page {
        // Harmonics of the lines repeat as well, but not by the law.
        let lawful = resolution.source == PpiSource::Estimated;
        let legends = self.profile.layout.legends;
        let portrait = |scan, budget: &Budget| {
            Inspection::of_portrait(scan, lawful, budget, claim, self.profile, &self.alphabets)
        };
        if !is_page(picture, resolution, self.profile) {
            let budget = Budget::of_portrait(legends, lawful);
            return Page::alone(portrait(Scan::at(picture, resolution), &budget));
        }
        let budget = Budget::of_page(legends, lawful);
        let mut search = Search::new(picture, resolution, self.profile);
        let (mut found, mut failures) = (Vec::<Inspection>::new(), 0);
        for _ in 0..PARTS {
            if budget.is_spent() {
                break;
            }
            let Some(part) = search.next_part() else { break };
            let before = budget.left();
            let inspection = portrait(Scan::part(picture, resolution, part), &budget);
            if inspection.is_followed() {
                budget.give_back(before);
            }
            let corners = inspection.corners().filter(|_| inspection.is_established());
            if let Some(corners) = corners.filter(|corners| !is_known(&found, corners)) {
                search.take_off(corners);
                found.push(inspection);
                failures = 0;
                continue;
            }
            failures += 1;
            if failures >= FAILURES[usize::from(lawful || !found.is_empty())] {
                break;
            }
        }
        let unsearched = search.parts_left() + usize::from(budget.is_spent());
        let page = Page::of(found).unwrap_or_else(|| {
            let scan = Scan { resolution: Some(resolution), ..Scan::unknown(picture) };
            Page::alone(Inspection::nothing(scan, Obstacle::EmptyPage, search.peak))
        });
        Page { main: page.main.of_page(unsearched), ..page }
    }
}

impl Reader<'_> {
    /// [`Reader::check`] by the spelling of the claimed name that the print has, where a name has several
    /// ([`Name::spellings`]): the name as it is claimed first, then the spelling that is likeliest by the
    /// letters that were read, if it is another one. With the spelling that was held against the print
    /// in the end.
    ///
    /// # Errors
    /// See [`Reader::page`].
    pub fn check_spellings(
        &self,
        picture: &Picture,
        ppi: Option<Ppi>,
        claim: Claim<'_>,
    ) -> Result<(Page, Option<Name>), ScanError> {
        let page = self.check(picture, ppi, claim)?;
        let Some(name) = claim.name else { return Ok((page, None)) };
        let spellings = name.spellings();
        let is_open = matches!(rank(&page), Rank::Refused | Rank::Open);
        let (mut best, mut by) = (page, name.clone());
        if spellings.len() == 1 || !is_open {
            return Ok((best, Some(by)));
        }
        let mut tried = vec![name.clone()];
        for i in 0..best.portraits().len() {
            let Some(likeliest) = best.portraits().get(i).and_then(|p| likeliest(p, &spellings))
            else {
                continue;
            };
            if tried.contains(likeliest) {
                continue;
            }
            tried.push(likeliest.clone());
            let page = self.check(picture, ppi, Claim { name: Some(likeliest), ..claim })?;
            if rank(&page) > rank(&best) {
                (best, by) = (page, likeliest.clone());
            }
            if tried.len() > SPELLINGS || rank(&best) == Rank::Told {
                break;
            }
        }
        Ok((best, Some(by)))
    }
}

/// What was found by one spelling of a name, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Another name.
    Refused,
    /// Nothing that can be told.
    Open,
    /// This name, or what has nothing to do with the name.
    Told,
}

fn rank(page: &Page) -> Rank {
    match page.main.decision().verdict {
        Verdict::NameMismatch => Rank::Refused,
        Verdict::Inconclusive => Rank::Open,
        _ => Rank::Told,
    }
}

/// The spelling that the letters of a portrait speak for most; none where they are of another number.
fn likeliest<'n>(portrait: &Inspection, spellings: &'n [Name]) -> Option<&'n Name> {
    let readings = portrait.readings().into_iter().chain(portrait.second().map(|(_, read)| read));
    let readings: Vec<_> = readings.collect();
    let likelihood = |name: &Name| {
        let legend = Legend::of(name, usize::MAX).ok()?;
        let of = |readings: &&Readings| {
            let circle = &readings.in_script(name.script()).circle;
            let pairs = circle.iter().zip(legend.symbols());
            (circle.len() == legend.symbols().len())
                .then(|| pairs.map(|(read, symbol)| read.likelihood(*symbol)).sum::<f64>())
        };
        readings.iter().filter_map(of).max_by(f64::total_cmp)
    };
    // Of equally likely ones the first.
    let all = spellings.iter().rev().filter_map(|name| Some((likelihood(name)?, name)));
    all.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, name)| name)
}

/// Whether one of these portraits lies where the one with these corners does. What a part of the
/// page shows of a known one may be placed beside it, but two portraits do not overlap.
fn is_known(found: &[Inspection], corners: &[[f64; 2]; 4]) -> bool {
    const SIDE: usize = 12;
    let share = |i: usize| (i as f64 + 0.5) / SIDE as f64;
    let between = |a: [f64; 2], b: [f64; 2], v: f64| [0, 1].map(|i| a[i] + v * (b[i] - a[i]));
    let [a, b, c, d] = *corners;
    let place = |i| {
        between(between(a, b, share(i % SIDE)), between(d, c, share(i % SIDE)), share(i / SIDE))
    };
    let covered =
        |other: &[[f64; 2]; 4]| (0..SIDE * SIDE).filter(|&i| within(place(i), other, 0.0)).count();
    let others = found.iter().filter_map(Inspection::corners);
    others.into_iter().any(|other| covered(&other) as f64 > OVERLAP * (SIDE * SIDE) as f64)
}
