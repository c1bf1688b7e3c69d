//! EF.DG2: whatever is found lies in the file and is the picture that the container announces.
#![no_main]

use tumar::formats::dg2::{self, Coding};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let announced = dg2::is_dg2(bytes);
    if let Ok((coding, picture)) = dg2::picture(bytes) {
        assert!(announced);
        assert!(bytes.as_ptr_range().contains(&picture.as_ptr()));
        assert_eq!(coding == Coding::Jpeg, picture.starts_with(&[0xff, 0xd8, 0xff]));
    }
});
