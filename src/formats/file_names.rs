//! Names of files as storage sees them: which of them name one file, and under which a file is found.

use std::path::{Component, Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

/// What all paths have in common that some storage takes for one: case is folded, in any normal form
/// (NTFS, exFAT, APFS, ext4 with casefold), characters without a look of their own are left out (ext4
/// does), and so are full stops and spaces at the end of a folder's name (Windows does).
///
/// A capital's small letter's capital is the fold: it differs from Unicode's full case folding
/// (CaseFolding.txt, C + F) only where that keeps apart what this makes one, such as I and dotless ı,
/// and a name too many that is refused costs a row, while one too few costs a print.
#[must_use]
pub fn folded(path: &str) -> String {
    let seen = path.nfd().filter(|&c| !is_ignorable(c));
    let small = seen.flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    // A capital that was composed, and one that was not, may have lost different marks.
    let folded: String = small.nfd().collect::<String>().nfc().collect();
    let mut parts: Vec<&str> = folded.split('/').collect();
    let file = parts.pop().unwrap_or_default();
    let folders = parts.iter().map(|name| match name.trim_end_matches(['.', ' ']) {
        "" => name,
        trimmed => trimmed,
    });
    folders.chain([file]).collect::<Vec<_>>().join("/")
}

/// Default_Ignorable_Code_Point (Unicode DerivedCoreProperties.txt).
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The path below `folder` under which a file is there: as it is written, or, where there is no such
/// file, with composed or decomposed letters in each of its names (macOS decomposes them, and tables
/// that were made elsewhere do not). The path as it is written where there is none of these.
#[must_use]
pub fn found(folder: &Path, path: &str) -> PathBuf {
    let written = folder.join(path);
    if path.is_ascii() || written.symlink_metadata().is_ok() {
        return written;
    }
    let mut place = folder.to_owned();
    for part in Path::new(path).components() {
        let Component::Normal(name) = part else {
            place.push(part);
            continue;
        };
        let name = name.to_string_lossy();
        let forms = [name.to_string(), name.nfc().collect(), name.nfd().collect()];
        let there = forms.iter().map(|form| place.join(form));
        match there.into_iter().find(|place| place.symlink_metadata().is_ok()) {
            Some(there) => place = there,
            None => return written,
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_storage_takes_for_one_folds_alike() {
        for [one, other] in [
            ["ab1", "AB1"],
            ["ǅ", "ǆ"],
            ["straße", "STRASSE"],
            ["ΟΔΟΣ", "οδος"],
            ["Ә1", "ә1"],
            ["\u{e9}", "E\u{301}"],
            ["\u{1fb3}", "Α\u{345}"],
            ["\u{212a}1", "k1"],
            ["ILHAN", "ılhan"],
            ["\u{130}1", "i\u{307}1"],
            ["a\u{200d}b", "ab"],
            ["day./1.tif", "day/1.TIF"],
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        for [one, other] in [["ab1", "ab2"], ["a/b", "ab"], ["é", "e"], ["й", "и"], ["1.", "1"]]
        {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn files_are_found_in_either_form() {
        let home = tempfile::tempdir().unwrap();
        let [nfc, nfd] = ["Se\u{301}an/\u{439}.png", "S\u{e9}an/\u{438}\u{306}.png"];
        std::fs::create_dir(home.path().join("Se\u{301}an")).unwrap();
        std::fs::write(home.path().join("Se\u{301}an/\u{438}\u{306}.png"), "a").unwrap();
        for path in [nfc, nfd, "./S\u{e9}an/\u{439}.png", "Se\u{301}an/../S\u{e9}an/\u{439}.png"] {
            assert!(found(home.path(), path).is_file(), "{path}");
        }
        assert_eq!(found(home.path(), "é/a.png"), home.path().join("é/a.png"));
    }
}
