//! The worst scans of a run: looked at once more for the report, each with a page for examiners.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::atomic::AtomicBool;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;

use super::summary::FilePart;
use crate::report::{Source, html};
use crate::run::error::RunError;
use crate::run::journal::{Entry, Inspected, State};
use crate::run::manifest::{Command, Row};
use crate::run::work::{Inspector, Run, Seen, pool};

/// The folder of the pages.
const PAGES: &str = "inspections";
/// The largest sides of a thumbnail in pixels: twice what is shown, for fine screens.
const THUMBNAIL: (u32, u32) = (210, 270);
/// Of its JPEG, 1 to 100: a guess.
const QUALITY: u8 = 70;

/// A scan that stands out.
#[derive(Clone, Debug)]
pub struct Worst {
    /// Number of the row.
    pub row: u32,
    /// A JPEG of the portrait; none where the scan is no longer there.
    pub thumbnail: Option<Vec<u8>>,
    /// The page for examiners, relative to the report.
    pub inspection: Option<String>,
    /// The foremost reason.
    pub says: String,
}

/// The worst of the rows that were seen so far.
#[derive(Default)]
pub struct Ranking {
    most: usize,
    rows: BTreeMap<Rank, Candidate>,
}

/// The worst first: how the row ended, thousandths of its margin, tenths of its legibility where that
/// was measured, and its number.
type Rank = (State, i64, i64, u32);

/// SHA-256 of the scan and of the portrait that it was held against, in hexadecimal digits.
type Digests = [Option<String>; 2];

struct Candidate {
    /// SHA-256 of its files.
    digests: Digests,
    says: String,
}

impl Ranking {
    /// Of so many rows at the most.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, rows: BTreeMap::new() }
    }

    /// Takes a row's entry, if its scan was inspected.
    pub fn add(&mut self, entry: &Entry<Inspected>) {
        let Some(done) = &entry.done else { return };
        let legibility = done.measures.map_or(0.0, |measures| measures.log10_odds);
        let rank =
            (entry.state(), (done.margin * 1e3) as i64, (legibility * 10.0) as i64, entry.row);
        if self.rows.len() == self.most && self.rows.last_key_value().is_none_or(|l| *l.0 < rank) {
            return;
        }
        let candidate = Candidate { digests: digests(entry), says: done.reason.clone() };
        self.rows.insert(rank, candidate);
        if self.rows.len() > self.most {
            self.rows.pop_last();
        }
    }

    /// Looks at the worst once more and writes their pages; the worst first. With the pages as files
    /// of the run.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn look(
        self,
        run: &Run<'_>,
        inspector: &Inspector<'_>,
    ) -> Result<(Vec<Worst>, Vec<FilePart>), RunError> {
        // Others may have been the worst when an earlier start ended.
        run.folder.remove(PAGES)?;
        let (mut found, mut pages) = (BTreeMap::new(), BTreeMap::new());
        let known: BTreeMap<u32, &Digests> =
            self.rows.iter().map(|(rank, candidate)| (rank.3, &candidate.digests)).collect();
        let rows = run.whole_rows()?.filter_map(Result::ok);
        let rows = rows.filter(|row| known.contains_key(&row.number));
        pool::each(
            run.threads,
            rows,
            |row| again(row, known.get(&row.number).copied(), run, inspector),
            |row| Ok((row.number, None)),
            &AtomicBool::new(false),
            |looked| {
                for one in looked {
                    let (row, pictures) = one?;
                    let (thumbnail, page) = pictures.unzip();
                    let inspection = page.as_ref().map(|page: &FilePart| page.file.clone());
                    let says = String::new();
                    found.insert(row, Worst { row, thumbnail, inspection, says });
                    page.map(|page| pages.insert(row, page));
                }
                Ok::<(), RunError>(())
            },
        )?;
        let worst = self.rows.into_iter().filter_map(|((.., row), candidate)| {
            Some(Worst { says: candidate.says, ..found.remove(&row)? })
        });
        Ok((worst.collect(), pages.into_values().collect()))
    }
}

