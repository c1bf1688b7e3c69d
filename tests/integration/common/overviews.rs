//! Overviews of runs that never were, from a seed.

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, json};
use tumar::run::results::{Charted, Machine, Origin, Overview, Row, Worst};
use tumar::run::spc::{Base, Chart, Group, ShareBase, ShareChart, Signal, Test};
use tumar::run::{Command, Counts, Measure, Measures, State};

const MACHINES: [&str; 3] = ["Press A", "Press B", "Press C"];
/// Weight of the newest value in an EWMA, and its limits in its own standard deviations.
const WEIGHT: f64 = 0.2;
const LIMIT: f64 = 3.0;
/// Documents of a group of shares.
const GROUP: usize = 50;

/// What is usual, and how much it varies.
fn usual(measure: Measure) -> [f64; 2] {
    match measure {
        Measure::Contrast => [0.182, 0.006],
        Measure::Stroke => [0.0431, 0.0009],
        Measure::Sharpness => [7.4, 0.22],
        Measure::Across => [0.012, 0.018],
        Measure::Down => [-0.021, 0.016],
        Measure::Skew => [0.04, 0.05],
        Measure::Legibility => [0.64, 0.05],
        Measure::Coverage => [78.0, 2.5],
    }
}

/// About normal: twelve even ones.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

/// So many rows of three presses. On the second, contrast falls and edges soften from the middle of the
/// run on.
pub(crate) fn qa(rows: u32, seed: u64) -> Overview {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let rows: Vec<Row> = (1..=rows).map(|number| row(number, rows, &mut random)).collect();
    let machines = (0..MACHINES.len()).map(|index| machine(index as u16, &rows)).collect();
    let counts = counts(&rows);
    let mut worst: Vec<&Row> = rows.iter().filter(|row| row.state != State::Successful).collect();
    worst.sort_by(|a, b| {
        a.state.cmp(&b.state).then(a.margin.unwrap_or(0.0).total_cmp(&b.margin.unwrap_or(0.0)))
    });
    let card = |row: &&Row| Worst {
        row: row.number,
        thumbnail: row.measures.map(|_| thumbnail(row.number)),
        inspection: row.measures.map(|_| format!("inspections/{:06}.html", row.number)),
        says: row.says.clone(),
    };
    Overview {
        command: Command::Qa,
        version: "0.1.0".into(),
        profile: Origin { name: "default".into(), sha256: "5e".repeat(32) },
        manifest: Origin { name: "scans.csv".into(), sha256: "a7".repeat(32) },
        counts,
        worst: worst.iter().take(24).map(card).collect(),
        machines,
        rows,
        notes: Vec::new(),
    }
}

/// So many rows of portraits that were printed, and some that were not.
pub(crate) fn issue(rows: u32) -> Overview {
    let mut overview = qa(rows, 2);
    overview.command = Command::Issue;
    overview.manifest.name = "jobs.csv".into();
    for row in &mut overview.rows {
        if row.state != State::Error {
            row.state = State::Successful;
            row.says.clear();
        }
        (row.verdict, row.margin, row.measures, row.machine, row.time) =
            ("", None, None, None, None);
    }
    (overview.machines, overview.worst) = (Vec::new(), Vec::new());
    overview.counts = counts(&overview.rows);
    overview
}

pub(crate) fn counts(rows: &[Row]) -> Counts {
    let of = |state| rows.iter().filter(|row| row.state == state).count() as u64;
    Counts {
        rows: rows.len() as u64,
        successful: of(State::Successful),
        failed: of(State::Failed),
        undetermined: of(State::Undetermined),
        errors: of(State::Error),
    }
}

