//! The control charts of a machine.

use super::drift::{self, Drift};
use super::labels::grouped;
use super::plot::{Column, Drawing, Frame, columns};
use crate::report::words::number;
use crate::run::spc::{Chart, Group, Measure, ShareChart, Test};

/// All lengths here are in the units of the drawing, a CSS pixel each; layout by eye.
const WIDTH: f64 = 420.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 6.0;
/// Of the individuals, of what follows beneath, and of one that stands alone.
const TALL: f64 = 96.0;
const LOW: f64 = 62.0;
const ALONE: f64 = 110.0;
const TOP: f64 = 16.0;
const BETWEEN: f64 = 12.0;
/// For the numbers of documents.
const FOOT: f64 = 16.0;
/// What is shown about the centre at the most, in limits: one wild scan should not flatten all others.
const MOST: f64 = 3.3;
/// Labels closer to each other would overlap.
const LINE: f64 = 11.0;
/// Room of a mark.
const MARK: f64 = 8.0;
/// At most so many values have a dot each.
const DOTS: usize = 120;

/// Individuals above, their EWMA beneath.
pub(super) fn control(measure: Measure, chart: &Chart, rows: &[u32]) -> String {
    let base = chart.base;
    let limit = chart.ewma_control.iter().copied().fold(0.0, f64::max);
    let above = frame(TOP, TALL, &chart.values, base.centre, chart.control);
    let below = frame(TOP + TALL + BETWEEN, LOW, &chart.ewma, base.centre, limit);
    let drifts = drift::of_chart(chart);
    let mut drawing = Drawing::default();
    for frame in [&above, &below] {
        shade(&mut drawing, frame, &drifts);
    }

    let bounds = [base.centre + chart.control, base.centre - chart.control];
    let [upper, lower] = bounds.map(|value| above.y(value));
    drawing.rect("limits", [above.left, upper], [above.right(), lower]);
    centre(&mut drawing, &above, base.centre);
    series(&mut drawing, &above, &columns(&chart.values));
    marks(&mut drawing, &above, chart, &chart.values, Test::Individuals, &drifts);
    labels(&mut drawing, &above, [bounds[0], base.centre, bounds[1]], measure.decimals());

    let bands = columns(&chart.ewma_control);
    let edges = [1.0, -1.0].map(|sign| edge(&below, &bands, |c| base.centre + sign * c.mean));
    drawing.area("limits", &edges[0], &edges[1]);
    centre(&mut drawing, &below, base.centre);
    series(&mut drawing, &below, &columns(&chart.ewma));
    marks(&mut drawing, &below, chart, &chart.ewma, Test::Ewma, &drifts);
    let values = [base.centre + limit, base.centre, base.centre - limit];
    labels(&mut drawing, &below, values, measure.decimals());

    foot(&mut drawing, &below, rows);
    if let Some(drift) = drifts.first() {
        since(&mut drawing, &above, drift.signal.since, rows);
    }
    let says = format!(
        "{}: {} values about {}, {} signals, {} of them lasting",
        measure.title(),
        grouped(chart.values.len() as u64),
        number(base.centre, measure.decimals()),
        grouped(chart.signals.len() as u64),
        drifts.len()
    );
    drawing.finish([WIDTH, below.bottom() + FOOT], &says)
}