/// A row's thumbnail and page; none where the scan is not what it was.
type Pictures = (u32, Option<(Vec<u8>, FilePart)>);

fn again(
    row: &Row,
    known: Option<&Digests>,
    run: &Run<'_>,
    inspector: &Inspector<'_>,
) -> Result<Pictures, RunError> {
    let nothing = Ok((row.number, None));
    let mut entry = Entry::of(row, Command::Qa.picture());
    let Ok(seen) = inspector.look(row, &mut entry) else { return nothing };
    if known.is_none_or(|known| *known != digests(&entry)) {
        return nothing;
    }
    let Some((thumbnail, page)) = drawn(&seen, &entry, inspector) else { return nothing };
    let name = format!("{PAGES}/{:06}.html", row.number);
    let published = run.folder.publish(&name, |file| file.write_all(page.as_bytes()))?;
    Ok((row.number, Some((thumbnail, FilePart::of(&name, &published)))))
}

fn digests(entry: &Entry<Inspected>) -> Digests {
    let stamps = [entry.input.as_ref(), entry.portrait.as_ref().map(|portrait| &portrait.stamp)];
    stamps.map(|stamp| stamp.map(|stamp| stamp.sha256.clone()))
}

fn drawn(
    seen: &Seen,
    entry: &Entry<Inspected>,
    inspector: &Inspector<'_>,
) -> Option<(Vec<u8>, String)> {
    let Seen { picture, page, record } = seen;
    let mut digest = [0; 32];
    let hex = &entry.input.as_ref()?.sha256;
    for (i, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    let file = std::path::Path::new(&entry.file).file_name()?.to_string_lossy();
    let source = Source { file: &file, digest, picture, profile: inspector.profile };
    let html = html::report(&source, page, record).ok()?;
    Some((thumbnail(seen)?, html))
}

/// The portrait, or all of the scan where none was found.
fn thumbnail(seen: &Seen) -> Option<Vec<u8>> {
    let pixels = &seen.picture.pixels;
    let (width, height) = (pixels.width(), pixels.height());
    let corners = seen.record.scan.portrait.unwrap_or([[0.0; 2], [1e9, 1e9], [0.0; 2], [1e9, 1e9]]);
    let side = |axis: usize, end: u32| {
        let of = |fold: fn(f64, f64) -> f64, from| corners.iter().map(|c| c[axis]).fold(from, fold);
        let within = |v: f64| v.clamp(0.0, f64::from(end)) as u32;
        let first = within(of(f64::min, f64::MAX)).min(end.saturating_sub(1));
        (first, within(of(f64::max, f64::MIN)).max(first))
    };
    let ((left, right), (top, bottom)) = (side(0, width), side(1, height));
    let portrait = pixels.crop_imm(left, top, (right - left).max(1), (bottom - top).max(1));
    let small = portrait.resize(THUMBNAIL.0, THUMBNAIL.1, FilterType::Triangle).to_rgb8();
    let mut jpeg = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&small).ok()?;
    Some(jpeg.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::decision::verdict::{Outcome, Verdict};

    fn entry(row: u32, result: Outcome, margin: f64) -> Entry<Inspected> {
        let row =
            Row { number: row, id: row.to_string(), fields: Err(String::new()), issued: None };
        let done = Inspected {
            result,
            verdict: Verdict::Read,
            margin,
            reason: String::new(),
            read: None,
            picture: None,
            face: None,
            measures: None,
            record: None,
        };
        Entry::of(&row, "scan").ended(Ok(done))
    }

    #[test]
    fn the_worst_are_kept() {
        let mut ranking = Ranking::new(3);
        for (row, result, margin) in [
            (1, Outcome::Successful, 0.1),
            (2, Outcome::Successful, 0.9),
            (3, Outcome::Failed, -0.2),
            (4, Outcome::Undetermined, -0.9),
            (5, Outcome::Failed, -0.8),
            (6, Outcome::Successful, 0.05),
        ] {
            ranking.add(&entry(row, result, margin));
        }
        let rows: Vec<u32> = ranking.rows.keys().map(|rank| rank.3).collect();
        assert_eq!(rows, [5, 3, 4]);
    }
}
