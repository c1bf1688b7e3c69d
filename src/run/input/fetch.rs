//! Scans that are not on this machine: a URL → the file's bytes, up to a limit.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::http::HttpBuilder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use url::{Position, Url};

use crate::formats::decode::MAX_FILE_BYTES;

/// How long a host may take to answer: a guess.
const CONNECT: Duration = Duration::from_secs(10);
/// How long one scan may take, with all attempts: a guess.
const LONGEST: Duration = Duration::from_secs(300);
/// How often a request is repeated: a guess.
const RETRIES: usize = 3;
const _: () = assert!(CONNECT.as_secs() < LONGEST.as_secs());

/// Why a URL gave no bytes. The URL is not in it: it may say who the holder is, or hold a password.
#[derive(Debug, Error)]
pub enum FetchError {
    /// Not a URL, or not of a scheme that is fetched.
    #[error("not a URL of s3://, http://, https:// or file://")]
    Scheme,
    /// A URL with `?` or `#`, such as a presigned one.
    #[error(
        "a URL with ? or # is not fetched; name the object alone and give credentials separately"
    )]
    Query,
    /// The settings for the store cannot be used.
    #[error("the store cannot be used: {0}; check the AWS_ variables of its environment")]
    Settings(String),
    /// There is no such object.
    #[error("there is no such file in the store")]
    NotFound,
    /// The store does not give it to us.
    #[error("the store denies it; check the credentials and what they may read")]
    Denied,
    /// Longer than [`MAX_FILE_BYTES`].
    #[error("the file has {0} bytes; at most {MAX_FILE_BYTES} are read")]
    TooLong(u64),
    /// The store failed, or was not reached.
    #[error("the store gave no file: {0}; check that it can be reached from here")]
    Store(String),
}

/// Whether a manifest's entry is a URL that [`fetch`] reads, and not a path.
#[must_use]
pub fn is_url(entry: &str) -> bool {
    entry.split_once("://").is_some_and(|(scheme, _)| {
        ["s3", "http", "https", "file"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

/// Reads the file behind a URL: `s3://BUCKET/KEY`, with region, endpoint and credentials from the
/// variables `AWS_…`; `http://` and `https://`; `file:///PATH`. It blocks, so it must not be called from
/// asynchronous code.
///
/// # Errors
/// See [`FetchError`]. Nothing longer than [`MAX_FILE_BYTES`] is kept.
pub fn fetch(url: &str) -> Result<Vec<u8>, FetchError> {
    let url = Url::parse(url).map_err(|_| FetchError::Scheme)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(FetchError::Query);
    }
    let path = Path::from_url_path(url.path()).map_err(|_| FetchError::Scheme)?;
    let stores = Stores::get()?;
    let store = stores.of(&url)?;
    let read = async { tokio::time::timeout(LONGEST, read(&*store, &path, MAX_FILE_BYTES)).await };
    let late = |_| FetchError::Store(format!("it took longer than {} s", LONGEST.as_secs()));
    stores.runtime.block_on(read).map_err(late)?
}

async fn read(store: &dyn ObjectStore, path: &Path, limit: u64) -> Result<Vec<u8>, FetchError> {
    let found = store.get(path).await.map_err(|error| refusal(&error))?;
    let length = found.meta.size;
    if length > limit {
        return Err(FetchError::TooLong(length));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    let mut parts = found.into_stream();
    while let Some(part) = parts.next().await {
        bytes.extend_from_slice(&part.map_err(|error| refusal(&error))?);
        if bytes.len() as u64 > limit {
            return Err(FetchError::TooLong(bytes.len() as u64));
        }
    }
    Ok(bytes)
}

/// The stores that were read from, with their open connections.
struct Stores {
    runtime: Runtime,
    known: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
}

impl Stores {
    fn get() -> Result<&'static Self, FetchError> {
        static STORES: OnceLock<Stores> = OnceLock::new();
        if let Some(stores) = STORES.get() {
            return Ok(stores);
        }
        crate::run::tls::use_ring();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| FetchError::Settings(error.to_string()))?;
        Ok(STORES.get_or_init(|| Self { runtime, known: Mutex::default() }))
    }

    fn of(&self, url: &Url) -> Result<Arc<dyn ObjectStore>, FetchError> {
        let host = url[..Position::BeforePath].to_owned();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = known.get(&host) {
            return Ok(Arc::clone(store));
        }
        let store = open(url, &host)?;
        known.insert(host, Arc::clone(&store));
        Ok(store)
    }
}

fn open(url: &Url, host: &str) -> Result<Arc<dyn ObjectStore>, FetchError> {
    let retry =
        RetryConfig { max_retries: RETRIES, retry_timeout: LONGEST, ..RetryConfig::default() };
    let settings = |error: object_store::Error| FetchError::Settings(innermost(&error));
    Ok(match url.scheme() {
        "file" if url.host().is_none() => Arc::new(LocalFileSystem::new()),
        "s3" => {
            let store = AmazonS3Builder::from_env().with_url(url.as_str()).with_retry(retry);
            Arc::new(store.build().map_err(settings)?)
        }
        "http" | "https" => {
            let client = ClientOptions::new().with_allow_http(true);
            let client = client.with_connect_timeout(CONNECT).with_timeout(LONGEST);
            let store = HttpBuilder::new().with_url(host).with_retry(retry);
            Arc::new(store.with_client_options(client).build().map_err(settings)?)
        }
        _ => return Err(FetchError::Scheme),
    })
}

fn refusal(error: &object_store::Error) -> FetchError {
    match error {
        object_store::Error::NotFound { .. } => FetchError::NotFound,
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => FetchError::Denied,
        other => FetchError::Store(innermost(other)),
    }
}

/// The cause behind the others; those name the URL.
fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
