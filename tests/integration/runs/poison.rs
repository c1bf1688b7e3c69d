//! Rows of all bad kinds among good ones: each affects no other, and says why it failed.

use std::fmt::Write;

use crate::common::shop::Shop;

/// A PNG whose header claims 60,000 × 60,000 pixels.
fn bomb(png: &[u8]) -> Vec<u8> {
    let mut bomb = png.to_vec();
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let crc = crc32fast::hash(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    bomb
}

#[test]
fn bad_scans_cost_their_own_rows() {
    let shop = Shop::new();
    let png = std::fs::read(shop.path("scan-0.png")).unwrap();
    shop.write("cut.png", &png[..png.len() / 2]);
    shop.write("empty.png", "");
    shop.write("text.png", "not a picture at all");
    shop.write("bomb.png", bomb(&png));
    std::fs::create_dir(shop.path("folder.png")).unwrap();
    let bad: [(&str, &str, &str); 15] = [
        ("missing.png", "Ли,Ян,,", "there is no such file"),
        ("cut.png", "Ли,Ян,,", "corrupt"),
        ("empty.png", "Ли,Ян,,", "the file is empty"),
        ("text.png", "Ли,Ян,,", "not a picture"),
        ("bomb.png", "Ли,Ян,,", "60000 × 60000 pixels"),
        ("folder.png", "Ли,Ян,,", "it is no file"),
        ("../scan-0.png", "Ли,Ян,,", "--allow-outside"),
        ("/dev/zero", "Ли,Ян,,", "--allow-outside"),
        ("scan-0.png", "Л1и,Ян,,", "the name"),
        ("scan-0.png", "Lи,Ян,,", "mixes scripts"),
        ("scan-0.png", ",Ян,,", "the name"),
        ("scan-0.png", "Ли,Ян,,yesterday", "no date and time"),
        ("scan-0.png", "Ли,Ян,,,,7", "8 fields"),
        ("scan-0.png", "\"Ли,Ян,,", "quotation mark"),
        ("", "Ли,Ян,,", "'scan' is empty"),
    ];
    let mut text = b"id,scan,surname,given,machine,time\n".to_vec();
    for (i, (scan, rest, _)) in bad.iter().enumerate() {
        let mut rows = String::new();
        writeln!(rows, "good{i},scan-{}.png,{},press,", i % 2, ["Ли,Ян", "Ng,"][i % 2]).unwrap();
        writeln!(rows, "bad{i},{scan},{rest}").unwrap();
        text.extend(rows.bytes());
    }
    text.extend(b"bad,\xff\xfe.png,,,,\ngood0,scan-0.png,,,,\nlast,scan-0.png,,,,\n");
    shop.write("scans.csv", text);
    let said = shop.ends("qa", "run", &[], 3);
    assert!(!said.contains("panicked"), "{said}");
    let results = shop.results("run");
    assert_eq!(results.len(), 2 * bad.len() + 3);
    for (i, (scan, rest, why)) in bad.iter().enumerate() {
        let (good, bad) = (&results[2 * i], &results[2 * i + 1]);
        assert_eq!(good["verdict"], "authentic", "{good:?}");
        assert_eq!(bad["result"], "error", "{scan} {rest}: {bad:?}");
        assert!(bad["error"].contains(why), "{scan} {rest}: {bad:?}");
    }
    let tail = &results[2 * bad.len()..];
    assert!(tail[0]["error"].contains("not UTF-8"));
    assert!(tail[1]["error"].contains("row 1 (line 2) has this id already"));
    assert_eq!(tail[2]["verdict"], "read");

    // A scan that was put in its place later is inspected when that is asked for.
    std::fs::copy(shop.path("scan-0.png"), shop.path("missing.png")).unwrap();
    shop.ends("qa", "run", &[], 3);
    assert_eq!(shop.results("run")[1]["result"], "error");
    shop.write("run/inspections/999999.html", "of an earlier end");
    shop.ends("qa", "run", &["--retry-errors"], 3);
    assert_eq!(shop.results("run")[1]["verdict"], "authentic");
    let files = shop.files("run");
    assert_eq!(files.keys().filter(|name| name.starts_with("inspections/")).count(), 3);
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_no_scan() {
    let shop = Shop::new();
    let fifo = std::process::Command::new("mkfifo").arg(shop.path("pipe.png")).status();
    assert!(fifo.unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", shop.path("zero.png")).unwrap();
    std::os::unix::fs::symlink("loop.png", shop.path("loop.png")).unwrap();
    let rows = "a,pipe.png,,\nb,zero.png,,\nc,loop.png,,\n";
    shop.write("scans.csv", format!("id,scan,surname,given\n{rows}"));
    for (out, more) in [("inside", &[][..]), ("outside", &["--allow-outside"][..])] {
        shop.ends("qa", out, more, 3);
        assert!(shop.results(out).iter().all(|row| row["result"] == "error"));
    }
}

#[test]
fn bad_jobs_cost_their_own_rows() {
    let shop = Shop::new();
    let bad = [
        ("portrait-0.png,Ли,Ян,../out.tif", "leads out of the run's folder"),
        ("portrait-0.png,Ли,Ян,a.jpg", "must end in .png"),
        ("portrait-0.png,Ли,Ян,good.tif", "is printed to good.tif already"),
        ("portrait-0.png,Ли,Ян,.partial/a.tif", "begins with a dot"),
        ("portrait-0.png,Wáng,漢,b.tif", "the name"),
        ("jobs.csv,Ли,Ян,c.tif", "not a picture"),
    ];
    let mut text =
        "id,portrait,surname,given,out\ngood,portrait-0.png,Ли,Ян,./good.tif\n".to_owned();
    for (i, (rest, _)) in bad.iter().enumerate() {
        writeln!(text, "{i},{rest}").unwrap();
    }
    text.push_str("a/b,portrait-0.png,Ли,Ян,\nlast,portrait-0.png,Ли,Ян,in/deep/last.png\n");
    shop.write("jobs.csv", text);
    shop.ends("issue", "run", &[], 1);
    let results = shop.results("run");
    for (row, (rest, why)) in results[1..].iter().zip(&bad) {
        assert!(row["error"].contains(why), "{rest}: {row:?}");
    }
    assert!(results[bad.len() + 1]["error"].contains("no name for a file"));
    let prints: Vec<String> = shop.files("run").into_keys().collect();
    let due = ["good.tif", "in/deep/last.png", "report.html", "results.csv", "run.json"];
    assert_eq!(prints, due);
}
