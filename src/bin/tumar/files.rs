//! Files and stdout, with errors that say what to do.

use std::fs::Metadata;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Once;

use image::DynamicImage;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tumar::error::{DecodeError, EncodeError, KeyError, SigningKeyError};
use tumar::evidence::Printing;
use tumar::files::Synced;
use tumar::keys::{IssuerKey, LONGEST_KEY_FILE, LONGEST_SIGNING_KEY_FILE, PublicKey, SecretKey};
use tumar::press::Press;
use tumar::{Format, Picture};
use zeroize::Zeroizing;

use crate::failure::{self, Failure};

/// The longest profile that is read, in bytes: a guess, hundreds of times the default one.
const LONGEST_TEXT: u64 = 1 << 20;

/// Reads the bytes of a picture's file, also where its name has composed letters and the path
/// decomposed ones, or the other way round.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let stored = path.to_str().map(|path| tumar::files::found(Path::new(""), path));
    let stored = stored.as_deref().unwrap_or(path);
    readable(stored)?;
    tumar::files::bytes(stored).map_err(|error| no_picture(path, &error))
}

/// Why a file gave no picture.
pub(crate) fn no_picture(path: &Path, error: &DecodeError) -> Failure {
    match error {
        DecodeError::Read(cause) => unreadable(path, cause),
        _ => Failure::file(path, format!("{error}; {}", error.advice())),
    }
}

/// Reads a small UTF-8 file.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    if readable(path)?.len() > LONGEST_TEXT {
        return Err(Failure::file(path, "longer than a profile can be; name a profile's file"));
    }
    std::fs::read_to_string(path).map_err(|cause| unreadable(path, &cause))
}

/// Reads what tumar calibrate wrote.
pub(crate) fn read_press(path: &Path) -> Result<Press, Failure> {
    Press::parse(&read_text(path)?).map_err(|error| Failure::file(path, error))
}

