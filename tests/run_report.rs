//! The report of a whole run: what is in the file, and, where there is a browser, what it shows.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod browser;
mod overviews;

use std::time::Instant;

use tumar::run::report::report;

#[test]
fn a_hundred_thousand_rows() {
    let overview = overviews::qa(100_000, 1);
    let start = Instant::now();
    let html = report(&overview).unwrap();
    println!("{} bytes in {:?}", html.len(), start.elapsed());
    assert!(html.len() < 15 << 20, "{}", html.len());
    if let Ok(path) = std::env::var("KEEP") {
        std::fs::write(format!("{path}/large.html"), html).unwrap();
        std::fs::write(format!("{path}/qa.html"), report(&overviews::qa(4000, 1)).unwrap())
            .unwrap();
        std::fs::write(format!("{path}/small.html"), report(&overviews::qa(120, 5)).unwrap())
            .unwrap();
        std::fs::write(format!("{path}/issue.html"), report(&overviews::issue(4000)).unwrap())
            .unwrap();
    }
}
