//! Drift of scans: machines are conditions of the channel that stay, documents differ in portrait, name,
//! noise and place.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::Mm;
use tumar::inspect::Reader;
use tumar::issue::embed;
use tumar::run::spc::{Base, Measure, Measures, Test, chart};
use tumar::spec::{Name, Profile};

use crate::names;
use crate::portraits::{self, Portrait};
use crate::table::quantile;

/// Documents of a run before it drifts, and after; runs of a machine, in other orders.
const BEFORE: usize = 100;
const AFTER: usize = 100;
const ORDERS: u64 = 1000;

/// A press operator's change.
#[derive(Clone, Copy)]
enum Change {
    None,
    /// Strength times so much.
    Strength(f64),
    /// The press is not calibrated, and its tone value increase grew by so much.
    Gain(f64),
    /// Light spreads so much further in the paper, in millimetres.
    Spread(f64),
    /// The scanner's optics blur by so much more, in pixels.
    Optics(f64),
    /// Documents lie so many millimetres further from the left edge.
    Place(f64),
    /// And turned by so much more.
    Turn(f64),
}

impl Change {
    fn title(self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Strength(times) => format!("strength × {times:.3}"),
            Self::Gain(by) => format!("uncalibrated, gain {:+.0} %", 100.0 * by),
            Self::Spread(by) => format!("spread + {:.0} µm", 1000.0 * by),
            Self::Optics(by) => format!("optics + {by} px"),
            Self::Place(by) => format!("place + {by} mm"),
            Self::Turn(by) => format!("turn + {by}°"),
        }
    }
}

struct Press<'a> {
    conditions: Conditions,
    machine: u64,
    portraits: &'a [Portrait],
    names: &'a [Name],
    profile: &'a Profile,
    reader: &'a Reader<'a>,
}

impl Press<'_> {
    /// The measures of so many documents with this change, and the time that they took.
    fn documents(&self, change: Change, count: usize) -> Result<Vec<(Measures, Duration)>> {
        let one = |i: usize| -> Result<Option<(Measures, Duration)>> {
            let seed = 10_007 * self.machine + i as u64;
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut around = |reach: f64| random.random_range(-reach..reach);
            let mut conditions = self.conditions.clone();
            let mut profile = self.profile.clone();
            let (print, scan) = (&mut conditions.print, &mut conditions.scan);
            scan.rotation_deg = around(0.5);
            scan.border = [0; 4].map(|_| Mm(4.0 + around(0.5)));
            scan.shift_px = [0; 2].map(|_| around(0.5));
            match change {
                Change::None => {}
                Change::Strength(times) => profile.strength *= times,
                Change::Gain(by) => {
                    print.calibration = 0.0;
                    print.gain += by;
                }
                Change::Spread(by) => print.spread.0 += by,
                Change::Optics(by) => scan.optics_px += by,
                Change::Place(by) => scan.border[0].0 += by,
                Change::Turn(by) => scan.rotation_deg += by,
            }
            let portrait = &self.portraits[i % self.portraits.len()];
            let name = &self.names[(i / self.portraits.len() + 3 * i) % self.names.len()];
            let printed = embed(&portrait.picture, name, &profile);
            let printed = printed.with_context(|| portrait.title.clone())?;
            let scan = print_and_scan(&printed.picture, &conditions, seed)?;
            let page = self.reader.page(&scan, None, Some(name))?;
            let start = Instant::now();
            let measures = Measures::of(&page, self.profile);
            Ok(measures.map(|measures| (measures, start.elapsed())))
        };
        let found = (0..count).into_par_iter().map(one).collect::<Result<Vec<_>>>()?;
        eprintln!("machine {}: {}", self.machine, change.title());
        Ok(found.into_iter().flatten().collect())
    }
}