/// SHA-256 of a small file, in hexadecimal.
pub(crate) fn digest(path: &Path) -> Result<String, Failure> {
    let digest = Sha256::digest(read_text(path)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What a press's file says of its prints, by which copies are told, and the file's text.
pub(crate) fn read_printing(path: &Path) -> Result<(Printing, String), Failure> {
    let text = read_text(path)?;
    let press = Press::parse(&text).map_err(|error| Failure::file(path, error))?;
    let coarse = "no sheet of this press was scanned at 1200 ppi or more, by which copies are told: scan one so, and calibrate";
    let printing = press.printing().ok_or_else(|| Failure::file(path, coarse))?;
    Ok((printing, text))
}

/// Reads an issuer's key, if nobody but its owner may.
pub(crate) fn read_key(path: &Path) -> Result<IssuerKey, Failure> {
    let bytes = secret(path, LONGEST_KEY_FILE)?;
    let is_short = bytes.len() <= LONGEST_KEY_FILE;
    let parsed = if is_short { IssuerKey::parse(&bytes) } else { Err(KeyError::Foreign) };
    parsed.map_err(|error| {
        let advice = match error {
            KeyError::Foreign => "name a file that tumar keygen made",
            KeyError::Version => "use the tumar that made it",
            KeyError::Damaged => "take it from your copy",
        };
        Failure::file(path, format!("{error}; {advice}"))
    })
}

/// Reads a signing key, if nobody but its owner may.
pub(crate) fn read_signing_key(
    path: &Path,
    passphrase: Option<&Path>,
) -> Result<SecretKey, Failure> {
    let bytes = secret(path, LONGEST_SIGNING_KEY_FILE)?;
    let passphrase = passphrase.map(read_passphrase).transpose()?;
    let passphrase = passphrase.as_ref().map(|text| text.as_bytes());
    SecretKey::parse(&bytes, passphrase).map_err(|error| {
        let advice = match error {
            SigningKeyError::Encrypted => "give --passphrase-file",
            SigningKeyError::Passphrase => "name the file with its own",
            SigningKeyError::Damaged => "take it from your copy",
            _ => "name a file that tumar keygen --sign made",
        };
        Failure::file(path, format!("{error}; {advice}"))
    })
}

/// Reads the public part of a signing key.
pub(crate) fn read_public_key(path: &Path) -> Result<PublicKey, Failure> {
    if readable(path)?.len() > LONGEST_SIGNING_KEY_FILE as u64 {
        return Err(Failure::file(path, "longer than a key can be; name a public key in PEM form"));
    }
    let bytes = std::fs::read(path).map_err(|cause| unreadable(path, &cause))?;
    let advice = "name the .pub.pem that tumar keygen --sign made";
    PublicKey::parse(&bytes).map_err(|error| Failure::file(path, format!("{error}; {advice}")))
}

/// The first line of a file that nobody but its owner may read.
pub(crate) fn read_passphrase(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = secret(path, LONGEST_KEY_FILE)?;
    let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.lines().next());
    let text = text.filter(|line| !line.is_empty());
    let text = text.ok_or_else(|| Failure::file(path, "its first line is no passphrase"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The bytes of a file that nobody but its owner may read, `longest` at the most.
fn secret(path: &Path, longest: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    readable(path)?;
    let mut file = std::fs::File::open(path).map_err(|cause| unreadable(path, &cause))?;
    let metadata = file.metadata().map_err(|cause| unreadable(path, &cause))?;
    if is_open_to_others(&metadata) {
        let advice = "people other than its owner may read or change this key; chmod 600 it, and \
                      replace it if they may have seen it";
        return Err(Failure::file(path, advice));
    }
    // Of its whole length from the start: what grows leaves copies behind.
    let mut bytes = Zeroizing::new(vec![0; longest + 1]);
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..]).map_err(|cause| unreadable(path, &cause))? {
            0 => break,
            more => length += more,
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata) -> bool {
    false
}

/// Writes a key that only its owner may read; one that is there stays.
pub(crate) fn write_key(path: &Path, key: &IssuerKey) -> Result<(), Failure> {
    write_secret(path, key.file().as_bytes())
}

/// Writes what only its owner may read; what is there stays.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    kept(path, tumar::files::write_secret(path, bytes), || is_key(path))
}

/// Writes the public part of a key; what is there stays.
pub(crate) fn write_public(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    kept(path, tumar::files::write_new(path, bytes), || is_key(path))
}

fn is_key(path: &Path) -> Failure {
    Failure::file(path, "this file exists already, and keys are never replaced; name another")
}

/// What came of a file that was written; `taken` where its name was.
fn kept(
    path: &Path,
    written: Result<Synced, EncodeError>,
    taken: impl FnOnce() -> Failure,
) -> Result<(), Failure> {
    match written {
        Ok(Synced::Yes) => Ok(()),
        Ok(Synced::Unsupported) => {
            static ONCE: Once = Once::new();
            let what =
                "this drive cannot sync files; a power cut in the next seconds may damage it";
            ONCE.call_once(|| failure::warn(&format!("{}: {what}", path.display())));
            Ok(())
        }
        Err(EncodeError::Write { detail, .. }) if detail.kind() == ErrorKind::AlreadyExists => {
            Err(taken())
        }
        Err(EncodeError::Write { detail, .. }) => Err(unwritable(path, &detail)),
        Err(other) => Err(Failure::file(path, other)),
    }
}

fn readable(path: &Path) -> Result<Metadata, Failure> {
    let metadata = std::fs::metadata(path).map_err(|cause| unreadable(path, &cause))?;
    if metadata.is_dir() {
        return Err(Failure::file(path, "is a folder; name a file"));
    }
    if is_endless(&metadata) {
        return Err(Failure::file(path, "is a device; name a file"));
    }
    Ok(metadata)
}

/// Devices such as /dev/zero never end.
#[cfg(unix)]
fn is_endless(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn is_endless(_: &Metadata) -> bool {
    false
}

fn unreadable(path: &Path, cause: &io::Error) -> Failure {
    let (what, advice) = match cause.kind() {
        ErrorKind::NotFound => ("there is no such file".to_owned(), "check the path"),
        ErrorKind::PermissionDenied => {
            ("it may not be read".to_owned(), "ask for permission to read it")
        }
        ErrorKind::InvalidData => ("it is not UTF-8 text".to_owned(), "save it as UTF-8"),
        _ => (format!("cannot read it: {}", told(cause)), "check the path and the disk"),
    };
    Failure::file(path, format!("{what}; {advice}"))
}

/// Refuses outputs that could not be written or would replace an input or each other, before any
/// work is done.
pub(crate) fn check_outputs(inputs: &[&Path], outputs: &[&Path]) -> Result<(), Failure> {
    for (i, path) in outputs.iter().enumerate() {
        let same = |other: &&Path| is_same(path, other);
        if inputs.iter().any(same) {
            let what = "the output would replace the input; name another file";
            return Err(Failure::usage(format!("{}: {what}", path.display())));
        }
        let folded = |path: &Path| tumar::files::folded(&path.to_string_lossy());
        let one = |other: &&Path| same(other) || folded(path) == folded(other);
        if outputs[..i].iter().any(one) {
            let what =
                "two outputs have this name, upper and lower case being one; name another file";
            return Err(Failure::usage(format!("{}: {what}", path.display())));
        }
        if path.is_dir() {
            return Err(Failure::file(path, "cannot write it: it is a folder; name a file in it"));
        }
        if !folder_of(path).is_dir() {
            return Err(Failure::file(path, "cannot write it: no such folder; make it first"));
        }
    }
    Ok(())
}

/// Refuses a report that is there already: somebody may have signed it.
pub(crate) fn must_be_new(path: &Path) -> Result<(), Failure> {
    match path.symlink_metadata() {
        Ok(_) => Err(taken(path)),
        Err(_) => Ok(()),
    }
}

fn taken(path: &Path) -> Failure {
    Failure::file(
        path,
        "this file exists already, and reports and logs are never overwritten; name another",
    )
}

/// Writes a report or a log, which appears whole or not at all and replaces nothing.
pub(crate) fn write_report(path: &Path, text: &str) -> Result<(), Failure> {
    kept(path, tumar::files::write_new(path, text.as_bytes()), || taken(path))
}

/// The format of a picture that is to be written.
pub(crate) fn format_of(path: &Path) -> Result<Format, Failure> {
    Format::of(path).map_err(Failure::usage)
}

/// Refuses names that do not end in .png, for pictures `what` that are always PNG.
pub(crate) fn must_be_png(path: &Path, what: &str) -> Result<(), Failure> {
    if format_of(path).is_ok_and(|format| format == Format::Png) {
        return Ok(());
    }
    Err(Failure::usage(format!("{}: the {what}'s name must end in .png", path.display())))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_same(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| -> Option<PathBuf> {
        let file = || Some(folder_of(path).canonicalize().ok()?.join(path.file_name()?));
        path.canonicalize().ok().or_else(file)
    };
    a == b || whole(a).is_some_and(|a| Some(a) == whole(b))
}

/// Writes a picture; its ending names the format.
pub(crate) fn write_picture(path: &Path, picture: &Picture) -> Result<(), Failure> {
    let bytes = tumar::encode(picture, format_of(path)?).map_err(|e| Failure::file(path, e))?;
    write(path, &bytes)
}

/// Writes a drawing: pixels of no size and no colour profile.
pub(crate) fn write_drawing(path: &Path, pixels: impl Into<DynamicImage>) -> Result<(), Failure> {
    let pixels = pixels.into();
    write_picture(path, &Picture { pixels, ppi: None, icc: None, bilevel: false })
}

/// Writes a file that appears whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    // A pipe or a device is written to; a file put in its place would not be what was asked for.
    let special = std::fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir());
    if special {
        let written = std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(bytes));
        return written.map_err(|cause| unwritable(path, &cause));
    }
    kept(path, tumar::files::write_whole(path, bytes), || taken(path))
}

pub(crate) fn unwritable(path: &Path, cause: &io::Error) -> Failure {
    let (what, advice) = match cause.kind() {
        ErrorKind::NotFound => ("no such folder".to_owned(), "make it first"),
        ErrorKind::PermissionDenied => {
            ("the folder may not be written to".to_owned(), "choose another")
        }
        ErrorKind::ReadOnlyFilesystem => ("the disk is read-only".to_owned(), "choose another"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("the disk is full".to_owned(), "make room or choose another")
        }
        _ => (told(cause), "choose another place"),
    };
    Failure::file(path, format!("cannot write it: {what}; {advice}"))
}

/// What the system said, without the temporary file's name.
fn told(cause: &io::Error) -> String {
    let text = cause.to_string();
    text.split(" at path ").next().unwrap_or_default().to_owned()
}

/// A value as JSON, with a line break at its end.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::work)?;
    Ok(text + "\n")
}

