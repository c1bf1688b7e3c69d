//! Colour profiles: what is read gives light and stored values in range, both ways.
#![no_main]

use tumar::imaging::colour::Colour;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for grey in [false, true] {
        if let Ok(colour) = Colour::parse(bytes, grey) {
            for channel in 0..3 {
                let curve = colour.curve(channel);
                assert!(curve.of_u8().iter().all(|light| (0.0..=1.0).contains(light)));
                assert!((0.0..=1.0).contains(&curve.stored(0.5)));
            }
            assert!(colour.luma().iter().all(|weight| weight.is_finite()));
        }
    }
});
