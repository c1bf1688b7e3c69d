//! The report of a whole run: what is in the file, and, where there is a browser, what it shows.

use std::time::Instant;

use serde_json::{Value, json};
use tempfile::TempDir;
use tumar::run::State;
use tumar::run::report::report;
use tumar::run::results::Overview;

use crate::common::browser::Browser;
use crate::common::{overviews, tools};

/// What every report must be.
fn is_sound(html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>") && html.trim_end().ends_with("</html>"));
    assert_eq!((html.matches("<script").count(), html.matches("<style").count()), (2, 1));
    assert_eq!((html.matches("</script").count(), html.matches("<h1").count()), (2, 1));
    assert!(html.contains("default-src &#39;none&#39;; img-src data:;"));
    for outside in ["http://", "https://", "src=\"/", "url(", "@import", " style=\"", " onload"] {
        assert!(!html.contains(outside), "{outside}");
    }
    for no_number in [" NaN", "NaN ", ",NaN", "NaN,", " inf", ",inf"] {
        assert!(!html.contains(no_number), "{no_number}");
    }
}

/// A report in a folder of its own.
fn written(overview: &Overview) -> (TempDir, String) {
    let html = report(overview).unwrap();
    is_sound(&html);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report.html"), &html).unwrap();
    (folder, html)
}

fn opened(browser: &mut Browser, overview: &Overview) -> TempDir {
    let (folder, _) = written(overview);
    browser.open(&folder.path().join("report.html"));
    folder
}

#[test]
fn the_report_says_what_happened_first() {
    let overview = overviews::qa(4000, 1);
    let (_folder, html) = written(&overview);
    let order = [
        format!("</span>{} scans failed", overview.counts.failed),
        "Press B: contrast falls since No. ".into(),
        ">What drifts<".into(),
        "Edges get softer".to_lowercase(),
        ">Machines<".into(),
        ">Control charts<".into(),
        ">Worst scans first<".into(),
        ">All rows<".into(),
        ">Versions and digests<".into(),
    ];
    let places: Vec<usize> = order.iter().map(|part| html.find(part).expect(part)).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(html.matches("<svg class=\"chart\"").count(), 3 * 9);
    assert_eq!(html, report(&overviews::qa(4000, 1)).unwrap());

    let (_folder, html) = written(&overviews::issue(500));
    assert!(!html.contains("<svg class=\"chart\"") && !html.contains("Margin"));
    let none = Overview { rows: Vec::new(), counts: overviews::counts(&[]), ..overviews::qa(0, 1) };
    assert!(written(&none).1.contains("No rows"));
}

#[test]
fn a_hundred_thousand_rows() {
    let mut overview = overviews::qa(100_000, 1);
    let start = Instant::now();
    let (folder, html) = written(&overview);
    println!("{} bytes in {:?}", html.len(), start.elapsed());
    assert!(html.len() < 15 << 20, "{}", html.len());

    // Errors that all differ, and are long, come to no more.
    for row in &mut overview.rows {
        row.says = format!("scans/{}/{:06}.png: {}", row.id, row.number, "damaged ".repeat(30));
    }
    let long = report(&overview).unwrap().len();
    assert!(long < 15 << 20, "{long}");

    let Some(mut browser) = Browser::start() else { return };
    let start = Instant::now();
    browser.open(&folder.path().join("report.html"));
    let shown = browser.value("document.querySelector('#count').textContent");
    println!("opened in {:?}", start.elapsed());
    assert_eq!(shown, "100,000 of 100,000 rows");
    for header in ["id", "time", "margin"] {
        let start = Instant::now();
        browser.value(&format!("document.querySelector('th[data-key={header}] button').click()"));
        println!("sorted by {header} in {:?}", start.elapsed());
    }
    // The document stays small.
    assert!(browser.value("document.querySelectorAll('.scroller tr').length").as_u64() < Some(80));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn beyond_that_the_worst_are_in_the_table() {
    let mut overview = overviews::qa(1000, 3);
    let good = overview.rows.iter().find(|row| row.state == State::Successful).unwrap().clone();
    let last = overview.rows.len() as u32;
    overview.rows.extend((1..=100_000).map(|i| {
        let margin = Some(0.9 + f64::from(i % 7) * 0.01);
        tumar::run::results::Row { number: last + i, margin, ..good.clone() }
    }));
    overview.rows.last_mut().unwrap().state = State::Failed;
    let (folder, html) = written(&overview);
    assert!(html.contains("The worst 100,000 of 101,000 rows."));
    let Some(mut browser) = Browser::start() else { return };
    browser.open(&folder.path().join("report.html"));
    browser.value("document.querySelector('#bad').click()");
    let bad = overview.rows.iter().filter(|row| row.state != State::Successful).count();
    let shown = browser.value("document.querySelector('#count').textContent");
    assert_eq!(shown, format!("{bad} of 100,000 rows"));
}

const HOSTILE: &str = "\"></script><script>document.title='x'</script><img src=x onerror='document.title=1'>]]><!--\u{202e}\u{2066}\u{1b}\n";

#[test]
fn hostile_text_is_text() {
    let mut overview = overviews::qa(300, 4);
    for row in &mut overview.rows {
        row.id = format!("{HOSTILE}{}", row.number);
        row.time = Some(HOSTILE.into());
        row.says = HOSTILE.into();
    }
    for machine in &mut overview.machines {
        machine.name = HOSTILE.into();
    }
    for origin in [&mut overview.manifest, &mut overview.profile] {
        (origin.name, origin.sha256) = (HOSTILE.into(), HOSTILE.into());
    }
    overview.notes.push(HOSTILE.into());
    for worst in &mut overview.worst {
        worst.inspection = Some("javascript:document.title=1".into());
        worst.says = HOSTILE.into();
    }
    let (folder, html) = written(&overview);
    for raw in ["<script>document", "<img src=x", "<!--", "javascript:", "\u{202e}", "\u{1b}"] {
        assert!(!html.contains(raw), "{raw:?}");
    }
    let Some(mut browser) = Browser::start() else { return };
    browser.open(&folder.path().join("report.html"));
    for look in ["document.querySelector('#bad').click()", "document.querySelector('#bad').click()"]
    {
        browser.value(look);
        browser.value("document.querySelector('.scroller tbody tr[id]').click()");
    }
    let title = browser.value("document.title");
    assert!(title.as_str().unwrap().starts_with("Print run: \"></script>"), "{title}");
    let id = browser.value("document.querySelector('.scroller td.held').textContent");
    assert!(id.as_str().unwrap().starts_with("\"></script><script>"), "{id}");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// Texts of a column that are seen, from the top.
fn column(browser: &mut Browser, place: usize) -> Vec<String> {
    let cells = format!(".scroller tbody tr[id] td:nth-child({place})");
    let all = browser
        .value(&format!("[...document.querySelectorAll({cells:?})].map(cell => cell.textContent)"));
    serde_json::from_value(all).unwrap()
}

fn numbers(texts: &[String]) -> Vec<f64> {
    texts.iter().map(|text| text.replace('−', "-").replace(',', "").parse().unwrap()).collect()
}

fn set(browser: &mut Browser, control: &str, value: &str) {
    browser.value(&format!(
        "(() => {{ const c = document.querySelector({control:?}); c.value = {value:?};
           c.dispatchEvent(new Event('input')); }})()"
    ));
}

