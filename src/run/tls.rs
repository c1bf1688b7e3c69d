//! Which code encrypts.

/// Makes *ring* the cipher of all connections, once; rustls takes none by itself.
pub(super) fn use_ring() {
    // An error says that there is one already.
    let _set = async_nats::rustls::crypto::ring::default_provider().install_default();
}
