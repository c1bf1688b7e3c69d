//! `tumar trial`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tumar::files::Pages;
use tumar::press::trial::{self, Scanned};
use tumar::{Imprint, Picture, Reader};

use crate::args::TrialArgs;
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};
use crate::sheet;

/// What the folder of a trial says.
const READ_ME: &str = include_str!("trial.txt");

pub(crate) fn run(args: &TrialArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    match args.prints {
        Some(prints) => prepare(args, prints, stdout),
        None => read(args, stdout),
    }
}

/// Makes the folder of a trial: prints, and what to do with them.
fn prepare(args: &TrialArgs, prints: usize, stdout: &mut Stdout) -> Result<u8, Failure> {
    let folder = args.folder.join("prints");
    if folder.exists() {
        let there =
            "it has prints already: name another folder, or leave --prints out to read its scans";
        return Err(Failure::file(&folder, there));
    }
    let profile = args.print.profile()?;
    let correction = args.print.correction()?;
    let (portraits, holders) = (sheet::portraits()?, trial::holders());
    for made in [&folder, &args.folder.join("scans")] {
        std::fs::create_dir_all(made).map_err(|cause| files::unwritable(made, &cause))?;
    }
    let one = |i: usize| -> Result<(), Failure> {
        let portrait = &portraits[i % portraits.len()];
        let lifted = correction.as_ref().map(|correction| correction.lifted(portrait));
        let imprint = Imprint::new(&holders[i % holders.len()], &profile).map_err(Failure::work)?;
        let print = tumar::print(lifted.as_ref().unwrap_or(portrait), &imprint, &profile);
        let print = print.map_err(Failure::work)?.picture;
        let print = match &correction {
            Some(correction) => correction.corrected(print),
            None => print,
        };
        files::write_picture(&folder.join(format!("{:02}.tif", i + 1)), &print)
    };
    (0..prints).into_par_iter().try_for_each(one)?;
    files::write(&args.folder.join("README.txt"), READ_ME.as_bytes())?;
    stdout.line(format!("{}: {prints} prints; README.txt there says what to do", folder.display()));
    Ok(failure::DONE)
}

/// Reads all scans of a trial's folder and writes its table.
fn read(args: &TrialArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    let profile = args.print.profile()?;
    let (results, table) = (args.folder.join("results.json"), args.folder.join("table.md"));
    let scans = scans(&args.folder.join("scans"))?;
    let reader = Reader::new(&profile);
    let one = |(print, scanner, path): &(usize, String, PathBuf)| {
        let fault = |fault: String| Scanned::faulty(*print, scanner, fault);
        let scan = match picture(path, args) {
            Ok(scan) => scan,
            Err(what) => return fault(what),
        };
        let seen = Scanned::of(*print, scanner, &scan, args.ppi, &reader);
        seen.unwrap_or_else(|error| fault(error.to_string()))
    };
    let scanned: Vec<Scanned> = scans.par_iter().map(one).collect();
    let text = trial::table(&scanned);
    files::write(&results, files::json(&scanned)?.as_bytes())?;
    files::write(&table, text.as_bytes())?;
    stdout.line(text.trim_end());
    stdout.line(format!(
        "{} and {} hold no names: send them on as they are",
        table.display(),
        results.display()
    ));
    Ok(failure::DONE)
}

fn picture(path: &Path, args: &TrialArgs) -> Result<Picture, String> {
    let bytes = tumar::files::bytes(path).map_err(|error| error.to_string())?;
    let pages = Pages::of(&bytes, args.size.limits()).map_err(|error| error.to_string())?;
    pages.page(1).map_err(|error| error.to_string())
}

/// The scans: number of the print, scanner and file, in this order.
fn scans(folder: &Path) -> Result<Vec<(usize, String, PathBuf)>, Failure> {
    if !folder.is_dir() {
        let none = "there is no such folder; --prints 24 makes that of a trial";
        return Err(Failure::file(folder, none));
    }
    let entries = |folder: &Path| -> Result<Vec<PathBuf>, Failure> {
        let found = std::fs::read_dir(folder).map_err(|cause| Failure::file(folder, cause))?;
        let paths: Result<Vec<PathBuf>, _> = found.map(|entry| entry.map(|e| e.path())).collect();
        let mut paths = paths.map_err(|cause| Failure::file(folder, cause))?;
        paths.retain(|path| !name(path.file_name()).starts_with('.'));
        paths.sort();
        Ok(paths)
    };
    let mut scans = Vec::new();
    for scanner in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        for path in entries(&scanner)? {
            let number = name(path.file_stem()).trim_start_matches('0').parse();
            let number: usize = number.ok().filter(|number| *number > 0).ok_or_else(|| {
                let named = "a scan is named by the number of its print: 01.png, 02.tif, …";
                Failure::file(&path, named)
            })?;
            scans.push((number, name(scanner.file_name()), path));
        }
    }
    if scans.is_empty() {
        let none = "no scans: put them into a folder for each scanner, as README.txt says";
        return Err(Failure::file(folder, none));
    }
    Ok(scans)
}

fn name(of: Option<&OsStr>) -> String {
    of.unwrap_or_default().to_string_lossy().into_owned()
}
