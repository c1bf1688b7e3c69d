//! Names as examiners type them, against prints that have them as the register has.

use tumar::channel::{Conditions, print_and_scan};
use tumar::formats::encode;
use tumar::imaging::Ppi;
use tumar::issue::embed;
use tumar::spec::Profile;

use crate::common::shop::Shop;
use crate::common::{name, sample, tumar};

/// A scan `FILE.png` of a print for this holder.
fn printed(shop: &Shop, file: &str, surname: &str, given: &str) {
    let profile = std::fs::read_to_string(shop.path("small.toml")).unwrap();
    let profile = Profile::parse(&profile).unwrap();
    let print = embed(&sample("kodim04.png"), &name(surname, given), &profile).unwrap();
    let scan = print_and_scan(&print.picture, &Conditions::clean(Ppi(600.0)), 1).unwrap();
    encode::write(&shop.path(file), &scan).unwrap();
}

/// The exit code of a verification, and what it says is expected.
fn verified(shop: &Shop, file: &str, surname: &str, given: &str) -> (i32, String) {
    let name = ["--surname", surname, "--given", given];
    let args = [&["verify", file, "--profile", "small.toml", "--json", "-"], &name[..]].concat();
    let output = tumar(&shop.path(""), &args);
    let said = String::from_utf8_lossy(&output.stderr);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let expected = &json["expected"];
    let expected = [&expected["surname"], &expected["given"]].map(|e| e.as_str().unwrap_or("-"));
    (output.status.code().unwrap(), format!("{}{said}", expected.join("/")))
}

#[test]
fn the_print_decides_which_capital_an_i_has() {
    let shop = Shop::new();
    printed(&shop, "dots.png", "İLHAN", "ALİ");
    printed(&shop, "plain.png", "ILHAN", "ALI");
    printed(&shop, "mixed.png", "DEMİR", "MIA");
    for (file, surname, given, code, expected) in [
        ("dots.png", "ilhan", "Ali", 0, "İLHAN/ALİ"),
        ("dots.png", "İlhan", "Ali", 0, "İLHAN/ALİ"),
        ("plain.png", "ilhan", "ali", 0, "ILHAN/ALI"),
        ("mixed.png", "demir", "mia", 0, "DEMİR/MIA"),
        // What is typed as a capital is meant.
        ("dots.png", "ILHAN", "ALI", 3, "ILHAN/ALI"),
        ("plain.png", "İLHAN", "ALİ", 3, "İLHAN/ALİ"),
        ("dots.png", "orhan", "ali", 3, "ORHAN/ALİ"),
        ("dots.png", "selim", "eli", 3, ""),
    ] {
        let (found, said) = verified(&shop, file, surname, given);
        assert_eq!(found, code, "{file} {surname}: {said}");
        assert!(said.starts_with(expected) || code == 3, "{file} {surname}: {said}");
    }
    let rows = "1,dots.png,ilhan,ali\n2,plain.png,ilhan,ali\n3,dots.png,ILHAN,ALI\n";
    shop.write("scans.csv", format!("id,scan,surname,given\n{rows}"));
    shop.ends("qa", "run", &[], 3);
    let results = shop.results("run");
    let verdicts: Vec<&str> = results.iter().map(|row| row["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["authentic", "authentic", "name-mismatch"]);
}

#[test]
fn comma_and_cedilla_are_one() {
    let shop = Shop::new();
    printed(&shop, "comma.png", "ȘERBAN", "VȚA");
    printed(&shop, "cedilla.png", "ŞERBAN", "VŢA");
    for file in ["comma.png", "cedilla.png"] {
        for [surname, given] in [["Șerban", "Vța"], ["Şerban", "Vţa"]] {
            let (code, said) = verified(&shop, file, surname, given);
            assert_eq!(code, 0, "{file} {surname}: {said}");
        }
        assert_eq!(verified(&shop, file, "Serban", "Vta").0, 3);
    }
}

#[test]
fn signs_that_are_no_letters_get_their_own_advice() {
    let shop = Shop::new();
    for (surname, what) in [
        ("St. John", "leave full stops out"),
        ("John 2", "Roman letters"),
        ("John (Smith)", "leave brackets out"),
        ("ParaŀEl", "write L for Ŀ"),
        ("Ωmega", "transliterates"),
    ] {
        let (code, said) = verified(&shop, "scan-0.png", surname, "");
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("the alphabet cannot print '") && said.contains(what), "{said}");
    }
}
