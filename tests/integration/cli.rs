//! The command line, as people's scripts see it: exit codes, the one line on stderr, the files.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use image::{ImageFormat, RgbImage};
use serde_json::Value;
use tempfile::TempDir;
use tumar::spec::Legend;

use crate::common::{TUMAR, tumar};

const NAME: [&str; 4] = ["--surname", "Назарбаева", "--given", "Әсел"];
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/astronaut.png");

/// A folder with the sample, its print and its scans, made once.
struct Bench {
    folder: TempDir,
}

static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let done = |args: &[&str]| {
        let output = tumar(folder.path(), args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{args:?}: {output:?}");
    };
    done(&[&["embed", SAMPLE, "--out", "print.png", "--quiet"], &NAME[..]].concat());
    for preset in ["clean", "flatbed600"] {
        let scan = format!("{preset}.png");
        done(&[
            "channel",
            "print.png",
            "--preset",
            preset,
            "--seed",
            "1",
            "--out",
            &scan,
            "--quiet",
        ]);
    }
    Bench { folder }
});

impl Bench {
    fn run(&self, args: &[&str]) -> Output {
        tumar(self.folder.path(), args)
    }

    /// The output of a run that ends with this code and says nothing on stderr.
    fn says(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }
}

/// A folder of bad inputs and an empty one for outputs.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("out")).unwrap();
        std::fs::copy(SAMPLE, folder.path().join("portrait.png")).unwrap();
        Self { folder }
    }

    fn put(&self, file: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(file), bytes).unwrap();
    }

    /// Refused with this code and one line that holds all of this; nothing is written.
    fn refuses(&self, args: &[&str], code: i32, says: &[&str]) -> String {
        let before = self.files();
        let output = tumar(self.folder.path(), args);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{args:?}: {error}");
        assert!(error.starts_with("tumar: ") && error.ends_with('\n'), "{args:?}: {error}");
        says.iter().for_each(|part| assert!(error.contains(part), "{args:?}: {error}"));
        assert!(output.stdout.is_empty(), "{args:?}");
        assert_eq!(self.files(), before, "{args:?}");
        error
    }

    /// A file that neither embed, verify nor channel can use.
    fn refuses_file(&self, file: &str, says: &[&str]) {
        let says = [&[file], says].concat();
        let out = ["--out", "out/out.png"];
        self.refuses(&[&["embed", file, "--surname", "Lee"], &out[..]].concat(), 1, &says);
        self.refuses(&[&["channel", file, "--preset", "clean"], &out[..]].concat(), 1, &says);
        let out = ["--json", "out/out.json", "--overlay", "out/out.png"];
        self.refuses(&[&["verify", file], &out[..]].concat(), 1, &says);
    }

    fn files(&self) -> Vec<PathBuf> {
        let list = |folder: PathBuf| std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        let mut files: Vec<PathBuf> = list(self.folder.path().to_owned())
            .chain(list(self.folder.path().join("out")))
            .collect();
        files.sort();
        files
    }
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::open(SAMPLE).unwrap().to_rgb8();
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The checksum of a PNG chunk (PNG, annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| {
            if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 }
        })
    })
}

fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    for (kind, data) in
        [(b"IHDR", &header[..]), (b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01"), (b"IEND", b"")]
    {
        let body = [&kind[..], data].concat();
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(&body);
        png.extend(crc(&body).to_be_bytes());
    }
    png
}

// Bad files

#[test]
fn missing_empty_and_foreign_files() {
    let desk = Desk::new();
    desk.refuses_file("missing.png", &["there is no such file"]);
    desk.put("empty.png", b"");
    desk.refuses_file("empty.png", &["empty"]);
    desk.put("text.png", b"not a picture at all");
    desk.refuses_file("text.png", &["not a picture in PNG, JPEG, JPEG 2000, TIFF, WebP or BMP"]);
    desk.put("moving.gif", b"GIF89a\x01\0\x01\0\0\0\0;");
    desk.refuses_file("moving.gif", &["not a picture in PNG, JPEG, JPEG 2000, TIFF, WebP or BMP"]);
}

#[test]
fn truncated_files() {
    let desk = Desk::new();
    for (file, format) in [
        ("half.png", ImageFormat::Png),
        ("half.jpg", ImageFormat::Jpeg),
        ("half.tif", ImageFormat::Tiff),
    ] {
        let whole = encoded(format);
        for share in [0.02, 0.5, 0.97] {
            desk.put(file, &whole[..(whole.len() as f64 * share) as usize]);
            // Of a JPEG it is told how much is missing.
            let is_told = format == ImageFormat::Jpeg;
            let says = if is_told { "the file ends before its picture does" } else { "corrupt" };
            desk.refuses_file(file, &[says]);
        }
    }
}

#[test]
fn what_cannot_be_read() {
    let desk = Desk::new();
    std::fs::create_dir(desk.folder.path().join("folder.png")).unwrap();
    desk.refuses_file("folder.png", &["is a folder"]);
    if cfg!(unix) {
        desk.refuses_file("/dev/zero", &["is a device"]);
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::process::CommandExt;
    /// As most systems number the user who may do nothing.
    const NOBODY: u32 = 65_534;
    let desk = Desk::new();
    desk.refuses_file("portrait.png/scan.png", &["cannot read it", "check the path"]);
    symlink("loop.png", desk.folder.path().join("loop.png")).unwrap();
    desk.refuses_file("loop.png", &["cannot read it", "check the path"]);
    let path = desk.folder.path().join("portrait.png");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_err() {
        desk.refuses_file("portrait.png", &["may not be read"]);
        return;
    }
    // Root may read everything, so nobody tries, who may enter the folder.
    let program = desk.folder.path().join("tumar");
    std::fs::copy(TUMAR, &program).unwrap();
    for file in [desk.folder.path(), &program] {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new(program);
    command.current_dir(desk.folder.path()).args(["verify", "portrait.png"]).uid(NOBODY);
    let output = command.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("tumar: portrait.png: ") && error.contains("may not be read"));
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn a_picture_of_one_pixel() {
    let desk = Desk::new();
    RgbImage::new(1, 1).save(desk.folder.path().join("dot.png")).unwrap();
    let out = ["--surname", "Lee", "--out", "out/out.png"];
    desk.refuses(&[&["embed", "dot.png"], &out[..]].concat(), 1, &["dot.png", "1 × 1"]);
    let out = ["--preset", "flatbed600", "--dpi", "600", "--out", "out/out.png"];
    desk.refuses(&[&["channel", "dot.png"], &out[..]].concat(), 1, &["dot.png", "1 mm"]);
    RgbImage::new(1, 3000).save(desk.folder.path().join("line.png")).unwrap();
    for (scan, ppi) in [("dot.png", "600"), ("dot.png", "12000"), ("line.png", "2400")] {
        let output = tumar(desk.folder.path(), &["verify", scan, "--ppi", ppi]);
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn a_picture_that_claims_too_much() {
    let desk = Desk::new();
    let start = Instant::now();
    desk.put("huge.png", &png_that_claims(100_000, 100_000));
    desk.refuses_file("huge.png", &["100000 × 100000", "at most"]);
    desk.put("long.png", &png_that_claims(0x7fff_ffff, 0x7fff_ffff));
    desk.refuses_file("long.png", &[]);
    let mut jpeg = encoded(ImageFormat::Jpeg);
    // The frame header (ITU-T T.81, B.2.2): height and width follow length and precision.
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    desk.put("huge.jpg", &jpeg);
    desk.refuses_file("huge.jpg", &["65535 × 65535"]);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_scan_without_resolution() {
    let desk = Desk::new();
    desk.put("scan.jpg", &{
        let mut bytes = encoded(ImageFormat::Jpeg);
        let density = bytes.windows(5).position(|w| w == b"JFIF\0").unwrap() + 7;
        bytes[density] = 0; // no unit
        bytes
    });
    for scan in ["scan.jpg", "portrait.png"] {
        let output = tumar(desk.folder.path(), &["verify", scan, "--json", "-"]);
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        let record: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&record["verdict"], &record["scan"]["ppi"]),
            (&"inconclusive".into(), &Value::Null)
        );
        let reason = record["reasons"][0].as_str().unwrap();
        assert!(
            reason.contains("--ppi") && reason.contains("nothing can be ruled out"),
            "{reason}"
        );
    }
    let out = ["--preset", "flatbed600", "--out", "out/out.png"];
    desk.refuses(&[&["channel", "portrait.png"], &out[..]].concat(), 1, &["--dpi"]);
}

// Bad places to write to

#[test]
fn outputs_that_cannot_be() {
    let desk = Desk::new();
    let embed = |out: &[&str], code, says: &[&str]| {
        desk.refuses(&[&["embed", "portrait.png", "--surname", "Lee"], out].concat(), code, says);
    };
    embed(&["--out", "missing/out.png"], 1, &["missing/out.png", "no such folder"]);
    embed(&["--out", "out/out.png", "--json", "missing/out.json"], 1, &["missing/out.json"]);
    embed(&["--out", "out"], 2, &[".png, .tif"]);
    embed(&["--out", "out/out.jpg"], 2, &["out/out.jpg", ".png, .tif", ".pdf or .svg"]);
    let below = ["--microtext", "below", "--out"];
    for file in ["out/out.png", "out/out.svg"] {
        embed(&[&below[..], &[file]].concat(), 2, &[file, "--microtext", ".pdf"]);
    }
    embed(&["--out", "out/out.pdf", "--microtext", "beside"], 2, &["above or below"]);
    embed(&["--out", "missing/out.pdf"], 1, &["missing/out.pdf", "no such folder"]);
    for file in ["out/out.pdf", "out/out.svg"] {
        let channel = ["channel", "portrait.png", "--preset", "clean", "--out", file];
        desk.refuses(&channel, 2, &[file, ".png, .tif or .tiff"]);
    }
    embed(&["--out", "portrait.png"], 2, &["portrait.png", "replace the input"]);
    embed(&["--out", "out/../portrait.png"], 2, &["replace the input"]);
    embed(&["--out", "out/a.png", "--json", "out/./a.png"], 2, &["two outputs"]);
    desk.refuses(&["verify", "portrait.png", "--overlay", "out/a.tif"], 2, &["a.tif", ".png"]);
    let embed = ["embed", "portrait.png", "--surname", "A", "--out", "out/a.png", "--preview"];
    desk.refuses(&[&embed[..], &["out/b.tif"]].concat(), 2, &["b.tif", "preview", ".png"]);
    desk.refuses(&[&embed[..], &["out/a.png"]].concat(), 2, &["a.png", "another"]);
    desk.refuses(&[&embed[..], &["portrait.png"]].concat(), 2, &["portrait.png", "replace"]);
    desk.refuses(&["demo", "--out", "portrait.png"], 1, &["portrait.png"]);
}

/// A device that is always full, and a limit on the length of files, which is met in the middle of
/// the writing as the end of a disk is.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let desk = Desk::new();
    let full = desk.folder.path().join("full.png");
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    let says = ["full.png", "the disk is full"];
    desk.refuses(&["embed", "portrait.png", "--surname", "Lee", "--out", "full.png"], 1, &says);
    assert!(full.is_symlink());

    let before = desk.files();
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.current_dir(desk.folder.path()).args(["-c", script]).arg(TUMAR);
    command.args(["embed", "portrait.png", "--surname", "Lee", "--out", "out/out.png"]);
    let output = command.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.contains("out/out.png: cannot write it"), "{error}");
    assert!(!error.contains(".tumar-"), "{error}");
    assert_eq!(desk.files(), before);
}

#[cfg(target_os = "linux")]
#[test]
fn stdout_that_is_full_or_closed() {
    let bench = &*BENCH;
    let run = |redirection: &str| {
        let script = format!("\"$0\" verify clean.png --json - {redirection}");
        let mut command = Command::new("sh");
        command.current_dir(bench.folder.path()).args(["-c", &script]);
        command.arg(TUMAR).output().unwrap()
    };
    let full = run("> /dev/full");
    assert_eq!(full.status.code(), Some(1));
    assert!(String::from_utf8(full.stderr).unwrap().starts_with("tumar: stdout: cannot write it"));
    let closed = run("| true");
    assert_eq!(closed.status.code(), Some(0));
    assert!(closed.stderr.is_empty(), "{closed:?}");
}

// Bad numbers and names

#[test]
fn absurd_numbers_in_options() {
    let desk = Desk::new();
    let refused = |start: &[&str], option: &str, values: &[&str], range: &str| {
        for value in values {
            desk.refuses(&[start, &[option, value]].concat(), 2, &[option, range]);
        }
    };
    let embed = ["embed", "portrait.png", "--surname", "Lee", "--out", "out/out.png"];
    let verify = ["verify", "portrait.png"];
    let channel = ["channel", "portrait.png", "--preset", "phone", "--out", "out/out.png"];
    refused(&embed, "--strength", &["nan", "-1", "1.5", "1e300"], "from 0 to 1");
    refused(&embed, "--dpi", &["NaN", "-600", "0", "1e9"], "from 300 to 5080");
    refused(&embed, "--depth", &["0", "12", "32"], "8 or 16");
    refused(&embed, "--depth", &["-8", "deep"], "invalid");
    refused(&embed, "--strength", &["much", ""], "invalid");
    refused(&embed, "--jobs", &["0", "-1", "nan", "1000000"], "from 1 to 512");
    refused(&verify, "--ppi", &["nan", "-600", "0", "inf", "1e12"], "from 50 to 12000");
    refused(&channel, "--seed", &["-1", "nan", "1e99"], "from 0 to 18446744073709551615");
    refused(&channel, "--dpi", &["-1", "nan"], "from 50 to 12000");
    refused(&channel[..2], "--preset", &["office"], "flatbed600");
}

#[test]
fn profiles_that_make_no_sense() {
    let desk = Desk::new();
    let embed = |profile: &str, code, says: &[&str]| {
        let args = ["embed", "portrait.png", "--surname", "Lee", "--out", "out/out.png"];
        desk.refuses(&[&args[..], &["--profile", profile]].concat(), code, says);
    };
    embed("tiny", 2, &["tiny", "default"]);
    embed("missing.toml", 1, &["missing.toml", "no such file"]);
    embed("out", 2, &["out"]);
    desk.put("binary.toml", &[0xff, 0xfe, 0]);
    embed("binary.toml", 1, &["binary.toml", "UTF-8"]);
    desk.put("empty.toml", b"");
    embed("empty.toml", 2, &["empty.toml", "name"]);
    let whole = tumar::spec::Profile::default_text();
    for (field, value) in [
        ("width_mm", "nan"),
        ("height_mm", "-45.0"),
        ("dpi", "1e9"),
        ("cap_height_mm", "0.0"),
        ("strength", "inf"),
        ("strength", "\"much\""),
        ("most_symbols", "-3"),
    ] {
        let changed = whole.lines().map(|line| match line.starts_with(&format!("{field} =")) {
            true => format!("{field} = {value}"),
            false => line.to_owned(),
        });
        desk.put("mine.toml", changed.collect::<Vec<_>>().join("\n").as_bytes());
        embed("mine.toml", 2, &["mine.toml"]);
        desk.refuses(&["verify", "portrait.png", "--profile", "mine.toml"], 2, &["mine.toml"]);
    }
}

#[test]
fn names_that_cannot_be_printed() {
    let desk = Desk::new();
    let refused = |surname: &str, given: &str, says: &[&str]| {
        let name = ["--surname", surname, "--given", given];
        let embed = [&["embed", "portrait.png", "--out", "out/out.png"], &name[..]].concat();
        let error = desk.refuses(&embed, 2, says);
        assert_eq!(
            desk.refuses(&[&["verify", "portrait.png"], &name[..]].concat(), 2, says),
            error
        );
        error
    };
    let error = refused("Ωmega7", "Zoë", &["'Ω' (U+03A9)", "'7' (U+0037)"]);
    assert!(
        !error.to_uppercase().contains("MEG") && !error.to_uppercase().contains("ZO"),
        "{error}"
    );
    refused("A\u{1b}[31mB", "", &["U+001B"]);
    let error = refused("Иванoв", "Пётр", &["'O' (U+004F) of Latin"]);
    assert!(!error.contains('И') && !error.contains('П'), "{error}");
    refused("", "Ann", &["no letter"]);
    refused("-", "", &["no letter"]);
    refused(&"A".repeat(200), "", &["204 symbols", "at most 67"]);
}

#[test]
fn wrong_arguments() {
    let desk = Desk::new();
    desk.refuses(&[], 2, &["subcommand", "--help"]);
    desk.refuses(&["print"], 2, &["print", "--help"]);
    desk.refuses(&["verify"], 2, &["<SCAN>"]);
    desk.refuses(&["embed", "portrait.png", "--out", "out/a.png"], 2, &["--surname"]);
    desk.refuses(&["embed", "portrait.png", "--surname", "Lee"], 2, &["--out"]);
    desk.refuses(&["verify", "portrait.png", "--given", "Ann"], 2, &["--surname"]);
    desk.refuses(&["verify", "portrait.png", "--colour"], 2, &["--colour"]);
    // A name without quotation marks does not get into a log.
    let stray = ["verify", "portrait.png", "--surname", "van", "Gogh"];
    let error = desk.refuses(&stray, 2, &["quotation marks"]);
    assert!(!error.contains("Gogh"), "{error}");
}

// What works

#[test]
fn the_name_comes_back() {
    let bench = &*BENCH;
    for scan in ["clean.png", "flatbed600.png"] {
        let known = bench.says(&[&["verify", scan], &NAME[..]].concat(), 0);
        assert!(known.starts_with(&format!("{scan}: authentic")), "{known}");
        let blind = bench.says(&["verify", scan], 0);
        assert!(blind.contains("НАЗАРБАЕВА, ӘСЕЛ"), "{blind}");
        let other = ["--surname", "Назарбаева", "--given", "Асел"];
        let other = bench.says(&[&["verify", scan], &other[..]].concat(), 3);
        assert!(other.contains("name-mismatch"), "{other}");
        let longer = bench.says(&["verify", scan, "--surname", "Lee"], 3);
        assert!(longer.contains("name-mismatch"), "{longer}");
    }
}

#[test]
fn a_portrait_without_microtext_has_no_text() {
    let bench = &*BENCH;
    let json = ["verify", SAMPLE, "--ppi", "600", "--json", "-"];
    let output = bench.run(&json);
    assert!(matches!(output.status.code(), Some(3 | 4)), "{output:?}");
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    for field in ["read", "expected", "log10_lr", "microtext"] {
        assert!(record[field].is_null(), "{record}");
    }
    assert!(record["scan"]["portrait"].is_null() && record["scan"]["rotation_deg"].is_null());
    let named = bench.run(&[&json[..], &NAME[..]].concat());
    let record: Value = serde_json::from_slice(&named.stdout).unwrap();
    assert!(record["log10_lr"].is_null() && record["lr_words"] == "undetermined", "{record}");
}

#[test]
fn the_record_keeps_the_contract() {
    let bench = &*BENCH;
    let args = [&["verify", "flatbed600.png", "--json", "-"], &NAME[..]].concat();
    let record: Value = serde_json::from_str(&bench.says(&args, 0)).unwrap();
    assert_eq!(record["schema"], "tumar.inspection/1");
    assert_eq!(record["result"], "successful");
    assert_eq!(record["verdict"], "authentic");
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{value} in {record}"));
    assert!((0.0..=1.0).contains(&number(&record["margin"])));
    assert!(number(&record["log10_lr"]) > 0.0);
    assert!(record["lr_words"].as_str().unwrap().ends_with("support for the expected name"));
    let read = &record["read"];
    assert_eq!(read["text"], "НАЗАРБАЕВА<<ӘСЕЛ");
    assert_eq!((&read["surname"], &read["given"]), (&"НАЗАРБАЕВА".into(), &"ӘСЕЛ".into()));
    let symbols = read["symbols"].as_array().unwrap();
    assert_eq!(symbols.len(), "НАЗАРБАЕВА<<ӘСЕЛ".chars().count() + Legend::MARKS);
    for symbol in symbols {
        assert_eq!(symbol["symbol"].as_str().unwrap().chars().count(), 1);
        assert_eq!(symbol["runner_up"].as_str().unwrap().chars().count(), 1);
        assert_ne!(symbol["symbol"], symbol["runner_up"]);
        assert!((0.0..=1.0).contains(&number(&symbol["margin"])));
        assert!(number(&symbol["copies"]) > 1.0);
    }
    assert_eq!(record["expected"], serde_json::json!({"surname": "НАЗАРБАЕВА", "given": "ӘСЕЛ"}));
    let scan = &record["scan"];
    let picture = image::image_dimensions(bench.path("flatbed600.png")).unwrap();
    assert_eq!((&scan["width_px"], &scan["height_px"]), (&picture.0.into(), &picture.1.into()));
    assert_eq!((number(&scan["ppi"]), &scan["ppi_source"]), (600.0, &"metadata".into()));
    assert!(number(&scan["rotation_deg"]).abs() < 11.0);
    let corners: Vec<[f64; 2]> = serde_json::from_value(scan["portrait"].clone()).unwrap();
    assert_eq!(corners.len(), 4);
    let width = (corners[1][0] - corners[0][0]).hypot(corners[1][1] - corners[0][1]);
    assert!((width / (35.0 / 25.4 * 600.0) - 1.0).abs() < 0.05, "{width}");
    let microtext = &record["microtext"];
    assert!((number(&microtext["cap_height_mm"]) - 0.24).abs() < 0.02);
    assert!((number(&microtext["dots_per_cap"]) - 5.7).abs() < 0.5);
    assert!((0.0..=1.0).contains(&number(&microtext["coverage"])));
    assert!(number(&microtext["contrast"]) > 0.0 && number(&microtext["copies"]) > 1.0);
    assert!(record["regions"].as_array().unwrap().is_empty());
    assert!(record["reasons"][0].is_string());

    let blind = bench.says(&["verify", "flatbed600.png", "--ppi", "600", "--json", "-"], 0);
    let blind: Value = serde_json::from_str(&blind).unwrap();
    assert_eq!(
        (&blind["verdict"], &blind["scan"]["ppi_source"]),
        (&"read".into(), &"option".into())
    );
    for field in ["expected", "log10_lr", "lr_words"] {
        assert!(blind[field].is_null(), "{blind}");
    }
    assert_eq!(blind["read"], record["read"]);
}

/// A letter other, and letters fewer than the text has.
#[test]
fn the_evidence_speaks_against_other_names() {
    let bench = &*BENCH;
    for [surname, given] in [["Назарбаева", "Асел"], ["Lee", "Ann"]] {
        let name = ["--surname", surname, "--given", given, "--json", "-"];
        let record = bench.says(&[&["verify", "flatbed600.png"], &name[..]].concat(), 3);
        let record: Value = serde_json::from_str(&record).unwrap();
        assert!(record["log10_lr"].as_f64().unwrap() < 0.0, "{record}");
        assert!(record["lr_words"].as_str().unwrap().ends_with("support for another name"));
    }
}

/// Corners and rotation are those of the portrait, not of the scan.
#[test]
fn a_scan_upside_down() {
    let bench = &*BENCH;
    let scan = image::open(bench.path("clean.png")).unwrap();
    scan.rotate180().save(bench.path("turned.png")).unwrap();
    let record = |scan: &str| -> Value {
        let json = bench.says(&["verify", scan, "--ppi", "1200", "--json", "-"], 0);
        serde_json::from_str(&json).unwrap()
    };
    let (upright, turned) = (record("clean.png"), record("turned.png"));
    assert_eq!(turned["read"]["text"], upright["read"]["text"]);
    let turn = turned["scan"]["rotation_deg"].as_f64().unwrap();
    assert!(turn.abs() > 179.0, "{turn}");
    let corner = |record: &Value| -> [f64; 2] {
        serde_json::from_value(record["scan"]["portrait"][0].clone()).unwrap()
    };
    let ([x, y], [far_x, far_y]) = (corner(&upright), corner(&turned));
    assert!(x < 100.0 && y < 100.0 && far_x > 1500.0 && far_y > 2000.0);
}

#[test]
fn threads_change_no_byte() {
    let bench = &*BENCH;
    let run = |jobs: &str| {
        let file = |ending: &str| format!("jobs{jobs}.{ending}");
        let (picture, json, overlay) = (file("png"), file("json"), file("overlay.png"));
        let embed = ["embed", SAMPLE, "--quiet", "--jobs", jobs, "--out", &picture];
        assert_eq!(bench.says(&[&embed, &NAME[..]].concat(), 0), "");
        let verify = ["verify", "flatbed600.png", "--quiet", "--jobs", jobs];
        let outputs = ["--json", &json, "--overlay", &overlay];
        assert_eq!(bench.says(&[&verify[..], &outputs, &NAME[..]].concat(), 0), "");
        [picture, json, overlay].map(|file| std::fs::read(bench.path(&file)).unwrap())
    };
    assert!(run("1") == run("2"));
}

#[test]
fn embed_says_what_it_printed() {
    let bench = &*BENCH;
    let args = [
        "embed",
        SAMPLE,
        "--out",
        "coarse.tif",
        "--dpi",
        "600",
        "--depth",
        "16",
        "--surname",
        "Lee",
    ];
    let output = bench.run(&args);
    assert_eq!(output.status.code(), Some(0));
    let warning = String::from_utf8(output.stderr).unwrap();
    assert!(warning.starts_with("tumar: warning: ") && warning.lines().count() == 1, "{warning}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("icao_microprint   yes"), "{told}");
    let picture = tumar::formats::decode::read(&bench.path("coarse.tif")).unwrap();
    assert_eq!(picture.ppi, Some([tumar::imaging::Ppi(600.0); 2]));
    assert!(picture.pixels.as_rgb16().is_some());
    let json = bench.run(&[&args[..], &["--json", "-", "--quiet"]].concat());
    assert!(json.stderr.is_empty());
    let summary: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(summary["icao_microprint"], "yes");
    assert_eq!((&summary["width_px"], &summary["height_px"]), (&827.into(), &1063.into()));
    assert!(!String::from_utf8(json.stdout).unwrap().contains("LEE"));
}

#[test]
fn pages_and_layers() {
    let bench = &*BENCH;
    for (file, more, starts) in [
        ("page.pdf", &[][..], "%PDF-1.4"),
        ("under.PDF", &["--microtext", "below"], "%PDF-1.4"),
        ("layer.svg", &[], "<?xml"),
    ] {
        let args = [&["embed", SAMPLE, "--out", file], more, &NAME[..]].concat();
        let told = bench.says(&args, 0);
        assert!(told.starts_with(&format!("{file}: 35.0 × 45.0 mm")), "{told}");
        let bytes = std::fs::read(bench.path(file)).unwrap();
        assert!(bytes.starts_with(starts.as_bytes()), "{file}");
        let json = bench.says(&[&args[..], &["--json", "-"]].concat(), 0);
        let summary: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&summary["width_px"], &summary["height_px"]), (&1654.into(), &2126.into()));
    }
}

// Keys

#[test]
fn keys_are_kept_to_their_owner() {
    let desk = Desk::new();
    let folder = desk.folder.path();
    let made = tumar(folder, &["keygen", "--out", "out/own.key"]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let text = std::fs::read_to_string(folder.join("out/own.key")).unwrap();
    let secret = text.lines().find_map(|line| line.strip_prefix("secret ")).unwrap();
    assert_eq!(secret.len(), 64);
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(said.contains("issuer key") && !said.contains(&secret[..8]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| folder.join(path).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("out/own.key"), 0o600);
    }
    let refuses = |args: &[&str], code, says: &[&str]| {
        let output = tumar(folder, args);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(says.iter().all(|said| stderr.contains(said)), "{args:?}: {stderr}");
        assert!(!stderr.contains(&secret[..8]), "{stderr}");
    };
    refuses(&["keygen", "--out", "out/own.key"], 1, &["own.key", "never replaced"]);
    assert_eq!(std::fs::read_to_string(folder.join("out/own.key")).unwrap(), text);

    let embed = |key: &str, number: &str, code, says: &[&str]| {
        let args = ["embed", "portrait.png", "--surname", "A", "--out", "out/o.png", "--key", key];
        refuses(&[&args[..], &["--document-number", number]].concat(), code, says);
        assert!(!folder.join("out/o.png").exists());
    };
    embed("out/none.key", "N1", 1, &["none.key", "no such file"]);
    embed("out/own.key", " - ", 2, &["--document-number", "empty"]);
    embed("out/own.key", "PRIVATE/1", 2, &["--document-number", "letters and digits"]);
    embed("portrait.png", "N1", 1, &["portrait.png"]);
    let put = |name: &str, text: &str, mode| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    put("out/short.key", &text[..text.len() - 20], 0o600);
    embed("out/short.key", "N1", 1, &["short.key", "check digits"]);
    put("out/foreign.key", "-----BEGIN PRIVATE KEY-----\n", 0o600);
    embed("out/foreign.key", "N1", 1, &["foreign.key", "keygen"]);
    if cfg!(unix) {
        put("out/open.key", &text, 0o640);
        embed("out/open.key", "N1", 1, &["open.key", "chmod 600"]);
    }
    let alone = ["embed", "portrait.png", "--surname", "A", "--out", "out/o.png"];
    refuses(&[&alone[..], &["--key", "out/own.key"]].concat(), 2, &["--document-number"]);
    let verify = ["verify", "portrait.png", "--document-number", "N1"];
    refuses(&verify, 2, &["--key"]);
}

#[test]
fn only_the_key_and_its_document_pass() {
    let bench = &*BENCH;
    for key in ["one.key", "two.key"] {
        bench.says(&["keygen", "--out", key, "--quiet"], 0);
    }
    let number = ["--document-number", "N 1234567"];
    let embed = ["embed", SAMPLE, "--out", "keyed.tif", "--key", "one.key", "--json", "-"];
    let printed = bench.says(&[&embed[..], &number, &NAME].concat(), 0);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed["keyed"], true);
    let scan = ["channel", "keyed.tif", "--preset", "flatbed600", "--seed", "1"];
    bench.says(&[&scan[..], &["--out", "keyed.png", "--quiet"]].concat(), 0);
    let verify = |args: &[&str], code| {
        let told = bench.says(&[&["verify"], args, &["--json", "-"]].concat(), code);
        serde_json::from_str::<Value>(&told).unwrap()
    };
    // Without the key the name is read as ever.
    let blind = verify(&["keyed.png"], 0);
    assert_eq!(blind["read"]["surname"], "НАЗАРБАЕВА");
    assert!(blind["reasons"].to_string().contains("the print is keyed"));
    let both = ["keyed.png", "--key", "two.key", "--key", "one.key"];
    for name in [&NAME[..], &[]] {
        let found = verify(&[&both[..], &["--document-number", "n1234567<"], name].concat(), 0);
        assert_eq!(found["verdict"], "authentic");
        let key = &found["key"];
        assert!(key["right"].as_u64() >= Some(30) && key["log10_chance"].as_f64() < Some(-30.0));
        assert!(!found.to_string().contains("1234567"), "the number is not in the record");
    }
    for (key, number) in [("two.key", "N1234567"), ("one.key", "N1234568")] {
        let args = ["keyed.png", "--key", key, "--document-number", number];
        assert_eq!(verify(&[&args[..], &NAME].concat(), 3)["verdict"], "key-mismatch");
    }
    // A print without a key does not pass for a keyed one.
    let unkeyed = ["flatbed600.png", "--key", "one.key", "--document-number", "N1234567"];
    assert_eq!(verify(&[&unkeyed[..], &NAME].concat(), 3)["verdict"], "key-mismatch");
}

#[test]
fn a_preview_beside_each_kind_of_output() {
    let (bench, mut sheets) = (&*BENCH, Vec::new());
    for (out, more) in [
        ("shown.png", &[][..]),
        ("shown.pdf", &[]),
        ("shown.tif", &["--mode", "screen"]),
        ("shown.svg", &["--strength", "0"]),
    ] {
        let sheet = format!("{out}-preview.png");
        let args = ["embed", SAMPLE, "--out", out, "--preview", &sheet, "--quiet"];
        bench.says(&[&args, &NAME[..], more].concat(), 0);
        assert!(bench.path(out).is_file(), "{out}");
        sheets.push(image::open(bench.path(&sheet)).unwrap().to_rgb8());
    }
    // A page is shown as the raster is; the other two differ from it where letters do.
    let differing = |a: usize, b: usize| {
        sheets[a].pixels().zip(sheets[b].pixels()).filter(|(a, b)| a != b).count()
    };
    assert_eq!(differing(0, 1), 0);
    let whole = sheets[0].pixels().len();
    assert!(differing(0, 2) > whole / 2 && differing(0, 3) > whole / 5);
}

#[test]
fn the_demo_shows_it() {
    let bench = &*BENCH;
    let told = bench.says(&["demo", "--out", "a/demo"], 0);
    for part in ["НАЗАРБАЕВА, ӘСЕЛ", "flatbed600", "authentic", "weakest"] {
        assert!(told.contains(part), "{told}");
    }
    for file in ["portrait.png", "scan.png", "magnified.png", "copy.png", "verdict.json"] {
        assert!(bench.path("a/demo").join(file).is_file(), "{file}");
    }
    let json = std::fs::read(bench.path("a/demo/verdict.json")).unwrap();
    let record: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(record["verdict"], "authentic");
}

#[test]
fn help_and_version() {
    let bench = &*BENCH;
    assert!(bench.says(&["--help"], 0).contains("embed"));
    assert!(bench.says(&["verify", "--help"], 0).contains("--overlay"));
    assert!(bench.says(&["--version"], 0).starts_with("tumar "));
}
