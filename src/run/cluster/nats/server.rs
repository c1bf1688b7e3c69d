//! Where the server is, and how it knows us.

use std::fmt;
use std::path::{Path, PathBuf};

use async_nats::{ConnectOptions, ServerAddr};
use url::Url;

use super::error::ClusterError;

/// A NATS server or several of one cluster, and the credentials for it. Neither [`fmt::Debug`] nor
/// [`fmt::Display`] shows a secret.
#[derive(Clone)]
pub struct Server {
    /// Without user, password and token.
    addresses: Vec<ServerAddr>,
    login: Login,
    creds: Option<PathBuf>,
    ca: Option<PathBuf>,
    identity: Option<(PathBuf, PathBuf)>,
}

#[derive(Clone)]
enum Login {
    None,
    Token(String),
    User(String, String),
}

impl Server {
    /// One or several URLs with commas between: `nats://` takes TLS where the server wants it,
    /// `tls://` insists on it. `USER:PASSWORD@` or `TOKEN@` may stand before the host.
    ///
    /// # Errors
    /// What is not such a URL; the error does not show it.
    pub fn new(urls: &str) -> Result<Self, ClusterError> {
        let mut login = Login::None;
        let mut addresses = Vec::new();
        for text in urls.split(',').map(str::trim) {
            let text = if text.contains("://") { text.into() } else { format!("nats://{text}") };
            let mut url = Url::parse(&text).map_err(|_| ClusterError::Address("is not a URL"))?;
            if !matches!(url.scheme(), "nats" | "tls") {
                return Err(ClusterError::Address("is of another scheme"));
            }
            if url.host_str().is_none_or(str::is_empty) {
                return Err(ClusterError::Address("has no host"));
            }
            let found = Login::of(&url)?;
            if !matches!(found, Login::None) {
                login = found;
            }
            if url.set_username("").and_then(|()| url.set_password(None)).is_err() {
                return Err(ClusterError::Address("has no host"));
            }
            let address = ServerAddr::from_url(url);
            addresses.push(address.map_err(|_| ClusterError::Address("is of another scheme"))?);
        }
        Ok(Self { addresses, login, creds: None, ca: None, identity: None })
    }

    /// With a `.creds` file: a user's JWT and its seed.
    #[must_use]
    pub fn with_creds(mut self, file: PathBuf) -> Self {
        self.creds = Some(file);
        self
    }

    /// With the certificate (PEM) that signed the server's, in place of the system's.
    #[must_use]
    pub fn with_ca(mut self, file: PathBuf) -> Self {
        self.ca = Some(file);
        self
    }

    /// With a certificate and its key (PEM), for servers that ask their clients for one.
    #[must_use]
    pub fn with_identity(mut self, certificate: PathBuf, key: PathBuf) -> Self {
        self.identity = Some((certificate, key));
        self
    }

    pub(in crate::run::cluster) fn addresses(&self) -> &[ServerAddr] {
        &self.addresses
    }

    /// How to connect; what the files hold is checked here, so that errors name them.
    pub(in crate::run::cluster) fn options(
        &self,
        name: &str,
    ) -> Result<ConnectOptions, ClusterError> {
        let mut options = ConnectOptions::new().name(name);
        options = match &self.login {
            Login::None => options,
            Login::Token(token) => options.token(token.clone()),
            Login::User(user, password) => {
                options.user_and_password(user.clone(), password.clone())
            }
        };
        if let Some(path) = &self.creds {
            let text = read(path)?;
            // What the parser says may quote the file.
            let bad = |_| fault(path, "no JWT and seed of a NATS user in it");
            options = options.credentials(&text).map_err(bad)?;
        }
        if let Some(path) = &self.ca {
            pem(path, "CERTIFICATE")?;
            options = options.add_root_certificates(path.clone());
        }
        if let Some((certificate, key)) = &self.identity {
            pem(certificate, "CERTIFICATE")?;
            pem(key, "PRIVATE KEY")?;
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        Ok(options)
    }
}

impl Login {
    fn of(url: &Url) -> Result<Self, ClusterError> {
        let user = decoded(url.username())?;
        Ok(match url.password() {
            Some(password) => Self::User(user, decoded(password)?),
            None if user.is_empty() => Self::None,
            None => Self::Token(user),
        })
    }
}

/// A part of a URL without its %-escapes.
fn decoded(part: &str) -> Result<String, ClusterError> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let escaped = escaped.and_then(|two| std::str::from_utf8(two).ok());
        match escaped.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| ClusterError::Address("has credentials not in UTF-8"))
}

fn read(path: &Path) -> Result<String, ClusterError> {
    std::fs::read_to_string(path).map_err(|error| fault(path, error))
}

fn pem(path: &Path, what: &str) -> Result<(), ClusterError> {
    match read(path)?.contains(&format!("{what}-----")) {
        true => Ok(()),
        false => Err(fault(path, format!("no {} in PEM in it", what.to_lowercase()))),
    }
}

fn fault(path: &Path, detail: impl fmt::Display) -> ClusterError {
    ClusterError::Credentials { path: path.to_owned(), detail: detail.to_string() }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, address) in self.addresses.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{}:{}", address.host(), address.port())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_shown() {
        let server = Server::new("nats://press:s%40cret@a.example:4333,tls://b.example").unwrap();
        assert_eq!(server.to_string(), "a.example:4333, b.example:4222");
        assert_eq!(format!("{server:?}"), "Server(a.example:4333, b.example:4222)");
        assert!(server.addresses.iter().all(|address| !address.as_url_str().contains('@')));
        assert!(
            matches!(server.login, Login::User(user, word) if user == "press" && word == "s@cret")
        );
        let token = Server::new("nats://t0ken@localhost").unwrap();
        assert!(matches!(token.login, Login::Token(token) if token == "t0ken"));
    }

    #[test]
    fn what_is_no_server_is_refused() {
        for bad in ["", "http://s3cret@host", "nats://", "nats://s3cret@", "nats://u:s3cret@:x"] {
            let error = Server::new(bad).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
        assert_eq!(Server::new("localhost").unwrap().to_string(), "localhost:4222");
        assert_eq!(Server::new("[::1]:4222").unwrap().to_string(), "::1:4222");
    }

    #[test]
    fn escapes_that_are_none_stand_for_themselves() {
        assert_eq!(decoded("100%").unwrap(), "100%");
        assert_eq!(decoded("%zz%C3%A9").unwrap(), "%zzé");
    }
}
