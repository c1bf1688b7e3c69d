//! The journal's file: append-only JSON Lines. The first line holds the terms of the run, each other
//! line what became of one row. A row is done once its line is on the disk.
//!
//! Each line begins with the CRC-32 of the rest of it. A line that a crash cut short or a disk damaged
//! does not count, and its row is done again.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::JournalError;
use super::folder::{Folder, JOURNAL};
use super::terms::Terms;

const PREFIX: &str = "{\"crc\":\"";
/// Of the prefix, eight digits, quotation mark and comma.
const HEAD: usize = PREFIX.len() + 8 + 2;

/// The most bytes of a first line that [`terms`] reads: a guess, far more than one has.
const LONGEST_TERMS: u64 = 1 << 16;

/// The journal of a running run.
#[derive(Debug)]
pub struct Journal<'f> {
    folder: &'f Folder,
    file: &'f File,
    /// Byte offset of each row's line; 0 where there is none.
    places: Vec<u64>,
    length: u64,
}

impl<'f> Journal<'f> {
    /// Begins the folder's journal or goes on with it. What stands behind its last whole line is cut off.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(folder: &'f Folder, terms: &Terms) -> Result<Self, JournalError> {
        let places = vec![0; terms.rows as usize];
        let mut journal = Self { folder, file: folder.journal(), places, length: 0 };
        journal.load(terms)?;
        journal.cut().map_err(journal.failed())?;
        if journal.length == 0 {
            let line = serde_json::to_vec(terms).map_err(io::Error::other);
            let line = line.map_err(journal.failed())?;
            journal.append(&[(0, line)])?;
        }
        Ok(journal)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(JOURNAL)
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> JournalError + use<> {
        let path = self.path();
        move |cause| JournalError::File { path, cause }
    }

    /// Reads all lines; `length` is then that of all whole ones.
    fn load(&mut self, asked: &Terms) -> Result<(), JournalError> {
        #[derive(Deserialize)]
        struct Numbered {
            row: u32,
        }
        let mut file = self.file;
        file.seek(SeekFrom::Start(0)).map_err(self.failed())?;
        let mut lines = BufReader::with_capacity(1 << 20, file);
        let (mut line, mut place) = (Vec::new(), 0);
        loop {
            line.clear();
            let read = lines.read_until(b'\n', &mut line).map_err(self.failed())?;
            if read == 0 || !line.ends_with(b"\n") {
                return Ok(());
            }
            if place == 0 {
                let terms =
                    body(&line).and_then(|json| serde_json::from_slice::<Terms>(&json).ok());
                let terms = terms.ok_or_else(|| JournalError::Foreign(self.path()))?;
                if let Some(difference) = terms.difference(asked) {
                    return Err(JournalError::Other { path: self.path(), difference });
                }
            } else if let Some(json) = body(&line)
                && let Ok(Numbered { row }) = serde_json::from_slice(&json)
                && let Some(known) = self.places.get_mut((row as usize).wrapping_sub(1))
            {
                *known = place;
            }
            place += read as u64;
            self.length = place;
        }
    }

    /// Cuts off the part of a line that a crash left.
    fn cut(&self) -> io::Result<()> {
        if self.file.metadata()?.len() > self.length {
            self.file.set_len(self.length)?;
            self.folder.sync_journal()?;
        }
        Ok(())
    }

    /// Whether a row is done.
    #[must_use]
    pub fn has(&self, row: u32) -> bool {
        self.places.get((row as usize).wrapping_sub(1)).is_some_and(|&place| place > 0)
    }

    /// Rows that are done.
    #[must_use]
    pub fn done(&self) -> u32 {
        self.places.iter().filter(|&&place| place > 0).count() as u32
    }

    /// Counts a row as not done.
    pub fn forget(&mut self, row: u32) {
        if let Some(place) = self.places.get_mut((row as usize).wrapping_sub(1)) {
            *place = 0;
        }
    }

    /// Appends the entries of rows, each a JSON object on one line with its number as `row`. They are on
    /// the disk when this returns, if the drive can sync.
    ///
    /// # Errors
    /// [`JournalError::File`]; then none of them is done.
    pub fn append(&mut self, entries: &[(u32, Vec<u8>)]) -> Result<(), JournalError> {
        let (mut lines, mut places) = (Vec::new(), Vec::with_capacity(entries.len()));
        for (row, json) in entries {
            places.push((*row, self.length + lines.len() as u64));
            let rest = json.strip_prefix(b"{").unwrap_or(json);
            lines.extend(format!("{PREFIX}{:08x}\",", crc32fast::hash(rest)).bytes());
            lines.extend(rest);
            lines.push(b'\n');
        }
        let mut file = self.file;
        if let Err(cause) = file.write_all(&lines).and_then(|()| self.folder.sync_journal()) {
            // If even this fails, the next start does it.
            let _left = self.cut();
            return Err(self.failed()(cause));
        }
        self.length += lines.len() as u64;
        for (row, place) in places {
            if let Some(known) = self.places.get_mut((row as usize).wrapping_sub(1)) {
                *known = place;
            }
        }
        Ok(())
    }

