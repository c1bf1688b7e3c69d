//! Which library encrypts connections.

/// Makes *ring* the process-wide cryptography of rustls, which has no default of its own here.
pub(in crate::run) fn use_ring() {
    // An error says that there is one already.
    let _set = async_nats::rustls::crypto::ring::default_provider().install_default();
}
