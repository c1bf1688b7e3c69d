//! Headers of JPEG 2000: what passes them is within the limits.
#![no_main]

use tumar::formats::jp2::{self, MAX_COMPONENTS, MAX_JP2_PIXELS};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(header) = jp2::header(bytes) {
        assert!(jp2::is_jpeg_2000(bytes));
        assert!(header.width > 0 && header.height > 0);
        assert!(u64::from(header.width) * u64::from(header.height) <= MAX_JP2_PIXELS);
        assert!((1..=usize::from(MAX_COMPONENTS)).contains(&header.bits.len()));
        assert!(header.ppi.is_none_or(|axes| axes.iter().all(|axis| axis.is_plausible())));
    }
});
