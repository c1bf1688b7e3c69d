//! The rows as the page's script takes them: column by column, numbers as whole ones, words by their
//! place in a list, text by what it shares with the text above it.

use std::collections::HashMap;

use serde::Serialize;

use super::labels::{label, machine_name};
use crate::report::words::visible;
use crate::run::journal::State;
use crate::run::results::{Overview, Row};
use crate::run::spc::Measure;

/// The most rows of the page's table: a guess, some megabytes that a browser still takes.
const ROWS: usize = 100_000;
/// The most bytes of a document, a time, a machine or a verdict that are shown: a guess.
const WORD: usize = 64;
/// Of an error or a reason: a guess.
const SENTENCE: usize = 300;
/// Of all errors and reasons, which may all differ: a guess.
const SENTENCES: usize = 3 << 20;
const LEFT_OUT: &str = "The reason is in results.csv.";
/// Decimals of a margin.
const MARGIN: usize = 3;
// The page's script finds a row's state by its place among all of them.
const _: () = {
    let mut i = 0;
    while i < State::ALL.len() {
        assert!(State::ALL[i] as usize == i);
        i += 1;
    }
};

/// All rows, or the worst of them, in the run's order.
pub(super) fn table(overview: &Overview) -> Vec<&Row> {
    let mut rows: Vec<&Row> = overview.rows.iter().collect();
    if rows.len() > ROWS {
        let margin = |row: &Row| row.margin.unwrap_or(0.0);
        let worse = |a: &&Row, b: &&Row| {
            let ends = a.state.cmp(&b.state);
            ends.then(margin(a).total_cmp(&margin(b))).then(a.number.cmp(&b.number))
        };
        rows.select_nth_unstable_by(ROWS, worse);
        rows.truncate(ROWS);
        rows.sort_unstable_by_key(|row| row.number);
    }
    rows
}

#[derive(Serialize)]
struct Data {
    count: usize,
    total: usize,
    /// From one number to the next.
    gaps: Vec<u32>,
    ids: String,
    times: String,
    machines: Words,
    states: Vec<State3>,
    state: Vec<u8>,
    verdicts: Words,
    says: Words,
    margin: Scaled,
    measures: Vec<Column>,
}

/// Word, class and sign of a state.
#[derive(Serialize)]
struct State3(&'static str, &'static str, &'static str);

#[derive(Serialize)]
struct Scaled {
    decimals: usize,
    /// Times ten to the decimals.
    values: Vec<Option<i64>>,
}

#[derive(Serialize)]
struct Column {
    title: &'static str,
    unit: &'static str,
    #[serde(flatten)]
    values: Scaled,
}

/// Words that come again.
#[derive(Default, Serialize)]
struct Words {
    words: Vec<String>,
    rows: Vec<usize>,
    #[serde(skip)]
    places: HashMap<String, usize>,
    #[serde(skip)]
    bytes: usize,
}

impl Words {
    fn push(&mut self, word: String) {
        self.bytes += word.len();
        let next = self.words.len();
        let place = *self.places.entry(word).or_insert_with_key(|word| {
            self.words.push(word.clone());
            next
        });
        self.rows.push(place);
    }
}

/// What stands in the page's script element, with nothing that could end it.
pub(super) fn json(overview: &Overview, rows: &[&Row]) -> Result<String, serde_json::Error> {
    let mut machines = Words::default();
    let mut verdicts = Words::default();
    let mut says = Words::default();
    for row in rows {
        let machine = row.machine.and_then(|place| overview.machines.get(usize::from(place)));
        let name = machine.map_or("", |machine| machine_name(&machine.name));
        machines.push(cut(name, WORD));
        verdicts.push(cut(row.verdict, WORD));
        let is_full = says.bytes > SENTENCES;
        says.push(if is_full && !row.says.is_empty() {
            LEFT_OUT.to_owned()
        } else {
            cut(&row.says, SENTENCE)
        });
    }
    let state = |row: &&Row| row.state as u8;
    let states = State::ALL.map(|state| {
        let label = label(overview.command, state);
        State3(label.says, label.class, label.sign)
    });
    let is_measured = rows.iter().any(|row| row.measures.is_some());
    let measures = Measure::ALL.iter().filter(|_| is_measured).map(|&measure| Column {
        title: measure.title(),
        unit: measure.unit(),
        values: scaled(measure.decimals(), rows, |row| row.measures?.get(measure)),
    });
    let data = Data {
        count: rows.len(),
        total: overview.rows.len(),
        gaps: gaps(rows),
        ids: shared(rows.iter().map(|row| cut(&row.id, WORD))),
        times: shared(rows.iter().map(|row| cut(row.time.as_deref().unwrap_or(""), WORD))),
        machines,
        states: states.into(),
        state: rows.iter().map(state).collect(),
        verdicts,
        says,
        margin: scaled(MARGIN, rows, |row| row.margin),
        measures: measures.collect(),
    };
    Ok(serde_json::to_string(&data)?.replace('<', "\\u003c"))
}

fn gaps(rows: &[&Row]) -> Vec<u32> {
    let mut last = 0;
    let gap = |row: &&Row| row.number - std::mem::replace(&mut last, row.number);
    rows.iter().map(gap).collect()
}

fn scaled(decimals: usize, rows: &[&Row], value: impl Fn(&Row) -> Option<f64>) -> Scaled {
    let scale = 10f64.powi(decimals as i32);
    let whole = |row: &&Row| {
        let value = value(row).filter(|value| value.is_finite())?;
        Some((value * scale).round() as i64)
    };
    Scaled { decimals, values: rows.iter().map(whole).collect() }
}

/// A text that shows what it is, and not more of it than so many bytes.
fn cut(text: &str, bytes: usize) -> String {
    // What is longer than that in the first place is not looked at.
    let end = text.floor_char_boundary(bytes + 1);
    let shown = visible(&text[..end]);
    if shown.len() <= bytes {
        return shown;
    }
    format!("{}…", &shown[..shown.floor_char_boundary(bytes)])
}

/// Texts in lines; each begins with the number, to base 36, of ASCII characters that it shares with the
/// line above. Ids and times that follow each other share most.
fn shared(texts: impl Iterator<Item = String>) -> String {
    let mut lines = String::new();
    let mut last = String::new();
    for (i, text) in texts.enumerate() {
        let pairs = text.bytes().zip(last.bytes());
        let same = pairs.take(35).take_while(|(a, b)| a == b && a.is_ascii()).count();
        if i > 0 {
            lines.push('\n');
        }
        lines.extend(char::from_digit(same as u32, 36));
        lines.push_str(&text[same..]);
        last = text;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_share_what_they_begin_with() {
        let texts = ["A-0001", "A-0002", "Ә1", "Ә2", "", "A-0002"];
        let lines = shared(texts.iter().map(|&text| text.to_owned()));
        assert_eq!(lines, "0A-0001\n52\n0Ә1\n0Ә2\n0\n0A-0002");
    }

    #[test]
    fn what_is_long_is_cut() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "abc…");
        assert_eq!(cut("әәә", 3), "ә…");
        assert_eq!(cut("a\nb", 64), "a\\u{a}b");
        assert!(cut(&"\u{202e}".repeat(1 << 20), 64).len() < 70);
    }
}
