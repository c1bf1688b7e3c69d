//! One scan: printed, scanned, read, judged, compared with the truth.

use std::time::Instant;

use anyhow::Result;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::Picture;
use tumar::inspect::decision::decide::decide;
use tumar::inspect::decision::evidence::Evidence;
use tumar::inspect::decision::text::Expected;
use tumar::inspect::{Inspection, inspect};
use tumar::spec::{Legend, Name, Profile, Symbol};
use tumar::{Decision, Verdict};

use super::tesseract::Attempt;
use measure::neighbours::{Kind, neighbours};

/// How a scan is made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Case {
    pub(crate) preset: Preset,
    pub(crate) strength: f64,
    pub(crate) portrait: String,
    /// What is printed; empty without microtext.
    pub(crate) legend: String,
    /// Of the conditions and of the noise.
    pub(crate) seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Trial {
    #[serde(flatten)]
    pub(crate) case: Case,
    /// Without an expected name.
    pub(crate) verdict: Verdict,
    /// Whether the reader says that there is microtext, legible or not.
    pub(crate) claimed: bool,
    /// The symbols of the likelier reading, whatever the verdict.
    pub(crate) text: Option<String>,
    /// Where a name was printed.
    pub(crate) truth: Option<Truth>,
    /// What the reading took, on one core.
    pub(crate) millis: f64,
    pub(crate) peak: f32,
    pub(crate) expected_peak: f64,
    pub(crate) coverage: f64,
    pub(crate) repetition: f64,
    pub(crate) lattice: f64,
    pub(crate) lines: f64,
    pub(crate) fit: f64,
    /// How far the letters contradict their check symbols, in nepers.
    pub(crate) doubt: f64,
    /// ln odds of the weakest symbol over its runner-up.
    pub(crate) weakest: f64,
    /// That symbol and its runner-up.
    pub(crate) weakest_symbol: String,
    pub(crate) conditions: Conditions,
    /// What Tesseract made of it, if it was asked.
    pub(crate) tesseract: Vec<Attempt>,
}

/// Against the name that was printed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Truth {
    /// Each symbol as printed.
    pub(crate) exact: bool,
    /// The same if rare letters are taken for as frequent as any.
    pub(crate) exact_without_rarity: bool,
    /// The same if each symbol stands by itself, and the check symbols are not heeded.
    pub(crate) exact_without_checks: bool,
    pub(crate) symbols: usize,
    pub(crate) symbol_errors: usize,
    /// With the holder's name expected.
    pub(crate) verdict: Verdict,
    /// With each neighbour expected.
    pub(crate) neighbours: Vec<Neighbour>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Neighbour {
    pub(crate) kind: Kind,
    pub(crate) legend: String,
    pub(crate) accepted: bool,
}

impl Trial {
    /// Read without an expected name, and rightly.
    pub(crate) fn blind(&self) -> bool {
        self.verdict == Verdict::Read && self.truth.as_ref().is_some_and(|t| t.exact)
    }

    /// A text was given out that is not there.
    pub(crate) fn misread(&self) -> bool {
        self.verdict == Verdict::Read && !self.blind()
    }

    pub(crate) fn accepted(&self) -> bool {
        self.truth.as_ref().is_some_and(|t| t.verdict == Verdict::Authentic)
    }

    /// The holder is told that the microtext is another's, or that there is none.
    pub(crate) fn refused(&self) -> bool {
        let refused = [Verdict::NameMismatch, Verdict::Absent];
        self.truth.as_ref().is_some_and(|t| refused.contains(&t.verdict))
    }

    pub(crate) fn failed(&self) -> bool {
        match &self.truth {
            Some(truth) => {
                let impostor = truth.neighbours.iter().any(|n| n.accepted);
                !self.blind() || !self.accepted() || impostor
            }
            None => self.claimed,
        }
    }
}

/// This thread's time on its core where the system tells it (Linux does), so that other work on the
/// machine does not count; otherwise time by the wall.
struct Clock {
    wall: Instant,
    nanos: Option<f64>,
}

impl Clock {
    fn start() -> Self {
        Self { wall: Instant::now(), nanos: Self::nanos() }
    }

    fn millis(&self) -> f64 {
        let wall = self.wall.elapsed().as_secs_f64() * 1e3;
        Self::nanos().zip(self.nanos).map_or(wall, |(now, then)| (now - then) / 1e6)
    }

    fn nanos() -> Option<f64> {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split(' ').next()?.parse().ok()
    }
}

