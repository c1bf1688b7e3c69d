//! Folders of portraits.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tumar::formats::decode;
use tumar::imaging::Picture;

/// A portrait and its file's name without its ending.
pub struct Portrait {
    /// The name.
    pub title: String,
    /// The portrait.
    pub picture: Picture,
}

/// All PNG and JPEG pictures in these folders, each folder by name.
pub fn portraits<P: AsRef<Path>>(folders: &[P]) -> Result<Vec<Portrait>> {
    let mut found = Vec::new();
    for folder in folders.iter().map(AsRef::as_ref) {
        let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        let paths: std::io::Result<Vec<PathBuf>> = entries.map(|e| Ok(e?.path())).collect();
        let mut paths = paths?;
        let is_picture =
            |e: &std::ffi::OsStr| ["png", "jpg", "jpeg"].iter().any(|p| e.eq_ignore_ascii_case(p));
        paths.retain(|path| path.extension().is_some_and(is_picture));
        paths.sort();
        ensure!(!paths.is_empty(), "no picture in {}", folder.display());
        for path in paths {
            let title = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let picture = decode::read(&path).with_context(|| path.display().to_string())?;
            found.push(Portrait { title, picture });
        }
    }
    Ok(found)
}