    /// The entries of the rows that are done, as JSON, by their numbers.
    ///
    /// # Errors
    /// [`JournalError::File`], for each.
    pub fn entries(&self) -> impl Iterator<Item = Result<(u32, Vec<u8>), JournalError>> + '_ {
        let mut lines = BufReader::with_capacity(1 << 20, self.file);
        let mut at = u64::MAX;
        let places = (1..).zip(&self.places).filter(|(_, place)| **place > 0);
        places.map(move |(row, &place)| {
            let mut read = || {
                // Rows end about in their order: most of them are near.
                match (place as i64).checked_sub_unsigned(at) {
                    Some(way) if at != u64::MAX => lines.seek_relative(way)?,
                    _ => drop(lines.seek(SeekFrom::Start(place))?),
                }
                let mut line = Vec::new();
                at = place + lines.by_ref().read_until(b'\n', &mut line)? as u64;
                body(&line).ok_or_else(|| {
                    io::Error::new(
                        ErrorKind::InvalidData,
                        format!("the line of row {row} has changed"),
                    )
                })
            };
            read().map(|json| (row, json)).map_err(self.failed())
        })
    }
}

/// The terms of the run in a folder that nobody may be working in; none where they cannot be read.
pub(super) fn terms(folder: &Path) -> Option<Terms> {
    let mut line = Vec::new();
    let journal = File::open(folder.join(JOURNAL)).ok()?;
    BufReader::new(journal.take(LONGEST_TERMS)).read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&body(&line)?).ok()
}

/// The JSON of an undamaged line.
fn body(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.strip_suffix(b"\n")?;
    let (head, rest) = line.split_at_checked(HEAD)?;
    let crc = head.strip_prefix(PREFIX.as_bytes())?.strip_suffix(b"\",")?;
    let crc = u32::from_str_radix(std::str::from_utf8(crc).ok()?, 16).ok()?;
    (crc == crc32fast::hash(rest)).then(|| [b"{", rest].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::manifest::Command;

    fn terms(rows: u32) -> Terms {
        Terms::new(Command::Qa, [1; 32], rows, [2; 32])
    }

    fn entry(row: u32) -> (u32, Vec<u8>) {
        (row, format!("{{\"row\":{row},\"text\":\"Ә{}\"}}", "x".repeat(row as usize)).into())
    }

    fn written(path: &Path, rows: &[u32]) -> Vec<u8> {
        let folder = Folder::claim(path).unwrap();
        let mut journal = Journal::open(&folder, &terms(9)).unwrap();
        for &row in rows {
            journal.append(&[entry(row)]).unwrap();
        }
        std::fs::read(path.join(JOURNAL)).unwrap()
    }

    #[test]
    fn rows_come_back_in_order() {
        let home = tempfile::tempdir().unwrap();
        written(home.path(), &[3, 1, 9, 1]);
        let folder = Folder::claim(home.path()).unwrap();
        let mut journal = Journal::open(&folder, &terms(9)).unwrap();
        journal.append(&[entry(2), entry(4)]).unwrap();
        let found: Vec<_> = journal.entries().map(Result::unwrap).collect();
        assert_eq!(found, [1, 2, 3, 4, 9].map(entry));
        assert!(journal.has(9) && !journal.has(5) && !journal.has(0) && journal.done() == 5);
        journal.forget(9);
        assert!(!journal.has(9));
    }

    /// A crash may leave any part of what was written: all whole lines still count, and no other.
    #[test]
    fn any_cut_leaves_whole_rows() {
        let home = tempfile::tempdir().unwrap();
        let whole = written(home.path(), &[1, 2, 3]);
        let path = home.path().join(JOURNAL);
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let folder = Folder::claim(home.path()).unwrap();
            let mut journal = Journal::open(&folder, &terms(9)).unwrap();
            let lines = whole[..length].iter().filter(|&&byte| byte == b'\n').count();
            assert_eq!(journal.done() as usize, lines.saturating_sub(1), "{length}");
            journal.append(&[entry(4)]).unwrap();
            assert_eq!(journal.entries().last().unwrap().unwrap(), entry(4));
        }
    }

    #[test]
    fn a_damaged_row_is_done_again() {
        let home = tempfile::tempdir().unwrap();
        let mut whole = written(home.path(), &[1, 2, 3]);
        let at = whole.windows(3).position(|bytes| bytes == b"xx\"").unwrap();
        whole[at] = b'y';
        std::fs::write(home.path().join(JOURNAL), whole).unwrap();
        let folder = Folder::claim(home.path()).unwrap();
        let journal = Journal::open(&folder, &terms(9)).unwrap();
        assert!(journal.has(1) && !journal.has(2) && journal.has(3));
    }

    #[test]
    fn another_run_is_refused() {
        let home = tempfile::tempdir().unwrap();
        written(home.path(), &[1]);
        let refused = |change: &dyn Fn(&mut Terms)| {
            let mut asked = terms(9);
            change(&mut asked);
            let folder = Folder::claim(home.path()).unwrap();
            let error = Journal::open(&folder, &asked).unwrap_err();
            assert!(matches!(error, JournalError::Other { .. }));
            error.to_string()
        };
        assert!(refused(&|t| t.profile.push('0')).contains("by another profile"));
        assert!(refused(&|t| t.keys.push("0a".into())).contains("by other keys"));
        assert!(refused(&|t| t.manifest.push('0')).contains("manifest has changed"));
        assert!(
            refused(&|t| drop(t.options.insert("ppi".into(), "600".into()))).contains("options")
        );
        std::fs::write(home.path().join(JOURNAL), "row,id\n1,a\n").unwrap();
        let folder = Folder::claim(home.path()).unwrap();
        assert!(matches!(Journal::open(&folder, &terms(9)), Err(JournalError::Foreign(_))));
    }
}