/// Scans `print` as the case says and reads the scan. Called on a pool of one thread.
pub(crate) fn run(
    print: &Picture,
    name: Option<&Name>,
    case: Case,
    profile: &Profile,
    each: usize,
) -> Result<(Trial, Picture)> {
    let conditions = Conditions::draw(case.preset, case.seed);
    let scan = print_and_scan(print, &conditions, case.seed)?;
    let start = Clock::start();
    let inspection = inspect(&scan, None, None, profile)?;
    let millis = start.millis();
    let truth = name.map(|name| truth(&inspection, name, case.seed, each)).transpose()?;
    let evidence = inspection.evidence();
    let text = evidence.text.as_ref();
    let symbols = inspection.reading().map_or(&[][..], |r| &r.circle);
    let weakest = symbols.iter().min_by(|a, b| a.log_odds.total_cmp(&b.log_odds));
    let other = Expected::OtherLength { found: 0, expected: 0 };
    let trial = Trial {
        verdict: inspection.decision().verdict,
        claimed: expecting(evidence, other).verdict == Verdict::NameMismatch,
        text: inspection.reading().map(|_| symbols.iter().map(|r| r.symbol.character()).collect()),
        truth,
        millis,
        peak: evidence.peak,
        expected_peak: evidence.expected_peak,
        coverage: evidence.coverage,
        repetition: evidence.repetition.map_or(0.0, |r| r.score),
        lattice: evidence.repetition.map_or(0.0, |r| r.lattice),
        lines: evidence.repetition.map_or(0.0, |r| r.lines),
        fit: text.map_or(0.0, |t| t.fit),
        doubt: text.map_or(0.0, |t| t.doubt),
        weakest: weakest.map_or(0.0, |r| r.log_odds),
        weakest_symbol: weakest.map_or(String::new(), |r| format!("{}/{}", r.symbol, r.runner_up)),
        conditions,
        tesseract: Vec::new(),
        case,
    };
    Ok((trial, scan))
}

fn truth(inspection: &Inspection, name: &Name, seed: u64, each: usize) -> Result<Truth> {
    let legend = Legend::of(name, usize::MAX)?;
    let symbols = legend.symbols();
    let read: Vec<Symbol> =
        inspection.reading().map_or(Vec::new(), |r| r.circle.iter().map(|r| r.symbol).collect());
    let is_legend =
        |circle: &[Symbol]| Legend::from_circle(circle).is_some_and(|found| found == legend);
    let without_rarity = inspection.reading().map_or(&[][..], |r| &r.without_rarity);
    let readings = inspection.readings();
    let judge = |name: &Name| match readings {
        Some(readings) => expecting(inspection.evidence(), Expected::of(readings, name)).verdict,
        None => inspection.decision().verdict,
    };
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let odds = |name: &Name| match readings.map(|readings| Expected::of(readings, name)) {
        Some(Expected::SameLength(comparison)) => comparison.log_odds,
        _ => f64::NEG_INFINITY,
    };
    let neighbours = neighbours(name, odds, each, &mut random)?
        .iter()
        .map(|(kind, neighbour)| {
            let legend = Legend::of(neighbour, usize::MAX)?.text();
            let accepted = judge(neighbour) == Verdict::Authentic;
            Ok(Neighbour { kind: *kind, legend, accepted })
        })
        .collect::<Result<_>>()?;
    let exact = is_legend(&read);
    let doubt = inspection.reading().map_or(f64::INFINITY, |reading| reading.doubt);
    Ok(Truth {
        exact,
        exact_without_checks: exact && doubt < 1e-6,
        exact_without_rarity: is_legend(without_rarity),
        symbols: symbols.len(),
        symbol_errors: symbol_errors(&read, symbols),
        verdict: judge(name),
        neighbours,
    })
}

/// What the evidence comes to if it is held against an expected name.
fn expecting(evidence: &Evidence, expected: Expected) -> Decision {
    let mut evidence = evidence.of_text();
    if let Some(text) = &mut evidence.text {
        text.expected = Some(expected);
    }
    decide(&evidence)
}

/// Wrong symbols at the turn of the circle that has the fewest; all, if their number is wrong.
fn symbol_errors(read: &[Symbol], truth: &[Symbol]) -> usize {
    let n = truth.len();
    if read.len() != n {
        return n;
    }
    let errors = |turn: usize| (0..n).filter(|i| read[(i + turn) % n] != truth[*i]).count();
    (0..n).map(errors).min().unwrap_or(n)
}
