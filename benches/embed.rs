//! What `embed` takes on one core, beside its floor: decode, resize and encode alone.
//!
//! `cargo bench -p benches --bench embed`

mod common;

use std::hint::black_box;

use common::{PORTRAIT, holder, one_core};
use criterion::{Criterion, criterion_group, criterion_main};
use image::{DynamicImage, GrayImage, RgbImage};
use tumar::formats::decode::decode;
use tumar::formats::encode::{Format, encode};
use tumar::imaging::{Picture, tone};
use tumar::issue::{embed, portrait};
use tumar::spec::Profile;

fn embedding(criterion: &mut Criterion) {
    let file = std::fs::read(PORTRAIT).expect(PORTRAIT);
    let name = holder();
    for dpi in [1200, 2400] {
        let profile = Profile::default().with_dpi(f64::from(dpi)).expect("a plausible resolution");
        let mut group = criterion.benchmark_group(format!("embed/{dpi}"));
        group.bench_function("whole", |b| {
            b.iter(|| {
                let portrait = decode(black_box(&file)).expect("a portrait");
                let printed = embed(&portrait, &name, &profile).expect("a name that fits");
                encode(&printed.picture, Format::Png).expect("a PNG")
            });
        });
        group.bench_function("floor", |b| {
            let stored = stored_table();
            b.iter(|| {
                let portrait = decode(black_box(&file)).expect("a portrait");
                encode(&resized(&portrait, &profile, &stored), Format::Png).expect("a PNG")
            });
        });
        let portrait = decode(&file).expect("a portrait");
        group.bench_function("embed-alone", |b| {
            b.iter(|| embed(black_box(&portrait), &name, &profile).expect("a name that fits"));
        });
        group.bench_function("resize-alone", |b| {
            b.iter(|| portrait::prepare(black_box(&portrait), &profile).expect("a portrait"));
        });
        group.finish();
    }
}

/// The portrait at print size, 8 bits a channel, nothing printed into it.
fn resized(portrait: &Picture, profile: &Profile, stored: &[u8]) -> Picture {
    let prepared = portrait::prepare(portrait, profile).expect("a portrait");
    let (width, height) = (prepared.size.0 as u32, prepared.size.1 as u32);
    let bytes = prepared.linear.iter().map(|&v| stored[usize::from(v)]).collect();
    let pixels = if prepared.channels == 1 {
        GrayImage::from_raw(width, height, bytes).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::from)
    };
    Picture::new(pixels.expect("one value a channel"), profile.dpi)
}

fn stored_table() -> Vec<u8> {
    let byte = |v: u16| (tone::stored(f32::from(v) / 65_535.0) * 255.0 + 0.5) as u8;
    (0..=u16::MAX).map(byte).collect()
}

criterion_group! { name = benches; config = one_core(); targets = embedding }
criterion_main!(benches);
