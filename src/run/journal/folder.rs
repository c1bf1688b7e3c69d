//! The run's folder: one run at a time works in it, and files appear in it completely or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::formats::durable::{self, Locked, Synced};
use crate::formats::encode;

/// The journal's file, which a run also locks.
pub(super) const JOURNAL: &str = "journal.jsonl";
/// Where files are written before they are renamed into place.
const PARTIAL: &str = ".partial";

/// Why a run cannot work in a folder.
#[derive(Debug, Error)]
pub enum FolderError {
    /// It holds something else.
    #[error("{}: is not empty and holds no run; name a new folder", .0.display())]
    Foreign(PathBuf),
    /// Another run is at it.
    #[error("{}: another run is working in this folder; wait for it, or name another", .0.display())]
    Busy(PathBuf),
    /// The system refused.
    #[error("{}: cannot write it: {cause}", path.display())]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl FolderError {
    fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Write { path: path.to_owned(), cause }
    }
}

/// A file that stands in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// SHA-256.
    pub digest: [u8; 32],
    /// Its length.
    pub bytes: u64,
}

/// A folder that is locked by this process as long as this lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    journal: File,
    syncs: Promise,
    locks: Promise,
}

/// Something that the folder's drive should do.
#[derive(Debug, Default)]
struct Promise(AtomicU8);

impl Promise {
    const BROKEN: u8 = 1;
    const TOLD: u8 = 2;

    fn break_off(&self) {
        let _known = self.0.compare_exchange(0, Self::BROKEN, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Whether it is broken and nobody has been told.
    fn is_to_tell(&self) -> bool {
        let (from, to) = (Self::BROKEN, Self::TOLD);
        self.0.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

impl Folder {
    /// Creates the folder or continues in it, and removes what a killed run left half-written.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn claim(path: &Path) -> Result<Self, FolderError> {
        let failed = || FolderError::write(path);
        std::fs::create_dir_all(path).map_err(failed())?;
        let journal_path = path.join(JOURNAL);
        if !journal_path.exists() && path.read_dir().map_err(failed())?.next().is_some() {
            return Err(FolderError::Foreign(path.to_owned()));
        }
        let journal = OpenOptions::new().create(true).read(true).append(true).open(&journal_path);
        let journal = journal.map_err(FolderError::write(&journal_path))?;
        let (syncs, locks) = (Promise::default(), Promise::default());
        let folder = Self { path: path.to_owned(), journal, syncs, locks };
        match durable::lock(&folder.journal).map_err(FolderError::write(&journal_path))? {
            Locked::Yes => {}
            Locked::Busy => return Err(FolderError::Busy(path.to_owned())),
            Locked::Unsupported => folder.locks.break_off(),
        }
        folder.clear()?;
        folder.sync_journal().map_err(FolderError::write(&journal_path))?;
        folder.sync(path).map_err(failed())?;
        Ok(folder)
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The journal's file, open for reading and appending, and locked.
    #[must_use]
    pub fn journal(&self) -> &File {
        &self.journal
    }

    /// Has the journal's content on the disk, where the drive can.
    pub(super) fn sync_journal(&self) -> io::Result<()> {
        self.kept(durable::sync(&self.journal))
    }

    /// A rename is durable only once the folder itself is on the disk.
    fn sync(&self, folder: &Path) -> io::Result<()> {
        self.kept(durable::sync_folder(folder))
    }

    fn kept(&self, synced: io::Result<Synced>) -> io::Result<()> {
        if synced? == Synced::Unsupported {
            self.syncs.break_off();
        }
        Ok(())
    }

    /// What the folder's drive turned out not to do since this was last asked, and what is no longer
    /// promised because of that.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let of = |promise: &Promise, what: &str| {
            promise.is_to_tell().then(|| format!("{}: {what}", self.path.display()))
        };
        let syncs = "this drive cannot sync files; the run goes on, but what it writes shortly before \
                     a power cut may be missing or damaged";
        let locks = "this drive cannot lock files; the run goes on, but nothing keeps a second run out \
                     of this folder: start only one, since two at once damage each other's results";
        of(&self.syncs, syncs).into_iter().chain(of(&self.locks, locks)).collect()
    }

    /// Removes what is half-written.
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub fn clear(&self) -> Result<(), FolderError> {
        self.remove(PARTIAL)
    }

    /// Removes a folder below this one with all that is in it, if it is there.
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub fn remove(&self, name: &str) -> Result<(), FolderError> {
        let path = self.path.join(name);
        match std::fs::remove_dir_all(&path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                Err(FolderError::write(&path)(cause))
            }
            _ => Ok(()),
        }
    }

    /// Writes a file of the folder, which appears completely or not at all and is on the disk when this
    /// returns, if the drive can sync. An existing file is replaced.
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub fn publish(
        &self,
        name: &str,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<Published, FolderError> {
        let path = self.path.join(name);
        self.grow(&path, write).map_err(FolderError::write(&path))
    }

    fn grow(
        &self,
        path: &Path,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<Published> {
        let partial = self.path.join(PARTIAL);
        std::fs::create_dir_all(&partial)?;
        let file = encode::temporary_in(&partial)?;
        let mut hashing =
            BufWriter::with_capacity(1 << 16, Hashing { file, hash: Sha256::new(), bytes: 0 });
        write(&mut hashing)?;
        let Hashing { file, hash, bytes } =
            hashing.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.kept(durable::sync_all(file.as_file()))?;
        let folder = path.parent().unwrap_or(&self.path);
        if !folder.is_dir() {
            std::fs::create_dir_all(folder)?;
            folder
                .ancestors()
                .skip(1)
                .take_while(|f| f.starts_with(&self.path))
                .try_for_each(|folder| self.sync(folder))?;
        }
        file.persist(path).map_err(|error| error.error)?;
        self.sync(folder)?;
        Ok(Published { digest: hash.finalize().into(), bytes })
    }
}

struct Hashing {
    file: tempfile::NamedTempFile,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = folder.read_dir().unwrap().map(|e| e.unwrap().file_name());
        let mut names: Vec<String> = names.map(|n| n.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn one_run_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b");
        let first = Folder::claim(&path).unwrap();
        assert!(matches!(Folder::claim(&path), Err(FolderError::Busy(_))));
        drop(first);
        Folder::claim(&path).unwrap();
    }

    #[test]
    fn what_is_not_a_run_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("thesis.odt"), "years").unwrap();
        assert!(matches!(Folder::claim(home.path()), Err(FolderError::Foreign(_))));
        assert_eq!(names(home.path()), ["thesis.odt"]);
    }

    #[test]
    fn files_are_whole_or_absent() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::claim(home.path()).unwrap();
        let published = folder.publish("x/y/a.txt", |out| out.write_all(b"abc")).unwrap();
        assert_eq!(published.bytes, 3);
        assert_eq!(published.digest, <[u8; 32]>::from(Sha256::digest(b"abc")));
        let broken = folder.publish("b.txt", |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("broken"))
        });
        assert!(broken.is_err() && !home.path().join("b.txt").exists());
        std::fs::write(home.path().join(PARTIAL).join("debris"), "half").unwrap();
        drop(folder);
        let folder = Folder::claim(home.path()).unwrap();
        assert_eq!(names(folder.path()), [JOURNAL, "x"]);
    }
}
