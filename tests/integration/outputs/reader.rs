//! Other people's programs, where they are installed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use image::{GrayImage, Luma};
use tempfile::TempDir;

use crate::common::tools;

/// A folder of files that they read and write.
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn put(&self, file: &str, bytes: &[u8]) {
        std::fs::write(self.path(file), bytes).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path(file)).unwrap()
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// What it says on stdout; none where it is not installed, see [`tools::lacks`].
    pub(crate) fn run(&self, program: &str, args: &[&str]) -> Option<String> {
        if !tools::has(program) {
            return None;
        }
        let mut command = Command::new(program);
        let output = command.args(args).current_dir(&self.folder).stdin(Stdio::null()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{program} {args:?}: {output:?}");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(complaint.is_empty(), "{program} {args:?}: {complaint}");
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// What follows a word on its line, spaces made one, without what stands in brackets at the end.
pub(crate) fn field(told: &str, word: &str) -> String {
    let line = told.lines().find(|line| line.trim_start().starts_with(word));
    let rest = line.unwrap_or_default().trim_start().trim_start_matches(word);
    rest.split('(').next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The dots of a TIFF of one bit in one strip that is not compressed, white as 0.
pub(crate) fn bits_of_tiff(bytes: &[u8]) -> GrayImage {
    use tiff::decoder::{Decoder, DecodingResult};
    let mut decoder = Decoder::new(std::io::Cursor::new(bytes)).unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let DecodingResult::U8(bits) = decoder.read_image().unwrap() else { panic!("not in bytes") };
    let row = width.div_ceil(8) as usize;
    GrayImage::from_fn(width, height, |x, y| {
        let light = bits[y as usize * row + x as usize / 8] >> (7 - x % 8) & 1;
        Luma([light * 255])
    })
}
