//! Errors over the threshold: table, CSV and picture.
#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use measure::rate::Rate;

/// The share of one-letter impostors that may be accepted.
pub(crate) const LIMIT: f64 = 1e-4;

/// Values, highest first; −∞ where there is none.
pub(crate) struct Curve {
    pub(crate) holders: Vec<f32>,
    pub(crate) neighbours: Vec<f32>,
    pub(crate) others: Vec<f32>,
}

/// How many of `values`, highest first, reach a threshold.
pub(crate) fn reaching(values: &[f32], threshold: f32) -> Rate {
    Rate { hits: values.partition_point(|&v| v >= threshold), of: values.len() }
}

impl Curve {
    pub(crate) fn new(values: [Vec<f32>; 3]) -> Self {
        let sorted = |mut values: Vec<f32>| {
            values.sort_unstable_by(|a, b| b.total_cmp(a));
            values
        };
        let [holders, neighbours, others] = values.map(sorted);
        Self { holders, neighbours, others }
    }

    /// The least threshold that at most [`LIMIT`] of the one-letter impostors reach.
    pub(crate) fn limit(&self) -> f32 {
        let allowed = (self.neighbours.len() as f64 * LIMIT) as usize;
        self.neighbours.get(allowed).map_or(f32::NEG_INFINITY, |v| v.next_up())
    }

    fn thresholds(&self) -> impl Iterator<Item = f32> {
        (-80..=160).map(|i| i as f32 * 0.25)
    }

    pub(crate) fn print(&self) {
        println!(
            "\n| threshold | holder refused | one letter other accepted | other name accepted |"
        );
        println!("|---|---|---|---|");
        let row = |threshold: f32, title: &str| {
            let holders = reaching(&self.holders, threshold);
            let refused = Rate { hits: holders.of - holders.hits, of: holders.of };
            println!(
                "| {title} | {refused} | {} | {} |",
                parts(reaching(&self.neighbours, threshold)),
                parts(reaching(&self.others, threshold)),
            );
        };
        for threshold in [-8.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.5, 5.0, 7.0, 10.0] {
            row(threshold, &format!("{threshold}"));
        }
        row(self.limit(), &format!("**{:.2}**", self.limit()));
    }

    pub(crate) fn write_csv(&self, path: &Path) -> Result<()> {
        let mut csv = String::from(
            "threshold,holders,holders_accepted,one_letter,one_letter_accepted,others,others_accepted\n",
        );
        for threshold in self.thresholds() {
            write!(csv, "{threshold}")?;
            for values in [&self.holders, &self.neighbours, &self.others] {
                let rate = reaching(values, threshold);
                write!(csv, ",{},{}", rate.of, rate.hits)?;
            }
            csv.push('\n');
        }
        std::fs::write(path, csv).with_context(|| path.display().to_string())
    }

    /// Holders accepted over one-letter impostors accepted, the latter in powers of ten.
    pub(crate) fn write_picture(&self, path: &Path, title: &str) -> Result<()> {
        const SIZE: [f64; 2] = [640.0, 420.0];
        const LEFT: f64 = 70.0;
        const TOP: f64 = 40.0;
        const DECADES: f64 = 6.0;
        let [width, height] = [SIZE[0] - LEFT - 30.0, SIZE[1] - TOP - 60.0];
        let x = |share: f64| LEFT + width * (share.log10().max(-DECADES) / DECADES + 1.0);
        let y = |share: f64| TOP + height * (1.0 - share);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"{LEFT}\" y=\"22\">{title}</text>\n",
            SIZE[0], SIZE[1]
        );
        let line = |svg: &mut String, from: [f64; 2], to: [f64; 2], style: &str| {
            let ([a, b], [c, d]) = (from, to);
            writeln!(svg, "<path d=\"M{a:.1} {b:.1}L{c:.1} {d:.1}\" stroke=\"{style}\"/>")
        };
        for decade in 0..=DECADES as i32 {
            let at = x(10f64.powi(-decade));
            line(&mut svg, [at, y(0.0)], [at, y(1.0)], "#ddd")?;
            let label =
                if decade == 0 { "1".to_owned() } else { format!("10⁻{}", superscript(decade)) };
            writeln!(
                svg,
                "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label}</text>",
                y(0.0) + 18.0
            )?;
        }
        for tenth in (0..=10).step_by(2) {
            let share = f64::from(tenth) / 10.0;
            line(&mut svg, [LEFT, y(share)], [LEFT + width, y(share)], "#ddd")?;
            writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{} %</text>",
                LEFT - 6.0,
                y(share) + 4.0,
                tenth * 10
            )?;
        }
        line(&mut svg, [x(LIMIT), y(0.0)], [x(LIMIT), y(1.0)], "#888\" stroke-dasharray=\"4 3")?;
        let points = self.thresholds().map(|threshold| {
            let share = |values: &[f32]| reaching(values, threshold).share();
            format!("{:.1},{:.1}", x(share(&self.neighbours)), y(share(&self.holders)))
        });
        let points = points.collect::<Vec<_>>().join(" ");
        writeln!(
            svg,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"#1b6ca8\" stroke-width=\"2\"/>"
        )?;
        writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">share of one-letter impostors accepted</text>\n\
         <text transform=\"translate(18 {:.1}) rotate(-90)\" text-anchor=\"middle\">share of holders accepted</text>\n</svg>",
            LEFT + 0.5 * width,
            SIZE[1] - 18.0,
            y(0.5)
        )?;
        std::fs::write(path, svg).with_context(|| path.display().to_string())
    }
}

/// Of a million, with the interval.
fn parts(rate: Rate) -> String {
    let [low, high] = rate.interval().map(|v| v * 1e6);
    format!("{:.0} [{low:.0}–{high:.0}] ppm", rate.share() * 1e6)
}

fn superscript(digit: i32) -> char {
    ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit.clamp(0, 9) as usize]
}
