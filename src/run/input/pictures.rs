//! The pictures that rows name.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::formats::decode::{self, DecodeError, Limits, Pages};
use crate::formats::hex;
use crate::imaging::Picture;
use crate::run::journal::{Stamp, modified};
use crate::run::manifest::paths;

/// Where the pictures of a run's rows are.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The manifest's folder.
    pub folder: PathBuf,
    /// Whether a row may name a file outside of it.
    pub outside: bool,
    /// The largest picture that is decoded.
    pub limits: Limits,
}

fn told(error: DecodeError) -> String {
    format!("{error}; {}", error.advice())
}

impl Inputs {
    /// The bytes of a row's file, with its stamp.
    ///
    /// # Errors
    /// A sentence, where there is no such file or it may not be read.
    pub fn read(&self, path: &str) -> Result<(Vec<u8>, Stamp), String> {
        let (bytes, modified) = self.bytes(path)?;
        let sha256 = hex(&Sha256::digest(&bytes));
        let stamp = Stamp { sha256, bytes: bytes.len() as u64, modified };
        Ok((bytes, stamp))
    }

    /// The pages of a row's file.
    ///
    /// # Errors
    /// A sentence, where it holds no picture.
    pub fn pages<'b>(&self, bytes: &'b [u8]) -> Result<Pages<'b>, String> {
        Pages::of(bytes, self.limits).map_err(told)
    }

    /// The picture in a row's file; of several pages the first, with a sentence that says so.
    ///
    /// # Errors
    /// A sentence, where it holds none.
    pub fn picture(&self, bytes: &[u8]) -> Result<(Picture, Option<String>), String> {
        let pages = self.pages(bytes)?;
        let picture = pages.page(1).map_err(told)?;
        let left = pages.count() - 1;
        let says = || format!("the portrait's file has {} pages; the first is printed", left + 1);
        Ok((picture, (left > 0).then(says)))
    }

    fn bytes(&self, path: &str) -> Result<(Vec<u8>, Option<u64>), String> {
        if path.contains("://") {
            return Ok((self.fetched(path)?, None));
        }
        let place = paths::input(&self.folder, path, self.outside)?;
        let metadata = place.metadata().map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => format!("cannot read it: {cause}"),
        })?;
        if !metadata.is_file() {
            return Err("it is no file".into());
        }
        let bytes = decode::bytes(&place).map_err(|error| error.to_string())?;
        Ok((bytes, modified(&metadata)))
    }

    /// The file behind a URL, which is outside of any folder.
    fn fetched(&self, url: &str) -> Result<Vec<u8>, String> {
        if !self.outside {
            return Err("URLs are read with --allow-outside only".into());
        }
        #[cfg(feature = "cluster")]
        return super::fetch::fetch(url).map_err(|error| error.to_string());
        #[cfg(not(feature = "cluster"))]
        {
            let _unread = url;
            Err("this tumar reads no URLs; build it with the feature cluster".into())
        }
    }

    /// Where a row's picture is, if it is no longer the one that was read.
    #[must_use]
    pub fn changed(&self, path: &str, stamp: &Stamp) -> Option<PathBuf> {
        (!self.is_as_it_was(path, stamp)).then(|| self.folder.join(path))
    }

    /// Whether a row's picture is still the one that was read. A missing file counts as unchanged: the row
    /// is done.
    #[must_use]
    pub fn is_as_it_was(&self, path: &str, stamp: &Stamp) -> bool {
        // What a store keeps under a name is the store's to keep.
        if stamp.modified.is_none() {
            return true;
        }
        let Ok(place) = paths::input(&self.folder, path, self.outside) else { return true };
        let Ok(metadata) = place.metadata() else { return true };
        stamp.looks_like(&metadata)
            || decode::bytes(&place).is_ok_and(|bytes| hex(&Sha256::digest(bytes)) == stamp.sha256)
    }
}
