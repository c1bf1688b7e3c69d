//! Tables as offices have them, through whole runs.

use crate::common::shop::Shop;

/// Ids that differ in case alone would be one file on many drives.
#[test]
fn two_holders_never_share_a_print() {
    let shop = Shop::new();
    let rows = "ab1,portrait-0.png,Ли,Ян\nAB1,portrait-1.png,Ng,\n";
    shop.write("jobs.csv", format!("id,portrait,surname,given\n{rows}"));
    shop.ends("issue", "run", &[], 1);
    let results = shop.results("run");
    assert_eq!(results[0]["result"], "printed");
    assert!(results[1]["error"].starts_with("line 3: row 1 (line 2) has this id already"));
    let prints = shop.files("run").into_keys().filter(|name| name.starts_with("prints/"));
    assert_eq!(prints.collect::<Vec<_>>(), ["prints/ab1.tif"]);
}

/// Excel for Mac ends lines with CR; Excel in Almaty parts fields by semicolons; its "Unicode text" is
/// UTF-16 with tabs. All are the same run.
#[test]
fn tables_of_all_programs_give_the_same_results() {
    let shop = Shop::new();
    let plain = "id,scan,surname,given,machine\r\n1,scan-0.png,Ли,Ян\r\n2,scan-1.png,Ng\r\n\
        ,,,\r\n3,scan-2.png,Lee,Ann,press 1\r\n";
    let unicode = format!("\u{feff}{}", plain.replace(',', "\t"));
    let tables: [Vec<u8>; 5] = [
        plain.into(),
        plain.replace("\r\n", "\r").into(),
        plain.replace(',', ";").into(),
        format!("\u{feff}sep=;\r\n{}", plain.replace(',', ";")).into(),
        unicode.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    let mut seen = Vec::new();
    for (i, table) in tables.into_iter().enumerate() {
        shop.write("scans.csv", table);
        let out = format!("run{i}");
        shop.ends("qa", &out, &[], 0);
        seen.push(shop.files(&out).remove("results.csv").unwrap());
        assert_eq!(shop.results(&out).len(), 3);
    }
    assert!(seen.iter().all(|table| *table == seen[0]));
}

/// macOS decomposes letters in names of files; tables have them composed, or the other way round.
#[test]
fn files_are_found_in_either_normal_form() {
    let shop = Shop::new();
    let names = ["Се\u{439}.png", "Се\u{438}\u{306}.png", "Se\u{301}.png", "S\u{e9}.png"];
    std::fs::rename(shop.path("scan-0.png"), shop.path(names[1])).unwrap();
    std::fs::copy(shop.path("scan-1.png"), shop.path(names[3])).unwrap();
    let rows = format!("1,{},Ли,Ян\n2,{},Ng,\n", names[0], names[2]);
    shop.write("scans.csv", format!("id,scan,surname,given\n{rows}"));
    shop.ends("qa", "run", &[], 0);
    // Done rows stay done.
    shop.ends("qa", "run", &[], 0);
    assert_eq!(shop.journalled("run").len(), 2);
}
