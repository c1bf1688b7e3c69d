//! What `verify` takes on one core at each resolution, and each of its stages.
//!
//! `cargo bench --bench verify`

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use tumar::base::decode::{decode, read};
use tumar::base::encode::{Format, encode};
use tumar::base::{Picture, Ppi};
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::inspect::orientation::Orientation;
use tumar::inspect::portrait::Frame;
use tumar::inspect::scan::Scan;
use tumar::inspect::stack::stack;
use tumar::inspect::templates::Alphabet;
use tumar::inspect::tones::Tones;
use tumar::inspect::{Reader, carrier, columns, flatten, reading};
use tumar::issue::embed;
use tumar::spec::{Name, Profile};

const PORTRAIT: &str = "samples/astronaut.png";
const NAME: (&str, &str) = ("Әбдіғаппаров", "Қаһарман");
const SEED: u64 = 4;

/// A colour scan of the print. All three come from the laboratory's scanner, so that they differ
/// in resolution only.
fn scan(ppi: f64, profile: &Profile) -> Picture {
    let portrait = read(PORTRAIT.as_ref()).expect(PORTRAIT);
    let name = Name::new(NAME.0, NAME.1).expect("a printable name");
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
}

fn stages(criterion: &mut Criterion) {
    let profile = Profile::default();
    let picture = scan(1200.0, &profile);
    let scan = Scan::new(&picture, None).expect("a resolution");
    let flat = flatten::flatten(&scan);
    let peak = carrier::peaks(&flat, &scan, &profile.layout)[0];
    let factor = carrier::search_factor(&scan);
    let tones = Tones::measure(&flat, &scan, peak.frequency);
    let signal = flat.signal(&tones);
    let carrier = carrier::follow(&signal, factor, &scan, &peak).expect("lines");
    let frame = Frame::new(&carrier, &profile);
    let columns = columns::find(&signal, factor, &scan, &frame, &profile, true).expect("columns");
    let alphabets = Alphabet::both(&profile);
    let stacked = stack(&flat, &scan, &frame, &columns, &tones);

    let mut group = criterion.benchmark_group("stage");
    group.bench_function("1-scan", |b| b.iter(|| Scan::new(black_box(&picture), None)));
    group.bench_function("2-flatten", |b| b.iter(|| flatten::flatten(black_box(&scan))));
    group.bench_function("3-peaks", |b| {
        b.iter(|| carrier::peaks(black_box(&flat), &scan, &profile.layout));
    });
    group.bench_function("4-tones", |b| {
        b.iter(|| Tones::measure(black_box(&flat), &scan, peak.frequency));
    });
    group.bench_function("5-signal", |b| b.iter(|| black_box(&flat).signal(&tones)));
    group.bench_function("6-carrier", |b| {
        b.iter(|| carrier::follow(black_box(&signal), factor, &scan, &peak));
    });
    group.bench_function("7-frame", |b| b.iter(|| Frame::new(black_box(&carrier), &profile)));
    group.bench_function("8-columns", |b| {
        b.iter(|| columns::find(black_box(&signal), factor, &scan, &frame, &profile, true));
    });
    group.bench_function("9-stack", |b| {
        b.iter(|| stack(black_box(&flat), &scan, &frame, &columns, &tones));
    });
    group.bench_function("10-reading", |b| {
        b.iter(|| reading::read(black_box(&stacked), Some(Orientation::default()), &alphabets));
    });
    group.finish();
}

/// Few and short samples on one core.
fn one_core() -> Criterion {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    pool.expect("no pool before the first bench");
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4))
}

criterion_group! { name = benches; config = one_core(); targets = whole, stages }
criterion_main!(benches);
