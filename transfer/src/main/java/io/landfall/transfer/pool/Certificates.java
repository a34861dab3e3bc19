package io.landfall.transfer.pool;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// X.509 certificates as TLS 1.3, QEMU and GnuTLS want them: P-256 keys, ECDSA with SHA-256.
final class Certificates {
  private static final SecureRandom RANDOM = new SecureRandom();

  /// Clocks of a pool differ.
  private static final Duration EARLY = Duration.ofMinutes(10);

  /// A certificate and the key that belongs to it.
  record Issued(X509Certificate certificate, PrivateKey key) {}

  private Certificates() {}

  /// A new authority, signed by itself.
  static Issued authority(String name, Duration validity) throws GeneralSecurityException {
    KeyPair keys = keys();
    X500Name subject = new X500Name("OU=authority,CN=" + name);
    X509v3CertificateBuilder builder = builder(subject, subject, keys, validity);
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    } catch (CertIOException e) {
      throw new GeneralSecurityException(e);
    }
    return signed(builder, keys, keys.getPrivate());
  }

  /// A certificate for one purpose.
  ///
  /// @param names that a server may be dialled by: addresses or DNS names
  static Issued issue(
      Issued authority,
      PoolIdentity identity,
      KeyPurposeId purpose,
      List<String> names,
      Duration validity)
      throws GeneralSecurityException {
    KeyPair keys = keys();
    X500Name issuer =
        X500Name.getInstance(authority.certificate().getSubjectX500Principal().getEncoded());
    X509v3CertificateBuilder builder =
        builder(issuer, new X500Name(identity.subject()), keys, validity);
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      // QEMU before 10 refuses a certificate without keyEncipherment, which TLS 1.3 never uses.
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
      builder.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(purpose));
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                names.stream().map(Certificates::generalName).toArray(GeneralName[]::new)));
      }
    } catch (CertIOException e) {
      throw new GeneralSecurityException(e);
    }
    return signed(builder, keys, authority.key());
  }

  private static GeneralName generalName(String name) {
    boolean address = name.contains(":") || name.matches("[0-9]+(\\.[0-9]+){3}");
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }

  private static KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
    return generator.generateKeyPair();
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, KeyPair keys, Duration validity) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(127, RANDOM).setBit(126),
        Date.from(now.minus(EARLY)),
        Date.from(now.plus(validity)),
        subject,
        keys.getPublic());
  }

  private static Issued signed(X509v3CertificateBuilder builder, KeyPair keys, PrivateKey signer)
      throws GeneralSecurityException {
    try {
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
      return new Issued(certificate, keys.getPrivate());
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }
}
