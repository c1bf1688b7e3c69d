//! The page: what is shown, and how much of it at most.

use askama::Template;

use super::data;
use super::findings::{Finding, Findings};
use super::labels::grouped;
use super::parts::{CHARTS, Card, Headline, Kept, Tile};
use crate::report::web;
use crate::run::error::ReportError;
use crate::run::manifest::Command;
use crate::run::results::Overview;
use crate::run::spc::Measure;

const STYLE: &str =
    concat!(include_str!("../../report/web/base.css"), "\n", include_str!("style.css"));
const SCRIPT: &str = include_str!("script.js");

/// The most lines of a table, machines and cards: a guess, more than anybody reads.
const LINES: usize = 60;
const CARDS: usize = 60;
const _: () = assert!(CHARTS <= LINES, "whose charts are shown is in the table");

/// The report of a run.
///
/// # Errors
/// [`ReportError`].
pub fn report(overview: &Overview) -> Result<String, ReportError> {
    let Findings { mut drifts, mut single } = Findings::of(overview);
    let rows = data::table(overview);
    let mut kept = Kept::all(overview, &drifts);
    let counts = [drifts.len(), single.len()].map(|count| grouped(count as u64));
    let more = [drifts.len() > LINES, single.len() > LINES];
    let headline = Headline::of(overview, &drifts);
    kept.truncate(LINES);
    drifts.truncate(LINES);
    single.truncate(LINES);
    let html = Html {
        style: STYLE,
        script: SCRIPT,
        policy: web::policy(STYLE, SCRIPT),
        is_qa: overview.command == Command::Qa,
        overview,
        headline,
        tiles: Tile::all(overview),
        counts,
        more,
        drifts,
        single,
        shown: kept.len().min(CHARTS),
        kept,
        worst: overview.worst.iter().take(CARDS).map(|worst| Card::of(overview, worst)).collect(),
        measures: if rows.iter().any(|row| row.measures.is_some()) { &Measure::ALL } else { &[] },
        has_times: rows.iter().any(|row| row.time.is_some()),
        total: grouped(overview.rows.len() as u64),
        in_table: grouped(rows.len() as u64),
        is_cut: rows.len() < overview.rows.len(),
        data: data::json(overview, &rows)?,
    };
    Ok(html.render()?)
}

#[derive(Template)]
#[template(path = "run/report/page.html")]
struct Html<'a> {
    style: &'static str,
    script: &'static str,
    policy: String,
    is_qa: bool,
    overview: &'a Overview,
    headline: Headline,
    tiles: Vec<Tile>,
    /// Drifts and single signals, all of them, and whether there are more than are shown.
    counts: [String; 2],
    more: [bool; 2],
    drifts: Vec<Finding>,
    single: Vec<Finding>,
    kept: Vec<Kept>,
    /// Machines with charts.
    shown: usize,
    worst: Vec<Card>,
    measures: &'static [Measure],
    has_times: bool,
    total: String,
    in_table: String,
    is_cut: bool,
    data: String,
}