/// The share that did not pass, group by group.
pub(super) fn share(chart: &ShareChart, rows: &[u32]) -> String {
    let share = |group: &Group| group.failed as f64 / group.documents.max(1) as f64;
    let values: Vec<f64> = chart.groups.iter().map(share).collect();
    let uppers: Vec<f64> = chart.groups.iter().map(|group| group.upper).collect();
    let most = values.iter().chain(&uppers).copied().fold(chart.centre, f64::max);
    let high = if most > 0.0 { 1.05 * most } else { 1.0 };
    let frame = Frame { low: 0.0, high, ..frame(TOP, ALONE, &values, 0.0, high) };
    let mut drawing = Drawing::default();
    let bands: Vec<_> = columns(&uppers).iter().map(|c| [frame.x(c.at), frame.y(c.mean)]).collect();
    let floor: Vec<_> = bands.iter().map(|[x, _]| [*x, frame.bottom()]).collect();
    drawing.area("limits", &bands, &floor);
    centre(&mut drawing, &frame, chart.centre);
    series(&mut drawing, &frame, &columns(&values));
    let over = |(at, group): (usize, &Group)| {
        group.signalled.then(|| ([frame.x(at as f64), frame.y(share(group))], true))
    };
    let over: Vec<_> = chart.groups.iter().enumerate().filter_map(over).collect();
    drawing.marks("mark", &over);
    let upper = chart.groups.last().map_or(chart.centre, |group| group.upper);
    let hundredths = [upper, chart.centre, 0.0];
    for (value, y) in hundredths.iter().zip(apart(&frame, hundredths)) {
        if let Some(y) = y {
            drawing.text("value", [LEFT - 5.0, y], &format!("{} %", number(100.0 * value, 1)));
        }
    }
    foot(&mut drawing, &frame, rows);
    let says = format!(
        "Share that did not pass, in {} groups: {} % on average, {} groups above the limit",
        grouped(chart.groups.len() as u64),
        number(100.0 * chart.centre, 1),
        over.len()
    );
    drawing.finish([WIDTH, frame.bottom() + FOOT], &says)
}

/// A frame about the centre that shows limits and values.
fn frame(top: f64, height: f64, values: &[f64], centre: f64, control: f64) -> Frame {
    let most = MOST * control;
    let far = |value: &f64| (value - centre).abs();
    let numbers = values.iter().map(far).filter(|off| off.is_finite());
    let half = numbers.fold(1.15 * control, f64::max).min(most.max(f64::MIN_POSITIVE));
    Frame {
        left: LEFT,
        top,
        width: WIDTH - LEFT - RIGHT,
        height,
        count: values.len(),
        low: centre - half,
        high: centre + half,
    }
}

/// The edge of a band, from one side of the frame to the other.
fn edge(frame: &Frame, columns: &[Column], value: impl Fn(&Column) -> f64) -> Vec<[f64; 2]> {
    let mut points: Vec<_> = columns.iter().map(|c| [frame.x(c.at), frame.y(value(c))]).collect();
    if let (Some(&[_, first]), Some(&[_, last])) = (points.first(), points.last()) {
        points.insert(0, [frame.left, first]);
        points.push([frame.right(), last]);
    }
    points
}

/// A bar above from where a drift begins to where it ends, and where it begins.
fn shade(drawing: &mut Drawing, frame: &Frame, drifts: &[Drift]) {
    for drift in drifts {
        let [from, to] = [drift.signal.since, drift.last].map(|at| frame.x(at as f64));
        drawing.rect("drift", [from, frame.top - 2.0], [to, frame.top + 1.0]);
        drawing.line("began", [[from, frame.top], [from, frame.bottom()]]);
    }
}

fn centre(drawing: &mut Drawing, frame: &Frame, value: f64) {
    let y = frame.y(value);
    drawing.line("centre", [[frame.left, y], [frame.right(), y]]);
}

/// The range of each column and the mean through them; values with dots where there are few.
fn series(drawing: &mut Drawing, frame: &Frame, columns: &[Column]) {
    let points = |value: fn(&Column) -> f64| {
        let point = move |c: &Column| [frame.x(c.at), frame.y(value(c))];
        columns.iter().map(point).collect::<Vec<_>>()
    };
    if columns.len() < frame.count {
        drawing.area("range", &points(|c| c.most), &points(|c| c.least));
    }
    let means = points(|c| c.mean);
    drawing.line("mean", means.iter().copied());
    if frame.count <= DOTS {
        drawing.dots("dot", means);
    }
}

