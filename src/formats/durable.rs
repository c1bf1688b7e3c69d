//! What a drive promises of a file, and what to do where it does not: network drives, and some file
//! systems of memory cards, cannot sync a folder, lock a file or rename without replacing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

use tempfile::NamedTempFile;

/// Whether something is proof against a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synced {
    /// It is on the disk.
    Yes,
    /// The drive cannot say so.
    Unsupported,
}

impl Synced {
    fn of(result: io::Result<()>) -> io::Result<Self> {
        match result {
            Ok(()) => Ok(Self::Yes),
            Err(cause) if is_unsupported(&cause) => Ok(Self::Unsupported),
            Err(cause) => Err(cause),
        }
    }
}

/// Whether a file is this process's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// It is.
    Yes,
    /// Another process has it.
    Busy,
    /// The drive cannot say so.
    Unsupported,
}

/// Has a file's content on the disk.
///
/// # Errors
/// What the system said, unless it was that the drive has no such thing.
pub fn sync(file: &File) -> io::Result<Synced> {
    Synced::of(file.sync_data())
}

/// The same with all that the file system knows of the file.
///
/// # Errors
/// See [`sync`].
pub fn sync_all(file: &File) -> io::Result<Synced> {
    Synced::of(file.sync_all())
}

/// Has the names in a folder on the disk: a rename is durable only then.
///
/// # Errors
/// See [`sync`].
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<Synced> {
    sync_all(&File::open(folder)?)
}

/// The same; this system has no such thing and needs none.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<Synced> {
    Ok(Synced::Yes)
}

/// Locks a file as long as it is open.
///
/// # Errors
/// See [`sync`].
pub fn lock(file: &File) -> io::Result<Locked> {
    match file.try_lock() {
        Ok(()) => Ok(Locked::Yes),
        Err(TryLockError::WouldBlock) => Ok(Locked::Busy),
        Err(TryLockError::Error(cause)) if is_unsupported(&cause) => Ok(Locked::Unsupported),
        Err(TryLockError::Error(cause)) => Err(cause),
    }
}

/// Gives a temporary file a name that no other file has.
///
/// # Errors
/// What the system said; of kind [`ErrorKind::AlreadyExists`] where one has it.
pub fn persist_new(file: NamedTempFile, path: &Path) -> io::Result<()> {
    let Err(refused) = file.persist_noclobber(path) else { return Ok(()) };
    let has_no_links =
        is_unsupported(&refused.error) || refused.error.kind() == ErrorKind::PermissionDenied;
    if !has_no_links {
        return Err(refused.error);
    }
    // The name is taken by an empty file first: only one process can.
    OpenOptions::new().write(true).create_new(true).open(path)?;
    refused.file.persist(path).map(drop).map_err(|refused| {
        let _still_there = std::fs::remove_file(path);
        refused.error
    })
}

/// Whether the system says that the drive has no such thing: EINVAL, EOPNOTSUPP, ENOTSUP and ENOSYS, of
/// syncs ENOTTY (macOS on SMB), of locks ENOLCK (NFS without a lock daemon).
#[cfg(unix)]
fn is_unsupported(cause: &io::Error) -> bool {
    use rustix::io::Errno;
    let kinds =
        [Errno::INVAL, Errno::OPNOTSUPP, Errno::NOTSUP, Errno::NOSYS, Errno::NOTTY, Errno::NOLCK];
    Errno::from_io_error(cause).is_some_and(|errno| kinds.contains(&errno))
}

#[cfg(not(unix))]
fn is_unsupported(cause: &io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_new_file_replaces_none() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a");
        let temporary = |text: &[u8]| {
            let mut file = NamedTempFile::new_in(home.path()).unwrap();
            file.write_all(text).unwrap();
            file
        };
        persist_new(temporary(b"one"), &path).unwrap();
        let refused = persist_new(temporary(b"two"), &path).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(home.path().read_dir().unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_drive_cannot_do_is_told_from_what_went_wrong() {
        use rustix::io::Errno;
        let told = |errno: Errno| Synced::of(Err(errno.into())).ok();
        assert_eq!(told(Errno::OPNOTSUPP), Some(Synced::Unsupported));
        assert_eq!(told(Errno::INVAL), Some(Synced::Unsupported));
        assert_eq!([told(Errno::IO), told(Errno::NOSPC), told(Errno::ROFS)], [None; 3]);
    }
}