fn row(number: u32, of: u32, random: &mut ChaCha8Rng) -> Row {
    let machine = random.random_range(0..MACHINES.len()) as u16;
    let drifts = machine == 1 && number > of / 2;
    let chance: f64 = random.random();
    let scale = if drifts { 3.0 } else { 1.0 };
    let (state, verdict, says) = match chance / scale {
        p if p < 0.0008 => {
            (State::Error, "", format!("scans/{number:06}.png: the file is truncated"))
        }
        p if p < 0.0016 => (
            State::Failed,
            "name-mismatch",
            "The text stands clear of any other, and it spells another name".to_owned(),
        ),
        p if p < 0.0022 => (
            State::Failed,
            "altered",
            format!(
                "The microtext is missing in one place of {} mm², where this scan would show it",
                20 + number % 80
            ),
        ),
        p if p < 0.006 => (
            State::Undetermined,
            "inconclusive",
            "The letters do not stand clear of each other".to_owned(),
        ),
        _ => (State::Successful, "authentic", String::new()),
    };
    let margin = match state {
        State::Error => None,
        State::Failed => Some(-random.random::<f64>()),
        State::Undetermined => Some(0.2 * random.random::<f64>() - 0.1),
        State::Successful => Some(0.6 + 0.2 * random.random::<f64>()),
    };
    let value = |measure: Measure, random: &mut ChaCha8Rng| {
        let [centre, sigma] = usual(measure);
        let shift = match measure {
            Measure::Contrast if drifts => -1.4,
            Measure::Sharpness if drifts => -1.0,
            _ => 0.0,
        };
        centre + sigma * (normal(random) + shift)
    };
    let measures = (state != State::Error).then(|| {
        let values = Measure::ALL.map(|m| (m.column().to_owned(), json!(value(m, random))));
        serde_json::from_value(Map::from_iter(values).into()).unwrap()
    });
    let second = 7 * (number - 1);
    let time = format!(
        "2026-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        7 + second / 86_400 / 28 % 6,
        1 + second / 86_400 % 28,
        second / 3600 % 24,
        second / 60 % 60,
        second % 60
    );
    let id = format!("N{:07}", 1_200_000 + number);
    Row {
        number,
        id,
        machine: Some(machine),
        time: Some(time),
        state,
        verdict,
        margin,
        measures,
        says,
    }
}

fn machine(index: u16, rows: &[Row]) -> Machine {
    let own: Vec<&Row> = rows.iter().filter(|row| row.machine == Some(index)).collect();
    let measured: Vec<(u32, Measures)> =
        own.iter().filter_map(|row| Some((row.number, row.measures?))).collect();
    let chart = |measure: Measure| {
        let told = measured.iter().filter_map(|(row, all)| Some((*row, all.get(measure)?)));
        let (rows, values) = told.unzip();
        Charted { measure, rows, chart: chart(measure, values) }
    };
    Machine {
        name: MACHINES[usize::from(index)].into(),
        charts: Measure::ALL.map(chart).into(),
        shares: Some(shares(&own)),
        documents: own.iter().map(|row| row.number).collect(),
    }
}

fn chart(measure: Measure, values: Vec<f64>) -> Chart {
    let [centre, sigma] = usual(measure);
    let mut chart = Chart {
        base: Base { centre, sigma, documents: 200, excess: 0.42, correlation: 0.0 },
        control: LIMIT * sigma,
        ewma: Vec::new(),
        ewma_control: Vec::new(),
        signals: Vec::new(),
        values,
    };
    let mut mean = centre;
    let mut is_out = false;
    for (at, value) in chart.values.iter().enumerate() {
        mean += WEIGHT * (value - mean);
        let share = WEIGHT / (2.0 - WEIGHT) * (1.0 - (1.0 - WEIGHT).powi(2 * (at as i32 + 1)));
        let control = LIMIT * sigma * share.sqrt();
        chart.ewma.push(mean);
        chart.ewma_control.push(control);
        let shift = (value - centre) / sigma;
        if shift.abs() > LIMIT {
            chart.signals.push(Signal { test: Test::Individuals, at, since: at, shift });
        }
        let was_out = std::mem::replace(&mut is_out, (mean - centre).abs() > control);
        if is_out && !was_out {
            let shift = (mean - centre) / sigma;
            let since = at.saturating_sub(6);
            chart.signals.push(Signal { test: Test::Ewma, at, since, shift });
        }
    }
    chart
}

fn shares(rows: &[&Row]) -> ShareChart {
    let centre: f64 = 0.006;
    let group = |(i, rows): (usize, &[&Row])| {
        let failed = rows.iter().filter(|row| row.state != State::Successful).count();
        let upper = centre + LIMIT * (centre * (1.0 - centre) / rows.len() as f64).sqrt();
        let signalled = failed as f64 / rows.len() as f64 > upper;
        Group { first: GROUP * i, documents: rows.len(), failed, upper, signalled }
    };
    let base = ShareBase::default();
    ShareChart { centre, base, groups: rows.chunks(GROUP).enumerate().map(group).collect() }
}

/// A face, more or less.
fn thumbnail(seed: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        let [u, v] = [f64::from(x) / 120.0 - 0.5, f64::from(y) / 154.0 - 0.45];
        let head = (u / 0.26).powi(2) + (v / 0.3).powi(2) < 1.0;
        let coat = v > 0.28 && (u / 0.45).powi(2) + ((v - 0.6) / 0.3).powi(2) < 1.0;
        let tone = if head {
            165
        } else if coat {
            70
        } else {
            215
        };
        Luma([(tone + (x * 7 + y * 13 + seed) % 9 + 4 * (y % 3)) as u8])
    };
    let mut bytes = Vec::new();
    let picture = GrayImage::from_fn(120, 154, pixel);
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 75)).unwrap();
    bytes
}
