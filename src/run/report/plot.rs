//! Lines, bands and marks of a chart as SVG paths. Their looks are classes, so that the page's style
//! makes them light, dark or fit for paper; a drawing library would write its colours into each.

use std::fmt::Write;

/// The most columns of a chart, about one a pixel: a longer run makes no larger page.
pub(super) const COLUMNS: usize = 400;

/// Values that share one place across.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Column {
    /// Its middle, in values from the start.
    pub(super) at: f64,
    pub(super) least: f64,
    pub(super) most: f64,
    pub(super) mean: f64,
}

/// Values in so few columns that they can be drawn; what is no number is left out.
pub(super) fn columns(values: &[f64]) -> Vec<Column> {
    let count = values.len().min(COLUMNS);
    let column = |i: usize| {
        let [from, to] = [i, i + 1].map(|i| i * values.len() / count);
        let numbers = || values[from..to].iter().copied().filter(|value| value.is_finite());
        let many = numbers().count();
        (many > 0).then(|| Column {
            at: (from + to - 1) as f64 / 2.0,
            least: numbers().fold(f64::INFINITY, f64::min),
            most: numbers().fold(f64::NEG_INFINITY, f64::max),
            mean: numbers().sum::<f64>() / many as f64,
        })
    };
    (0..count).filter_map(column).collect()
}

/// Where values lie on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Values across.
    pub(super) count: usize,
    /// The range down.
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Frame {
    pub(super) fn x(&self, at: f64) -> f64 {
        self.left + self.width * (at + 0.5) / self.count.max(1) as f64
    }

    /// Values beyond the range lie at the edge.
    pub(super) fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 };
        self.top + self.height * (1.0 - share)
    }

    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// The drawing so far.
#[derive(Default)]
pub(super) struct Drawing {
    svg: String,
}

impl Drawing {
    /// A line through points.
    pub(super) fn line(&mut self, class: &str, points: impl IntoIterator<Item = [f64; 2]>) {
        let path = path(points);
        if !path.is_empty() {
            self.put(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
        }
    }

    /// What lies between two lines.
    pub(super) fn area(&mut self, class: &str, above: &[[f64; 2]], below: &[[f64; 2]]) {
        let path = path(above.iter().chain(below.iter().rev()).copied());
        if !path.is_empty() {
            self.put(format_args!("<path class=\"{class}\" d=\"{path}Z\"/>"));
        }
    }

    pub(super) fn rect(&mut self, class: &str, [left, top]: [f64; 2], [right, bottom]: [f64; 2]) {
        let [x, y, width, height] =
            [left, top, (right - left).max(0.5), bottom - top].map(|v| Short(v).to_string());
        self.put(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        ));
    }

    /// Small triangles that point up or down.
    pub(super) fn marks(&mut self, class: &str, marks: &[([f64; 2], bool)]) {
        let mut path = String::new();
        for ([x, y], up) in marks {
            let tall = if *up { -6 } else { 6 };
            let base = y - f64::from(tall) / 2.0;
            let _infallible = write!(path, "M{},{}h7l-3.5,{tall}z", Short(x - 3.5), Short(base));
        }
        if !path.is_empty() {
            self.put(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
        }
    }

    /// Dots, drawn as the round ends of lines without length.
    pub(super) fn dots(&mut self, class: &str, points: impl IntoIterator<Item = [f64; 2]>) {
        let mut path = String::new();
        for [x, y] in points {
            let _infallible = write!(path, "M{},{}h0", Short(x), Short(y));
        }
        if !path.is_empty() {
            self.put(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
        }
    }

    pub(super) fn text(&mut self, class: &str, [x, y]: [f64; 2], text: &str) {
        let [x, y] = [Short(x), Short(y)];
        self.put(format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"));
    }

    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        let _infallible = self.svg.write_fmt(element);
    }

    pub(super) fn finish(self, [width, height]: [f64; 2], says: &str) -> String {
        format!(
            "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{says}\">{}</svg>",
            self.svg
        )
    }
}

fn path(points: impl IntoIterator<Item = [f64; 2]>) -> String {
    let mut path = String::new();
    for [x, y] in points {
        let step = if path.is_empty() { 'M' } else { 'L' };
        let _infallible = write!(path, "{step}{},{}", Short(x), Short(y));
    }
    path
}

/// A length with a decimal where it has one.
struct Short(f64);

impl std::fmt::Display for Short {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = (10.0 * self.0).round() as i64;
        let sign = if tenths < 0 { "-" } else { "" };
        let (whole, tenth) = (tenths.abs() / 10, tenths.abs() % 10);
        if tenth == 0 { write!(out, "{sign}{whole}") } else { write!(out, "{sign}{whole}.{tenth}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_make_no_more_columns() {
        let values: Vec<f64> = (0..100_000).map(f64::from).collect();
        let all = columns(&values);
        assert_eq!(all.len(), COLUMNS);
        assert_eq!(all[0], Column { at: 124.5, least: 0.0, most: 249.0, mean: 124.5 });
        let short = columns(&[1.0, f64::NAN, 3.0]);
        assert_eq!(short.iter().map(|c| c.at).collect::<Vec<_>>(), [0.0, 2.0]);
        assert!(columns(&[]).is_empty());
    }

    #[test]
    fn lengths_are_short() {
        let shown = [0.0, 1.25, -0.04, -3.5, 12.0].map(|v| Short(v).to_string());
        assert_eq!(shown, ["0", "1.3", "0", "-3.5", "12"]);
    }
}
