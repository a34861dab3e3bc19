/// Who belongs to a pool: its authority, the certificates and keys of hosts and users, and TLS made
/// of them.
///
/// ```
/// POOL/                          kept by whoever runs the pool, needed only to issue
///   ca-cert.pem  ca-key.pem      the authority
///   pool-key                     secret of the hosts, for TRANSPORT_ENCRYPTION = NEVER
///   hosts/HOST/, users/USER/     what `pool issue` makes, to be copied to where it belongs
/// HOST/                          QEMU and libnbd take this directory as tls-creds-x509 too
///   ca-cert.pem
///   server-cert.pem  server-key.pem
///   client-cert.pem  client-key.pem
///   pool-key                     hosts only
/// ```
///
/// May import: nothing of ours. Imported by: `transfer.net` and whoever opens an endpoint. Threads:
/// everything is immutable; files are read once.
package io.landfall.transfer.pool;
