//! Seeds of scans: the same print has other conditions in each scan, and each print others.

/// FNV-1a over what is printed and the scan's number.
pub fn seed(portrait: &str, legend: &str, number: u64) -> u64 {
    format!("{portrait}/{legend}/{number}").bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
