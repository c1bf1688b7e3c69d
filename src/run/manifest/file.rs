//! The manifest's file: read once from end to end before a run begins.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::command::Command;
use super::error::ManifestError;
use super::rows::Rows;

/// A manifest whose rows can be counted on: read once from end to end.
#[derive(Debug)]
pub struct Manifest {
    path: PathBuf,
    command: Command,
    /// The columns that its header must have.
    due: &'static [&'static str],
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// How many rows it has.
    pub rows: u32,
}

impl Manifest {
    /// Reads a manifest through, counts its rows and takes its digest.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn open(path: &Path, command: Command) -> Result<Self, ManifestError> {
        Self::opened(path, command, command.columns())
    }

    /// The same of scans whose names a run of `issue` has: their rows need an id and a scan only.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn open_without_names(path: &Path) -> Result<Self, ManifestError> {
        Self::opened(path, Command::Qa, Command::Qa.columns_but_names())
    }

    fn opened(
        path: &Path,
        command: Command,
        due: &'static [&'static str],
    ) -> Result<Self, ManifestError> {
        if !std::fs::metadata(path)?.is_file() {
            return Err(ManifestError::NoFile);
        }
        let mut manifest = Self { path: path.to_owned(), command, due, digest: [0; 32], rows: 0 };
        let mut file = File::open(path)?;
        manifest.digest = digest(&mut file)?;
        file.rewind()?;
        let mut rows = manifest.rows_of(file)?;
        for row in &mut rows {
            manifest.rows = row?.number;
        }
        match manifest.rows {
            0 => Err(ManifestError::NoRows(rows.header())),
            _ => Ok(manifest),
        }
    }

    /// The folder that its paths are relative to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// What its rows are of.
    #[must_use]
    pub fn command(&self) -> Command {
        self.command
    }

    /// Its name, without the folder.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The rows, from the first.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn rows(&self) -> Result<Rows<impl BufRead + use<>>, ManifestError> {
        self.rows_of(File::open(&self.path)?)
    }

    fn rows_of(&self, file: File) -> Result<Rows<BufReader<File>>, ManifestError> {
        Rows::new(BufReader::with_capacity(1 << 16, file), self.command, self.due)
    }
}

fn digest(file: &mut File) -> io::Result<[u8; 32]> {
    let (mut hash, mut chunk) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&chunk[..read]),
        }
    }
}
