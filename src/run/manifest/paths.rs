//! Where a row's files lie.

use std::path::{Component, Path, PathBuf};

use crate::formats::file_names;

/// The longest name of a file, in bytes. File systems take 255; the rest is for temporary names.
const MAX_NAME_BYTES: usize = 240;

/// A picture that a row names, below the manifest's folder, in whichever normal form its name is there.
///
/// # Errors
/// A sentence, where the path leads out of the folder, by itself or by links, and that is not allowed.
pub(in crate::run) fn input(folder: &Path, path: &str, outside: bool) -> Result<PathBuf, String> {
    let place = file_names::found(folder, path);
    if outside {
        return Ok(place);
    }
    let refused =
        || "the path leads out of the manifest's folder; --allow-outside allows that".to_owned();
    if !stays_below(Path::new(path)) {
        return Err(refused());
    }
    // A path that is not there climbs nowhere: opening it will say so.
    match (place.canonicalize(), folder.canonicalize()) {
        (Ok(whole), Ok(folder)) if !whole.starts_with(&folder) => Err(refused()),
        _ => Ok(place),
    }
}

/// The file, below the run's folder, that a row's print goes to: its field `out`, or one that its id
/// names.
///
/// # Errors
/// A sentence, where that is no name of a raster in the run's folder.
pub(in crate::run) fn output(id: &str, out: Option<&str>) -> Result<String, String> {
    let Some(out) = out else {
        let is_fit = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
        if !id.chars().all(is_fit) || id.starts_with('.') {
            return Err("the id is no name for a file; give the row a field 'out'".into());
        }
        if id.len() > MAX_NAME_BYTES {
            return Err("the id is too long for a file's name; give the row a field 'out'".into());
        }
        return Ok(format!("prints/{id}.tif"));
    };
    let path = Path::new(out);
    if !stays_below(path) {
        return Err("'out' leads out of the run's folder".into());
    }
    let hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
    if path.components().any(|part| part != Component::CurDir && hidden(part)) {
        return Err("'out' has a name that begins with a dot".into());
    }
    crate::formats::encode::Format::of(path)
        .map_err(|_| "'out' must end in .png, .tif or .tiff".to_owned())?;
    let parts = path.components().filter(|part| *part != Component::CurDir);
    if path.components().any(|part| part.as_os_str().len() > MAX_NAME_BYTES) {
        return Err("'out' has a name that is too long".into());
    }
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    Ok(parts.join("/"))
}

/// The way from one folder to another, with `/` between its parts; the other's whole path where they have
/// nothing in common. None where one is not there.
pub(in crate::run) fn way(from: &Path, to: &Path) -> Option<String> {
    let [from, to] = [from.canonicalize().ok()?, to.canonicalize().ok()?];
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return Some(to.to_string_lossy().into_owned());
    }
    let up = from.components().skip(shared).map(|_| "..".into());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy());
    let parts: Vec<_> = up.chain(down).collect();
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// Whether a path neither begins elsewhere nor climbs above its start.
fn stays_below(path: &Path) -> bool {
    let mut depth = 0_i64;
    path.components().all(|part| {
        depth += match part {
            Component::Normal(_) => 1,
            Component::CurDir => 0,
            Component::ParentDir => -1,
            Component::RootDir | Component::Prefix(_) => return false,
        };
        depth >= 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below() {
        for path in ["a.png", "a/b.png", "./a.png", "a/../b.png"] {
            assert!(stays_below(Path::new(path)), "{path}");
        }
        for path in ["../a.png", "a/../../b.png", "/etc/passwd", ".."] {
            assert!(!stays_below(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn ways_lead_from_folder_to_folder() {
        let home = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let path = home.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            path
        };
        let [a, b, deep] = ["a", "b", "b/c/d"].map(folder);
        for (from, to, due) in
            [(&a, &a, "."), (&a, &b, "../b"), (&deep, &b, "../.."), (&a, &deep, "../b/c/d")]
        {
            assert_eq!(way(from, to).as_deref(), Some(due));
        }
        assert_eq!(way(&a, &home.path().join("none")), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("a.png"), "a").unwrap();
        std::os::unix::fs::symlink(outside.path(), inside.path().join("link")).unwrap();
        assert!(input(inside.path(), "link/a.png", false).is_err());
        assert!(input(inside.path(), "link/a.png", true).is_ok());
        assert!(input(inside.path(), "not/there.png", false).is_ok());
    }

    #[test]
    fn prints_go_where_they_are_told() {
        assert_eq!(output("N 1-Ә", None).unwrap(), "prints/N 1-Ә.tif");
        assert_eq!(output("1", Some("./day/1.PNG")).unwrap(), "day/1.PNG");
        for (id, out) in [
            ("a/b", None),
            ("..", None),
            ("a", Some("../a.tif")),
            ("a", Some("/tmp/a.tif")),
            ("a", Some(".partial/a.tif")),
            ("a", Some("a.pdf")),
            ("a", Some("journal.jsonl")),
        ] {
            assert!(output(id, out).is_err(), "{id} {out:?}");
        }
    }
}