/// Prints how the measures scatter and respond, and how soon drift of scans is signalled.
pub(crate) fn run(preset: Preset, machines: &[u64], scans: usize) -> Result<()> {
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let portraits = portraits::portraits(&["samples"])?;
    let names = names::names(30)?;
    let mut spent = Vec::new();
    let mut drifts = Vec::new();
    println!("\n| machine | change | {} |", Measure::ALL.map(Measure::column).join(" | "));
    println!("|---|---|{}", "---|".repeat(Measure::ALL.len()));
    for &machine in machines {
        let conditions = Conditions::draw(preset, machine);
        let press = Press {
            conditions,
            machine,
            portraits: &portraits,
            names: &names,
            profile: &profile,
            reader: &reader,
        };
        let calm = press.documents(Change::None, 2 * scans)?;
        spent.extend(calm.iter().map(|(_, spent)| spent.as_secs_f64()));
        let calm: Vec<Measures> = calm.into_iter().map(|(measures, _)| measures).collect();
        let values = |pool: &[Measures], m: Measure| {
            pool.iter().filter_map(|p| p.get(m)).collect::<Vec<_>>()
        };
        let base_of = |pool: &[Measures], m: Measure| Base::of(&values(pool, m), m.grain());
        let bases: Vec<Base> = Measure::ALL.iter().filter_map(|&m| base_of(&calm, m)).collect();
        let cells: Vec<String> =
            bases.iter().map(|base| format!("{:.4} ± {:.4}", base.centre, base.sigma)).collect();
        println!("| {machine} | none, {} read | {} |", calm.len(), cells.join(" | "));
        let one_sigma = 1.0 - bases[0].sigma / bases[0].centre;
        let mut uncalibrated = Vec::new();
        for change in [
            Change::Strength(one_sigma),
            Change::Gain(-0.08),
            Change::Gain(0.0),
            Change::Spread(0.01),
            Change::Optics(0.2),
            Change::Place(0.5),
            Change::Turn(0.5),
        ] {
            let pool: Vec<Measures> =
                press.documents(change, scans)?.into_iter().map(|(m, _)| m).collect();
            let before = if matches!(change, Change::Gain(0.0)) { &uncalibrated } else { &calm };
            // The same documents before and after.
            let shift = |(i, &m): (usize, &Measure)| {
                let mean = |pool: &[Measures]| {
                    base_of(&pool[..scans.min(pool.len())], m).map_or(f64::NAN, |base| base.centre)
                };
                format!("{:+.2} σ", (mean(&pool) - mean(before)) / bases[i].sigma)
            };
            let cells: Vec<String> = Measure::ALL.iter().enumerate().map(shift).collect();
            println!("| {machine} | {} | {} |", change.title(), cells.join(" | "));
            match change {
                Change::Gain(_) => uncalibrated = pool,
                Change::Strength(_) => drifts.push((machine, calm.clone(), pool)),
                _ => {}
            }
        }
    }
    spent.sort_unstable_by(f64::total_cmp);
    println!("\nMeasures of a scan take {:.2} ms (median).", 1000.0 * quantile(&mut spent, 0.5));
    println!(
        "\n| strength drifts by 1 σ on machine | base | signalled by contrast after, median | 90 % | signalled first by another measure | calm: all charts signal falsely once in | single documents of them |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (machine, calm, drifted) in &drifts {
        for known in [true, false] {
            signalled(*machine, calm, drifted, known);
        }
    }
    Ok(())
}

/// Runs of the same scans in other orders.
fn signalled(machine: u64, calm: &[Measures], drifted: &[Measures], known: bool) {
    let bases = Measure::ALL.map(|m| {
        let values: Vec<f64> = calm.iter().filter_map(|p| p.get(m)).collect();
        Base::of(&values, m.grain()).filter(|_| known).map(|base| Base { documents: 1000, ..base })
    });
    let orders: Vec<(Option<usize>, bool, [usize; 2])> = (0..ORDERS)
        .into_par_iter()
        .map(|order| {
            let mut random = ChaCha8Rng::seed_from_u64(order);
            let mut draw = |pool: &[Measures]| pool[random.random_range(0..pool.len())];
            let run: Vec<Measures> = (0..BEFORE + AFTER)
                .map(|i| draw(if i < BEFORE { calm } else { drifted }))
                .collect();
            let (mut own, mut other, mut falsely) = (None, None, [0; 2]);
            for (&measure, base) in Measure::ALL.iter().zip(&bases) {
                let values: Vec<f64> = run.iter().filter_map(|p| p.get(measure)).collect();
                let Some(chart) = chart(&values, measure, base.as_ref()) else { continue };
                for signal in &chart.signals {
                    if signal.at < BEFORE {
                        falsely[0] += 1;
                        falsely[1] += usize::from(signal.test == Test::Individuals);
                    }
                }
                let drift = chart.signals.iter().find(|s| s.at >= BEFORE);
                let after = drift.map(|signal| signal.at - BEFORE + 1);
                if measure == Measure::Contrast {
                    own = after;
                } else {
                    other = other.into_iter().chain(after).min();
                }
            }
            let other_first = other.is_some_and(|other| own.is_none_or(|own| other < own));
            (own, other_first, falsely)
        })
        .collect();
    let missed = AFTER as f64 + 1.0;
    let mut after: Vec<f64> = orders.iter().map(|o| o.0.map_or(missed, |d| d as f64)).collect();
    let [median, most] = [0.5, 0.9].map(|share| quantile(&mut after, share));
    let firsts = orders.iter().filter(|order| order.1).count();
    let [falsely, single] = [0, 1].map(|i| orders.iter().map(|order| order.2[i]).sum::<usize>());
    let base = if known { "known".into() } else { format!("the run's first {BEFORE}") };
    let share = 100.0 * firsts as f64 / ORDERS as f64;
    let once = (ORDERS as usize * BEFORE) as f64 / (falsely.max(1)) as f64;
    println!(
        "| {machine} | {base} | {median:.0} | {most:.0} | {share:.0} % | {once:.0} | {single} of {falsely} |"
    );
}
