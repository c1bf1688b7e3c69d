//! Who gets in, who does not, and what they are told.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use tumar::run::cluster::{ClusterError, CoordinateError, Note, Server, work};

use crate::common::tools;

use super::nats::{Nats, free_port, until};
use super::office::{
    Hand, Journal, Notes, Sums, coordinate_with, expected, finish, run, tasks, terms,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What a worker is told.
fn refusal(server: &Server) -> ClusterError {
    let stop = AtomicBool::new(false);
    work(server, &terms(), &Sums, &stop).expect_err("it is refused")
}

fn openssl(folder: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    let output = command.current_dir(folder).args(arguments.split(' ')).output().unwrap();
    assert!(output.status.success(), "{arguments}: {output:?}");
}

/// A CA, and what it signed for server and client.
fn certificates(folder: &Path) {
    let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2";
    let ca = "-addext basicConstraints=critical,CA:TRUE -subj /CN=office";
    let signed = "-CA ca.pem -CAkey ca.key -addext basicConstraints=critical,CA:FALSE";
    let name = "-addext subjectAltName=IP:127.0.0.1";
    openssl(folder, &format!("{new} {ca} -keyout ca.key -out ca.pem"));
    openssl(folder, &format!("{new} {ca} -keyout other.key -out other.pem"));
    for who in ["server", "client"] {
        let files = format!("-subj /CN={who} -keyout {who}.key -out {who}.pem");
        openssl(folder, &format!("{new} {signed} {name} {files}"));
    }
}

#[test]
fn tls_certificates_and_permissions_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    if !tools::has("openssl") {
        return;
    }
    certificates(folder.path());
    let config = fs::read_to_string(Path::new(ROOT).join("docs/cluster.conf")).unwrap();
    let config = config
        .replace("listen: 0.0.0.0:4222", "")
        .replace("/etc/tumar-nats", "STORE")
        .replace("/var/lib/tumar-nats", "STORE")
        .replace("$TUMAR_NATS_KEY", "\"a key for the disk\"");
    let Some(nats) = Nats::within(folder, &config) else { return };
    let file = |name: &str| nats.folder().join(name);
    let at = |login: &str| {
        let address = format!("tls://{login}127.0.0.1:{}", nats.port());
        Server::new(&address).unwrap()
    };
    let shown = |server: Server| server.with_identity(file("client.pem"), file("client.key"));
    let coordinator = shown(at("coordinator:choose%20one@").with_ca(file("ca.pem")));
    let worker = shown(at("worker:choose%20another@").with_ca(file("ca.pem")));

    let (journal, rows) = (Journal::at(nats.folder()), tasks(60));
    let hand = Hand::hire(&worker);
    finish(&coordinator, &run("secure", 1), &rows, &journal);
    journal.assert_holds(&expected(&rows));
    assert_eq!(hand.dismiss().unwrap().rows, 60);

    let is_tls = |error: &ClusterError| matches!(error, ClusterError::Tls { .. });
    for (what, server, fits) in [
        ("no CA", shown(at("worker:choose%20another@")), is_tls as fn(&ClusterError) -> bool),
        ("another CA", shown(at("worker:x@").with_ca(file("other.pem"))), is_tls),
        ("no certificate", at("worker:choose%20another@").with_ca(file("ca.pem")), is_tls),
        ("a wrong password", shown(at("worker:s3cret@").with_ca(file("ca.pem"))), |error| {
            matches!(error, ClusterError::Refused { .. })
        }),
        ("a coordinator's work", coordinator.clone(), |error| {
            matches!(error, ClusterError::Denied(_))
        }),
        ("a CA that is none", at("").with_ca(file("ca.key")), |error| {
            matches!(error, ClusterError::Credentials { .. })
        }),
    ] {
        let error = refusal(&server);
        assert!(fits(&error), "{what}: {error}");
        assert!(!error.to_string().contains("s3cret"));
    }
}

#[test]
fn credentials_files_and_tokens() {
    let inputs = Path::new(ROOT).join("tests/integration/cluster");
    let operator = fs::read_to_string(inputs.join("operator.conf")).unwrap();
    let jetstream = "jetstream { store_dir: \"STORE\" }";
    let Some(nats) = Nats::with(&format!("{operator}{jetstream}")) else { return };
    let bare = Server::new(&nats.url()).unwrap();
    let server = bare.clone().with_creds(inputs.join("press.creds"));
    let (journal, rows) = (Journal::at(nats.folder()), tasks(20));
    let hand = Hand::hire(&server);
    finish(&server, &run("creds", 1), &rows, &journal);
    journal.assert_holds(&expected(&rows));
    hand.dismiss().unwrap();
    assert!(matches!(refusal(&bare), ClusterError::Refused { .. }));
    for file in ["operator.conf", "none.creds"] {
        let error = refusal(&bare.clone().with_creds(inputs.join(file)));
        assert!(matches!(error, ClusterError::Credentials { .. }), "{error}");
    }

    let config = format!("authorization {{ token: t0ken }}\n{jetstream}");
    let Some(nats) = Nats::with(&config) else { return };
    let with = |token| Server::new(&nats.url().replace("//", &format!("//{token}@"))).unwrap();
    Hand::hire(&with("t0ken")).dismiss().unwrap();
    assert!(matches!(refusal(&with("other")), ClusterError::Refused { .. }));
}

#[test]
fn a_server_that_cannot_is_told_from_one_that_is_not_there() {
    let Some(nats) = Nats::with("") else { return };
    let error = refusal(&Server::new(&nats.url()).unwrap());
    assert!(matches!(error, ClusterError::NoJetStream { .. }), "{error}");
    let nobody = Server::new(&format!("nats://127.0.0.1:{}", free_port())).unwrap();
    let error = refusal(&nobody);
    assert!(matches!(error, ClusterError::NoServer { .. }), "{error}");
}

#[test]
fn a_full_server_is_waited_for_as_long_as_rows_leave_it() {
    let Some(nats) = Nats::start() else { return };
    nats.limit_rows(400_000);
    let server = Server::new(&nats.url()).unwrap();
    let (folder, notes) = (tempfile::tempdir().unwrap(), Notes::default());
    let (journal, go) = (Journal::at(folder.path()), AtomicBool::new(false));
    let mut rows = tasks(60);
    rows.iter_mut().for_each(|task| task.body.resize(20_000, b'.'));
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let note = |note| notes.add(note);
            coordinate_with(&server, &run("full", 1), &rows, &journal, &go, note)
        });
        until("it is full", || notes.any(|note| matches!(note, Note::Full(_))));
        let hand = Hand::hire(&server);
        assert!(run.join().unwrap().unwrap().finished);
        hand.dismiss().unwrap();
    });
    journal.assert_holds(&expected(&rows));
    nats.assert_clean();

    // A row that does not fit at all.
    rows.iter_mut().for_each(|task| task.body.resize(600_000, b'.'));
    let over = coordinate_with(&server, &run("over", 1), &rows, &journal_of(&folder), &go, |_| ());
    let Err(CoordinateError::Cluster(error)) = over else { panic!("{over:?}") };
    assert!(matches!(error, ClusterError::Full { .. }), "{error}");
    rows[0].body.resize(2_000_000, b'.');
    let long = coordinate_with(&server, &run("over", 1), &rows, &journal_of(&folder), &go, |_| ());
    let told = long.unwrap_err().to_string();
    assert!(told.starts_with("row 1 has 2000000 bytes"), "{told}");
}

fn journal_of(folder: &tempfile::TempDir) -> Journal {
    let empty = folder.path().join("another");
    fs::create_dir_all(&empty).unwrap();
    Journal::at(&empty)
}
