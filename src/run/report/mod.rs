//! The report of a whole print run: one page of HTML that says what happened, which machine drifts and
//! what shows it, and has all rows in a table. A pure function of what it is given.

mod data;
mod drift;
mod findings;
mod labels;
mod panels;
mod parts;
mod plot;

use askama::Template;
use thiserror::Error;

use super::measures::Measure;
use super::overview::{Command, Overview};
use crate::report::web;
use findings::{Finding, Findings};
use labels::grouped;
use parts::{Card, Headline, Kept, Tile};

const STYLE: &str =
    concat!(include_str!("../../report/web/base.css"), "\n", include_str!("style.css"));
const SCRIPT: &str = include_str!("script.js");

/// Lines of a table, machines and cards at the most; a page of more is read by nobody.
const LINES: usize = 60;
const CHARTS: usize = 16;
const CARDS: usize = 60;

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The rows could not be written.
    #[error("the report's rows cannot be written: {0}")]
    Rows(#[from] serde_json::Error),
    /// The page could not be filled in.
    #[error("the report cannot be written: {0}")]
    Page(#[from] askama::Error),
}

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
