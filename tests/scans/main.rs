//! Scans as people make them: turned, mirrored, bent, cut, soiled, on a page among others.

mod desk;

use std::sync::LazyLock;

use desk::{flatbed, grey, name, print, reads, scan, with};
use image::imageops;
use tumar::base::Picture;
use tumar::spec::Name;

const LEGEND: &str = "НАЗАРБАЕВА<<ӘСЕЛ_";

fn holder() -> Name {
    name("Назарбаева", "Әсел")
}

static PRINT: LazyLock<Picture> = LazyLock::new(|| print("astronaut.png", &holder()));
static SCAN: LazyLock<Picture> = LazyLock::new(|| scan(&PRINT, &flatbed(600.0)));

#[test]
fn turned_and_mirrored() {
    let upright = grey(&SCAN);
    let mirrored = imageops::flip_horizontal(&upright);
    for (pixels, what, is_mirrored) in [
        (imageops::rotate90(&upright), "90°", false),
        (imageops::rotate180(&upright), "180°", false),
        (imageops::rotate270(&upright), "270°", false),
        (mirrored.clone(), "mirrored", true),
        (imageops::rotate180(&mirrored), "mirrored, 180°", true),
        (imageops::rotate90(&mirrored), "mirrored, 90°", true),
    ] {
        let found = reads(&with(&SCAN, pixels), &holder(), LEGEND, what);
        let orientation = found.reading().map(|reading| reading.orientation);
        assert_eq!(orientation.map(|o| o.mirrored), Some(is_mirrored), "{what}");
    }
}
