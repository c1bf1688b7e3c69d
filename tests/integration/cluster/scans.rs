//! Scans by URL: from a file, a web server, and a store that speaks S3.

use std::fs;
use std::sync::{Arc, Mutex};

use tumar::formats::decode::MAX_FILE_BYTES;
use tumar::run::input::{FetchError, fetch, is_url};

use super::nats::{free_port, http, until};
use super::office::Process;

#[test]
fn only_known_urls_are_urls() {
    for url in ["s3://scans/1.png", "HTTPS://host/1.png", "http://host/1.png", "file:///1.png"] {
        assert!(is_url(url), "{url}");
    }
    for path in ["1.png", "C:\\1.png", "a/b.png", "ftp://host/1.png", "://", "s3:/x"] {
        assert!(!is_url(path), "{path}");
    }
    for bad in ["1.png", "ftp://host/1.png", "memory:///1.png", "file://host/1.png", "gs://b/1"] {
        assert!(matches!(fetch(bad), Err(FetchError::Scheme)), "{bad}");
    }
    let presigned = fetch("https://host/1.png?X-Amz-Signature=s3cret").unwrap_err();
    assert!(matches!(presigned, FetchError::Query), "{presigned}");
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Әсел 1%.png");
    fs::write(&path, b"scan").unwrap();
    let url = url::Url::from_file_path(&path).unwrap();
    assert_eq!(fetch(url.as_str()).unwrap(), b"scan");
    fs::remove_file(&path).unwrap();
    let error = fetch(url.as_str()).unwrap_err();
    assert_eq!(error.to_string(), "there is no such file in the store", "and not whose it was");
    fs::File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    assert!(matches!(fetch(url.as_str()), Err(FetchError::TooLong(_))));
}

#[test]
fn web_servers() {
    let port = http(|request| match request.split(' ').nth(1) {
        Some("/scans/1%202.png") => (200, vec![7; 100_000]),
        Some("/denied") => (403, Vec::new()),
        _ => (404, Vec::new()),
    });
    let at = |path: &str| fetch(&format!("http://127.0.0.1:{port}{path}"));
    assert_eq!(at("/scans/1%202.png").unwrap(), vec![7; 100_000]);
    assert!(matches!(at("/none"), Err(FetchError::NotFound)));
    assert!(matches!(at("/denied"), Err(FetchError::Denied)));
    let nobody = fetch(&format!("http://me:s3cret@127.0.0.1:{}/1.png", free_port())).unwrap_err();
    let told = nobody.to_string();
    assert!(told.contains("efused") && !told.contains("s3cret"), "{told}");
}

#[test]
fn stores_that_speak_s3() {
    let heard = Arc::new(Mutex::new(String::new()));
    let log = Arc::clone(&heard);
    let port = http(move |request| {
        log.lock().unwrap().push_str(request);
        if request.starts_with("GET /scans/2026/1.png ") {
            (200, b"from the store".to_vec())
        } else {
            (404, Vec::new())
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let get = |key: &str| {
        let part = format!("fetch s3://scans/{key} {}", out.display());
        let mut process = Process::with(
            &part,
            &[
                ("AWS_ENDPOINT", &format!("http://127.0.0.1:{port}")),
                ("AWS_ALLOW_HTTP", "true"),
                ("AWS_REGION", "office"),
                ("AWS_ACCESS_KEY_ID", "press"),
                ("AWS_SECRET_ACCESS_KEY", "s3cret"),
            ],
        );
        until("it is fetched", || process.is_gone());
        fs::read_to_string(&out).unwrap()
    };
    assert_eq!(get("2026/1.png"), "from the store");
    assert_eq!(get("2026/2.png"), "there is no such file in the store");
    let heard = heard.lock().unwrap().to_lowercase();
    assert!(heard.contains("credential=press/") && !heard.contains("s3cret"), "signed");
}
