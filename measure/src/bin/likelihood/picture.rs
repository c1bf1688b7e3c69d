//! The picture: how many comparisons have a greater ratio, and whether ratios are what they say.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use tumar::inspect::decision::likelihood::MAP;

use super::table::{Bin, Scores};

const SIZE: [f64; 2] = [760.0, 420.0];
const SIDE: f64 = 290.0;
const TOP: f64 = 50.0;
/// Powers of ten either way.
const DECADES: f64 = 5.0;
const OWN: &str = "#1b6ca8";
const OTHERS: &str = "#c1440e";

/// A square of the picture; x is log10 of the ratio.
struct Panel {
    left: f64,
    svg: String,
}

impl Panel {
    fn new(left: f64, title: &str, below: &str) -> Self {
        let mut panel = Self { left, svg: String::new() };
        panel.text(left + 0.5 * SIDE, TOP - 14.0, title);
        panel.text(left + 0.5 * SIDE, TOP + SIDE + 40.0, below);
        for decade in -DECADES as i32..=DECADES as i32 {
            let at = panel.x(f64::from(decade));
            panel.line(&[[at, TOP], [at, TOP + SIDE]], "#ddd");
            panel.text(at, TOP + SIDE + 18.0, &decade.to_string());
        }
        panel
    }

    fn x(&self, log10: f64) -> f64 {
        self.left + SIDE * (0.5 + 0.5 * (log10 / DECADES).clamp(-1.0, 1.0))
    }

    fn y(&self, share: f64) -> f64 {
        TOP + SIDE * (1.0 - share.clamp(0.0, 1.0))
    }

    fn text(&mut self, x: f64, y: f64, text: &str) {
        let text =
            format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{text}</text>\n");
        self.svg.push_str(&text);
    }

    fn line(&mut self, points: &[[f64; 2]], style: &str) {
        let points = points.iter().map(|[x, y]| format!("{x:.1},{y:.1}")).collect::<Vec<_>>();
        let points = points.join(" ");
        self.svg.push_str(&format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{style}\"/>\n"
        ));
    }
}

/// Shares of either kind over each ratio (Tippett et al. 1968), and what the counts say over what is
/// stated.
pub(crate) fn write(path: &Path, scores: &Scores, bins: &[Bin]) -> Result<()> {
    let mut shares = Panel::new(60.0, "share with a greater ratio", "log10 LR stated");
    for tenth in (0..=10).step_by(2) {
        let share = f64::from(tenth) / 10.0;
        let at = shares.y(share);
        shares.line(&[[60.0, at], [60.0 + SIDE, at]], "#ddd");
        shares.text(38.0, at + 4.0, &format!("{} %", 10 * tenth));
    }
    let [own, others] = scores.ratios(&MAP);
    for (ratios, style) in [(own, OWN), (others, OTHERS)] {
        let steps = (-100..=100).map(|i| f64::from(i) * 0.01 * DECADES);
        let share = |log10: f64| {
            ratios.iter().filter(|v| **v > log10).count() as f64 / ratios.len().max(1) as f64
        };
        let points: Vec<_> = steps.map(|v| [shares.x(v), shares.y(share(v))]).collect();
        shares.line(&points, &format!("{style}\" stroke-width=\"2"));
    }
    let left = 430.0;
    let mut says = Panel::new(left, "log10 LR by the counts", "log10 LR stated");
    let y = |log10: f64| TOP + SIDE * (0.5 - 0.5 * (log10 / DECADES).clamp(-1.0, 1.0));
    for decade in -DECADES as i32..=DECADES as i32 {
        let at = y(f64::from(decade));
        says.line(&[[left, at], [left + SIDE, at]], "#ddd");
        says.text(left - 14.0, at + 4.0, &decade.to_string());
    }
    let corner = [says.x(-DECADES), y(-DECADES)];
    says.line(&[corner, [says.x(DECADES), y(DECADES)]], "#888\" stroke-dasharray=\"4 3");
    for bin in bins {
        let [low, is, high] = bin.says().map(y);
        let at = says.x(bin.mean);
        says.line(&[[at, low], [at, high]], OWN);
        writeln!(says.svg, "<circle cx=\"{at:.1}\" cy=\"{is:.1}\" r=\"4\" fill=\"{OWN}\"/>")?;
    }
    let [width, height] = SIZE;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{}{}\
         <text x=\"60\" y=\"{:.1}\"><tspan fill=\"{OWN}\">holder's name</tspan>, <tspan fill=\"{OTHERS}\">others</tspan></text>\n</svg>\n",
        shares.svg,
        says.svg,
        height - 12.0
    );
    std::fs::write(path, svg).with_context(|| path.display().to_string())
}
