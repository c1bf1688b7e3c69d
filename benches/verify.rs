//! What `verify` takes on one core at each resolution, and each of its stages.
//!
//! `cargo bench -p benches --bench verify`

mod common;

use std::hint::black_box;

use common::{PORTRAIT, holder, one_core};
use criterion::{Criterion, criterion_group, criterion_main};
use image::{Rgb, RgbImage};
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::formats::decode::{decode, read};
use tumar::formats::encode::{Format, encode};
use tumar::imaging::{Picture, Ppi};
use tumar::inspect::Reader;
use tumar::inspect::detection::spectrum;
use tumar::inspect::recognition::reading;
use tumar::inspect::recognition::templates::Alphabets;
use tumar::inspect::rectification::carrier;
use tumar::inspect::rectification::frame::Frame;
use tumar::inspect::signal::flatten;
use tumar::inspect::signal::orientation::Orientation;
use tumar::inspect::signal::scan::Scan;
use tumar::inspect::signal::tones::Tones;
use tumar::inspect::stacking::stack::stack;
use tumar::inspect::synchronisation::search;
use tumar::inspect::synchronisation::strips::Turn;
use tumar::issue::embed;
use tumar::spec::Profile;

const SEED: u64 = 4;

/// A colour scan of the print. All three come from the laboratory's scanner, so that they differ
/// in resolution only.
fn scan(ppi: f64, profile: &Profile) -> Picture {
    let portrait = read(PORTRAIT.as_ref()).expect(PORTRAIT);
    let name = holder();
    let print = embed(&portrait, &name, profile).expect("a name that fits").picture;
    let mut conditions = Conditions::draw(Preset::Lab1200, SEED);
    conditions.scan.ppi = Ppi(ppi);
    conditions.scan.colour = true;
    print_and_scan(&print, &conditions, SEED).expect("a scan")
}

fn whole(criterion: &mut Criterion) {
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    criterion.bench_function("reader", |b| b.iter(|| Reader::new(black_box(&profile))));
    for ppi in [600, 1200, 2400] {
        let picture = scan(f64::from(ppi), &profile);
        let file = encode(&picture, Format::Png).expect("a PNG");
        let mut group = criterion.benchmark_group(format!("verify/{ppi}"));
        group.bench_function("whole", |b| {
            b.iter(|| {
                let picture = decode(black_box(&file)).expect("a scan");
                reader.inspect(&picture, None, None).expect("a resolution")
            });
        });
        group.bench_function("decode-alone", |b| {
            b.iter(|| decode(black_box(&file)).expect("a scan"));
        });
        group.finish();
    }
    let picture = page(&scan(600.0, &profile));
    let file = encode(&picture, Format::Png).expect("a PNG");
    let mut group = criterion.benchmark_group("verify/page");
    group.bench_function("whole", |b| {
        b.iter(|| {
            let picture = decode(black_box(&file)).expect("a scan");
            reader.inspect(&picture, None, None).expect("a resolution")
        });
    });
    group.bench_function("decode-alone", |b| b.iter(|| decode(black_box(&file)).expect("a scan")));
    group.finish();
}

/// An A4 page with a scan somewhere on it.
fn page(scan: &Picture) -> Picture {
    let portrait = scan.pixels.to_rgb8();
    let [width, height] = [210.0, 297.0].map(|mm| (mm / 25.4 * 600.0) as u32);
    let paper = |x: u32, y: u32| Rgb([240 + ((x * 7 + y * 13) % 5) as u8; 3]);
    let mut sheet = RgbImage::from_fn(width, height, paper);
    image::imageops::replace(&mut sheet, &portrait, 2500, 4100);
    Picture::new(sheet.into(), Ppi(600.0))
}

fn stages(criterion: &mut Criterion) {
    let profile = Profile::default();
    let picture = scan(1200.0, &profile);
    let scan = Scan::new(&picture, None).expect("a resolution");
    let flat = flatten::flatten(&scan);
    let peak = spectrum::peaks(&flat, &scan, &profile.layout)[0];
    let factor = scan.search_factor();
    let tones = Tones::measure(&flat, &scan, peak.frequency, &profile, profile.mode);
    let signal = flat.signal(&tones);
    let carrier = carrier::follow(&signal, factor, &scan, &peak, &profile.layout).expect("lines");
    let frame = Frame::new(&carrier, &profile);
    let columns =
        search::find(&signal, factor, &scan, &frame, &profile, true, Turn::EVERY).expect("columns");
    let alphabets = Alphabets::new(&profile);
    let stacked = stack(&flat, &scan, &frame, &columns, &tones);

    let mut group = criterion.benchmark_group("stage");
    group.bench_function("1-scan", |b| b.iter(|| Scan::new(black_box(&picture), None)));
    group.bench_function("2-flatten", |b| b.iter(|| flatten::flatten(black_box(&scan))));
    group.bench_function("3-peaks", |b| {
        b.iter(|| spectrum::peaks(black_box(&flat), &scan, &profile.layout));
    });
    group.bench_function("4-tones", |b| {
        b.iter(|| Tones::measure(black_box(&flat), &scan, peak.frequency, &profile, profile.mode));
    });
    group.bench_function("5-signal", |b| b.iter(|| black_box(&flat).signal(&tones)));
    group.bench_function("6-carrier", |b| {
        b.iter(|| carrier::follow(black_box(&signal), factor, &scan, &peak, &profile.layout));
    });
    group.bench_function("7-frame", |b| b.iter(|| Frame::new(black_box(&carrier), &profile)));
    group.bench_function("8-columns", |b| {
        b.iter(|| {
            search::find(black_box(&signal), factor, &scan, &frame, &profile, true, Turn::EVERY)
        });
    });
    group.bench_function("9-stack", |b| {
        b.iter(|| stack(black_box(&flat), &scan, &frame, &columns, &tones));
    });
    group.bench_function("10-reading", |b| {
        b.iter(|| {
            reading::read(black_box(&stacked), Some(Orientation::default()), alphabets.tinted())
        });
    });
    group.finish();
}

criterion_group! { name = benches; config = one_core(); targets = whole, stages }
criterion_main!(benches);