/// Signals: those of a drift stand out, single ones do not.
fn marks(
    drawing: &mut Drawing,
    frame: &Frame,
    chart: &Chart,
    values: &[f64],
    test: Test,
    drifts: &[Drift],
) {
    let mut all = [Vec::new(), Vec::new()];
    let mut drawn = [None; 2];
    for signal in chart.signals.iter().filter(|signal| signal.test == test) {
        let Some(&value) = values.get(signal.at) else { continue };
        let within = drifts.iter().any(|drift| drift.has(signal.at));
        // Where they would lie on each other, the first.
        let kind = usize::from(within);
        let x = frame.x(signal.at as f64);
        let slot = (x / MARK) as i64;
        if drawn[kind].replace(slot) != Some(slot) {
            all[kind].push(([x, frame.y(value)], value > chart.base.centre));
        }
    }
    drawing.marks("mark single", &all[0]);
    drawing.marks("mark", &all[1]);
}

/// Where labels stand; none where one would lie on the middle one's.
fn apart(frame: &Frame, values: [f64; 3]) -> [Option<f64>; 3] {
    let places = values.map(|value| frame.y(value));
    let is_clear = |i: usize| i == 1 || (places[i] - places[1]).abs() >= LINE;
    [0, 1, 2].map(|i| is_clear(i).then(|| places[i] + 3.5))
}

fn labels(drawing: &mut Drawing, frame: &Frame, values: [f64; 3], decimals: usize) {
    for (value, y) in values.iter().zip(apart(frame, values)) {
        if let Some(y) = y {
            drawing.text("value", [LEFT - 5.0, y], &number(*value, decimals));
        }
    }
}

/// The first document and the last.
fn foot(drawing: &mut Drawing, frame: &Frame, rows: &[u32]) {
    let y = frame.bottom() + FOOT - 3.0;
    let [first, last] = [rows.first(), rows.last()];
    for (row, x, class) in [(first, frame.left, "from"), (last, frame.right(), "to")] {
        if let Some(&row) = row {
            drawing.text(class, [x, y], &format!("No. {}", grouped(u64::from(row))));
        }
    }
}

/// Where a drift began.
fn since(drawing: &mut Drawing, frame: &Frame, at: usize, rows: &[u32]) {
    let Some(&row) = rows.get(at) else { return };
    let x = frame.x(at as f64);
    let class = if x > LEFT + 0.5 * frame.width { "since to" } else { "since from" };
    drawing.text(class, [x, frame.top - 5.0], &format!("since No. {}", grouped(u64::from(row))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::spc::{Base, ShareBase};

    fn chart(values: Vec<f64>) -> Chart {
        Chart {
            base: Base { centre: 1.0, sigma: 0.1, documents: 50, excess: 0.42, correlation: 0.0 },
            control: 0.3,
            ewma: values.clone(),
            ewma_control: vec![0.1; values.len()],
            values,
            signals: Vec::new(),
        }
    }

    #[test]
    fn any_values_can_be_drawn() {
        let wild = [f64::NAN, f64::INFINITY, 1e300, -1e300, 1.0];
        for values in [vec![], vec![1.0], wild.to_vec(), wild.repeat(1000)] {
            let rows: Vec<u32> = (1..=values.len() as u32).collect();
            let svg = control(Measure::Contrast, &chart(values), &rows);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            assert!(svg.len() < 60_000, "{}", svg.len());
        }
        let flat = Chart { control: 0.0, ..chart(vec![1.0; 9]) };
        assert!(control(Measure::Skew, &flat, &[]).contains("class=\"mean\""));
        let none = ShareChart { centre: 0.0, base: ShareBase::default(), groups: Vec::new() };
        assert!(share(&none, &[]).ends_with("</svg>"));
    }

    #[test]
    fn the_size_does_not_grow_with_the_run() {
        let wave = |count: u32| (0..count).map(|i| 1.0 + 0.1 * f64::from(i).sin()).collect();
        let size = |count| control(Measure::Contrast, &chart(wave(count)), &[]).len();
        assert!(size(100_000) < size(4000) * 11 / 10);
    }
}
