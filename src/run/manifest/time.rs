//! When a scan was made, as far as manifests say.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A date and time of ISO 8601 or RFC 3339. One without an offset is taken for UTC: it only tells
/// which scan came first.
///
/// # Errors
/// A sentence.
pub(in crate::run) fn parse(text: &str) -> Result<Timestamp, String> {
    let local = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>()?);
    text.parse().or_else(|_| local()).map_err(|_: jiff::Error| {
        "the field 'time' is no date and time, such as 2026-11-28T14:05:00+05:00".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_ordered_by_the_clock() {
        let order = ["2026-11-28T14:05:00+05:00", "2026-11-28 10:00", "2026-11-28T10:00:00.5Z"];
        let times = order.map(|text| parse(text).unwrap());
        assert!(times.is_sorted());
        assert!(parse("yesterday").is_err() && parse("28.11.2026").is_err());
    }
}