fn count(browser: &mut Browser) -> Value {
    browser.value("document.querySelector('#count').textContent")
}

#[test]
fn rows_are_sorted_and_filtered() {
    let Some(mut browser) = Browser::start() else { return };
    let overview = overviews::qa(3000, 1);
    let _folder = opened(&mut browser, &overview);
    assert_eq!(numbers(&column(&mut browser, 1))[..3], [1.0, 2.0, 3.0]);

    let header = "document.querySelector('th[data-key=measure][data-index=\"0\"]')";
    browser.value(&format!("{header}.querySelector('button').click()"));
    let up = numbers(&column(&mut browser, 7));
    assert!(up.is_sorted() && up.len() > 10, "{up:?}");
    assert_eq!(browser.value(&format!("{header}.getAttribute('aria-sort')")), "ascending");
    let measured = overview.rows.iter().filter_map(|row| row.measures);
    let least = measured.map(|all| all.contrast);
    let least = least.fold(f64::INFINITY, f64::min);
    assert!((up[0] - least).abs() < 1e-3);
    browser.value(&format!("{header}.querySelector('button').click()"));
    let down = numbers(&column(&mut browser, 7));
    assert!(down.is_sorted_by(|a, b| a >= b) && down[0] > up[0], "{down:?}");
    assert_eq!(browser.value("document.querySelectorAll('[aria-sort]').length"), 1);

    let says = |fits: &dyn Fn(&tumar::run::results::Row) -> bool| {
        let fit = overview.rows.iter().filter(|row| fits(row)).count();
        let text =
            if fit < 1000 { fit.to_string() } else { format!("{},{:03}", fit / 1000, fit % 1000) };
        json!(format!("{text} of 3,000 rows"))
    };
    set(&mut browser, "#state", "0");
    assert_eq!(count(&mut browser), says(&|row| row.state == State::Failed));
    set(&mut browser, "#state", "");
    browser.value(
        "(() => { const c = document.querySelector('#machine');
          c.value = [...c.options].find(o => o.text === 'Press B').value;
          c.dispatchEvent(new Event('input')); })()",
    );
    assert_eq!(count(&mut browser), says(&|row| row.machine == Some(1)));
    assert!(column(&mut browser, 5).iter().all(|name| name == "Press B"));
    browser.value("document.querySelector('#bad').click()");
    let bad = |row: &tumar::run::results::Row| row.state != State::Successful;
    assert_eq!(count(&mut browser), says(&|row| row.machine == Some(1) && bad(row)));
    browser.value("document.querySelector('#bad').click()");
    set(&mut browser, "#machine", "");
    set(&mut browser, "#text", "n12001");
    assert_eq!(count(&mut browser), says(&|row| row.id.starts_with("N12001")));
    set(&mut browser, "#text", "no such");
    assert_eq!(count(&mut browser), "0 of 3,000 rows");

    // A document that is named above is shown, whatever was filtered.
    browser.value("document.querySelector('.findings a[data-row]').click()");
    assert_eq!(count(&mut browser), "3,000 of 3,000 rows");
    let leads = "document.querySelector('[aria-selected=true]').id ===
        'row-' + document.querySelector('.findings a[data-row]').dataset.row";
    assert_eq!(browser.value(leads), true);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn keys_and_mouse_select_rows() {
    let Some(mut browser) = Browser::start() else { return };
    let overview = overviews::qa(3000, 1);
    let _folder = opened(&mut browser, &overview);
    let selected = "document.querySelector('[aria-selected=true] td').textContent";
    browser.value("document.querySelector('.scroller').focus()");
    for (key, number) in [
        ("ArrowDown", "1"),
        ("ArrowDown", "2"),
        ("ArrowUp", "1"),
        ("End", "3,000"),
        ("ArrowUp", "2,999"),
        ("Home", "1"),
    ] {
        browser.key(key);
        assert_eq!(browser.value(selected), number, "{key}");
        let is_seen = "(() => { const row = document.querySelector('[aria-selected=true]').getBoundingClientRect();
            const box = document.querySelector('.scroller').getBoundingClientRect();
            const head = document.querySelector('.scroller thead').getBoundingClientRect();
            return row.top >= head.bottom - 1 && row.bottom <= box.bottom + 1; })()";
        assert_eq!(browser.value(is_seen), true, "{key}");
    }
    browser.key("PageDown");
    assert_ne!(browser.value(selected), "1");
    browser.key("Escape");
    assert_eq!(browser.value("document.querySelector('[aria-selected=true]')"), Value::Null);

    browser.value("document.querySelector('th[data-key=state] button').focus()");
    browser.key("Enter");
    let sort = "document.querySelector('th[data-key=state]').getAttribute('aria-sort')";
    assert_eq!(browser.value(sort), "ascending");
    let at = browser.value(
        "(() => { const row = document.querySelector('.scroller tbody tr[id]');
          row.scrollIntoView({ block: 'center' }); const box = row.getBoundingClientRect();
          return [box.left + 60, box.top + box.height / 2]; })()",
    );
    let [x, y] = [0, 1].map(|i| at[i].as_f64().unwrap());
    for kind in ["mousePressed", "mouseReleased"] {
        browser.mouse(kind, [x, y], json!({ "button": "left", "clickCount": 1 }));
    }
    let first = overview.rows.iter().find(|row| row.state == State::Failed).unwrap();
    let chosen = browser.value("document.querySelector('#chosen').textContent");
    assert!(chosen.as_str().unwrap().contains("Contrast"), "{chosen} {}", first.says);
    assert!(chosen.as_str().unwrap().starts_with('✕'), "{chosen}");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_page_is_calm_on_any_screen() {
    let Some(mut browser) = Browser::start() else { return };
    for overview in [overviews::qa(2000, 1), overviews::qa(40, 5), overviews::issue(2000)] {
        let _folder = opened(&mut browser, &overview);
        let width = "document.documentElement.scrollWidth - innerWidth";
        assert!(browser.value(width).as_i64().unwrap() <= 0);
        let whole = "[...document.images].every(i => i.complete && i.naturalWidth > 0 && i.alt)";
        browser.value("document.images[0]?.scrollIntoView()");
        assert_eq!(browser.value(whole), true);
        let named = "[...document.querySelectorAll('[role=img],[role=group],[role=grid],button,a,input,select')]
            .every(e => (e.getAttribute('aria-label') || e.textContent || e.labels?.[0]?.textContent).trim())";
        assert_eq!(browser.value(named), true);
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
    // What was not printed stands first.
    assert!(column(&mut browser, 3)[0].ends_with("not printed"));
}

#[test]
fn reports_print_on_a4_and_need_no_scripts() {
    let Some(mut browser) = Browser::start() else { return };
    browser.disable_scripts();
    let folder = opened(&mut browser, &overviews::qa(3000, 1));
    let seen = "['#verdict', '.tiles', '.findings', '.chart', '.cards', 'noscript'].map(part =>
        document.querySelector(part).getBoundingClientRect().height > 0)";
    assert_eq!(browser.value(seen), json!(vec![true; 6]));
    assert_eq!(browser.value("document.querySelector('.table').hidden"), true);
    let pdf = folder.path().join("report.pdf");
    std::fs::write(&pdf, browser.pdf()).unwrap();
    let Some(info) = tools::pdfinfo(&pdf) else { return };
    let field = |name: &str| info.lines().find_map(|l| l.strip_prefix(name)).unwrap().trim();
    assert!(field("Page size:").contains("(A4)"), "{info}");
    let pages: usize = field("Pages:").parse().unwrap();
    assert!((3..=12).contains(&pages), "{pages}");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
