//! The arguments of signed prints: who signs, and whose signature is trusted.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use tumar::keys::{PublicKey, SecretKey, Sign};

use crate::failure::Failure;
use crate::files;

/// Who signs prints.
#[derive(Args)]
pub(crate) struct SignArgs {
    /// The issuer's signing key, of tumar keygen --sign: every sixth line carries a signature over the
    /// name, the document's number and the face
    #[arg(long, value_name = "KEY.pem", conflicts_with = "sign_command")]
    sign: Option<PathBuf>,
    /// A file that holds the signing key's passphrase, in its first line
    #[arg(long, value_name = "FILE", requires = "sign")]
    passphrase_file: Option<PathBuf>,
    /// A command that signs in place of a key file, as a smart card or an HSM does: it gets the message
    /// on its standard input, and writes the 64 bytes of its Ed25519 signature to its standard output.
    /// It is run by the shell
    #[arg(long, value_name = "COMMAND", requires = "sign_public")]
    sign_command: Option<String>,
    /// The public part of the key by which --sign-command signs
    #[arg(long, value_name = "PUB.pem", requires = "sign_command")]
    sign_public: Option<PathBuf>,
}

impl SignArgs {
    /// Who signs, if somebody does.
    pub(crate) fn signer(&self) -> Result<Option<Box<dyn Sign>>, Failure> {
        if let Some(path) = &self.sign {
            let key = files::read_signing_key(path, self.passphrase_file.as_deref())?;
            return Ok(Some(Box::new(key)));
        }
        let (Some(command), Some(public)) = (&self.sign_command, &self.sign_public) else {
            return Ok(None);
        };
        let public = files::read_public_key(public)?;
        Ok(Some(Box::new(SigningCommand { command: command.clone(), public })))
    }
}

/// Whose signatures are trusted.
#[derive(Args)]
pub(crate) struct TrustArgs {
    /// A public key of an issuer, or a folder of them (*.pem): the print must be signed by one of them.
    /// Give the option several times for several keys
    #[arg(long, value_name = "PUB.pem|DIR")]
    trust: Vec<PathBuf>,
}

impl TrustArgs {
    /// The keys, if signatures are to be checked.
    pub(crate) fn keys(&self) -> Result<Option<Vec<PublicKey>>, Failure> {
        let mut keys = Vec::new();
        for path in &self.trust {
            if path.is_dir() {
                let found = keys_in(path)?;
                if found.is_empty() {
                    let none = "no file in this folder ends in .pem; name one with public keys";
                    return Err(Failure::file(path, none));
                }
                keys.extend(found);
            } else {
                keys.push(files::read_public_key(path)?);
            }
        }
        Ok(Some(keys).filter(|keys| !keys.is_empty()))
    }
}

fn keys_in(folder: &Path) -> Result<Vec<PublicKey>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|cause| Failure::file(folder, cause))?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|e| e.path())).collect();
    let mut paths = paths.map_err(|cause| Failure::file(folder, cause))?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "pem"));
    paths.sort();
    paths.iter().map(|path| files::read_public_key(path)).collect()
}

/// A command that signs.
struct SigningCommand {
    command: String,
    public: PublicKey,
}

impl Sign for SigningCommand {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], String> {
        let shell = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
        let mut child = Command::new(shell[0])
            .args([shell[1], &self.command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|cause| format!("--sign-command cannot be run: {cause}"))?;
        if let Some(mut input) = child.stdin.take() {
            // A command that reads nothing has closed its end: its status says what it is worth.
            let _closed = std::io::Write::write_all(&mut input, message);
        }
        let output = child.wait_with_output().map_err(|cause| cause.to_string())?;
        if !output.status.success() {
            return Err(format!("--sign-command ended with {}", output.status));
        }
        let length = output.stdout.len();
        <[u8; 64]>::try_from(output.stdout)
            .map_err(|_| format!("--sign-command wrote {length} bytes; a signature has 64"))
    }
}

/// A new pair: the private part at `out`, the public part beside it.
pub(crate) fn new_pair(
    out: &Path,
    passphrase: Option<&Path>,
) -> Result<(SecretKey, PathBuf), Failure> {
    let public = out.with_extension("pub.pem");
    files::check_outputs(&[], &[out, &public])?;
    files::must_be_new(out)?;
    files::must_be_new(&public)?;
    let passphrase = passphrase.map(files::read_passphrase).transpose()?;
    let no_random = |error: &dyn std::fmt::Display| {
        Failure::work(format!("the system provides no random numbers: {error}"))
    };
    let key = SecretKey::generate().map_err(|error| no_random(&error))?;
    let file = key.file(passphrase.as_ref().map(|text| text.as_bytes()));
    files::write_secret(out, file.map_err(|error| no_random(&error))?.as_bytes())?;
    files::write_public(&public, key.public().file().as_bytes())?;
    Ok((key, public))
}
