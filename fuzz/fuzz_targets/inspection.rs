//! Whole inspections of small pictures: a record, whatever they show.
//!
//! The first bytes are the width, the resolution and how each of the others is repeated; the others are
//! grey pixels. `measure --bin soak` draws pictures that look like something, at full size.
#![no_main]

use std::sync::LazyLock;

use image::GrayImage;
use libfuzzer_sys::fuzz_target;
use tumar::report::overlay;
use tumar::{Claim, Name, Picture, Ppi, Profile, Reader, Record};

static PROFILE: LazyLock<Profile> = LazyLock::new(Profile::default);
static READER: LazyLock<Reader<'static>> = LazyLock::new(|| Reader::new(&PROFILE));

/// Wider and higher ones are right, and slow.
const LONGEST: usize = 400;

fuzz_target!(|bytes: &[u8]| {
    let [width, ppi, across, down, pixels @ ..] = bytes else { return };
    let stored = usize::from(*width) + 1;
    let [across, down] = [across, down].map(|repeats| usize::from(repeats % 8) + 1);
    let rows = pixels.len() / stored;
    let (width, height) = ((stored * across).min(LONGEST), (rows * down).min(LONGEST));
    if height == 0 {
        return;
    }
    let at = |x: u32, y: u32| pixels[y as usize / down * stored + x as usize / across];
    let grey = GrayImage::from_fn(width as u32, height as u32, |x, y| image::Luma([at(x, y)]));
    let picture = Picture::new(grey.into(), Ppi(50.0 + 5.0 * f64::from(*ppi)));
    let name = (ppi % 2 == 0).then(|| Name::new("Ли", "Ян").expect("a name"));
    let claim = Claim { name: name.as_ref(), ..Claim::default() };
    let page = READER.check(&picture, None, claim).expect("a resolution that makes sense");
    let record = Record::of_page(&page, name.as_ref(), &PROFILE);
    assert!((-1.0..=1.0).contains(&record.margin));
    assert!(!record.reasons.is_empty());
    let _drawn = overlay::overlay_page(&picture, &page);
});