/// What goes to stdout. A reader that closes the pipe early has seen enough: that is no error.
pub(crate) struct Stdout {
    quiet: bool,
    text: String,
}

impl Stdout {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, text: String::new() }
    }

    /// Adds a line for people.
    pub(crate) fn line(&mut self, line: impl AsRef<str>) {
        if !self.quiet {
            self.text.push_str(line.as_ref());
            self.text.push('\n');
        }
    }

    /// Writes JSON to the file, or puts it in place of all else on stdout if that is `-`. Tells
    /// whether stdout is still for people.
    pub(crate) fn json(
        &mut self,
        path: Option<&Path>,
        value: &impl Serialize,
    ) -> Result<bool, Failure> {
        match path {
            None => Ok(true),
            Some(path) if is_stdout(path) => {
                self.text = json(value)?;
                Ok(false)
            }
            Some(path) => write(path, json(value)?.as_bytes()).map(|()| true),
        }
    }

    pub(crate) fn finish(&self) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(self.text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
                Err(unwritable(Path::new("stdout"), &cause))
            }
            _ => Ok(()),
        }
    }
}

/// Whether an option's file stands for stdout.
pub(crate) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_read_is_told_by_name() {
        let cause = io::Error::from(ErrorKind::PermissionDenied);
        let failure = format!("{:?}", unreadable(Path::new("a.png"), &cause));
        assert!(failure.contains("a.png: it may not be read; ask for permission"), "{failure}");
    }

    #[test]
    fn outputs_replace_neither_inputs_nor_each_other() {
        let home = tempfile::tempdir().unwrap();
        let [a, b] = ["a.png", "b.png"].map(|name| home.path().join(name));
        std::fs::write(&a, "a").unwrap();
        assert!(check_outputs(&[&a], &[&b]).is_ok());
        assert!(check_outputs(&[&a], &[&home.path().join("./a.png")]).is_err());
        assert!(check_outputs(&[], &[&b, &b]).is_err());
        assert!(check_outputs(&[], &[&b, &home.path().join("B.png")]).is_err());
        assert!(check_outputs(&[], &[&home.path().join("no/b.png")]).is_err());
    }
}
